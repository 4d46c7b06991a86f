//! The settings of the `Provisioning` tab: where profiles and firmware come from, and when.
//!
//! Rules take 255 bytes: some URLs with their conditions and keys. The general purpose parameters are pieces
//! that rules are put together from (`$A`), or whole rules, so they take as much.

use super::sip::MOST;

settings! {
    Provisioning, super::PROVISIONING;
    "Configuration Profile" {
        PROVISION_ENABLE one "Provision_Enable": Bool = "yes", Admin;
        RESYNC_ON_RESET one "Resync_On_Reset": Bool = "yes", Admin;
        RESYNC_RANDOM_DELAY one "Resync_Random_Delay": Seconds(0, MOST) = "2", Admin;
        RESYNC_PERIODIC one "Resync_Periodic": Seconds(0, MOST) = "3600", Admin;
        RESYNC_ERROR_RETRY_DELAY one "Resync_Error_Retry_Delay": Seconds(0, MOST) = "3600", Admin;
        FORCED_RESYNC_DELAY one "Forced_Resync_Delay": Seconds(0, MOST) = "14400", Admin;
        RESYNC_FROM_SIP one "Resync_From_SIP": Bool = "yes", Admin;
        RESYNC_AFTER_UPGRADE_ATTEMPT one "Resync_After_Upgrade_Attempt": Bool = "yes", Admin;
        RESYNC_TRIGGER_1 one "Resync_Trigger_1": Text(255) = "", Admin;
        RESYNC_TRIGGER_2 one "Resync_Trigger_2": Text(255) = "", Admin;
        RESYNC_FAILS_ON_FNF one "Resync_Fails_On_FNF": Bool = "yes", Admin;
        PROFILE_RULE one "Profile_Rule": Text(255) = "/spa$PSN.cfg", Admin;
        PROFILE_RULE_B one "Profile_Rule_B": Text(255) = "", Admin;
        PROFILE_RULE_C one "Profile_Rule_C": Text(255) = "", Admin;
        PROFILE_RULE_D one "Profile_Rule_D": Text(255) = "", Admin;
        LOG_RESYNC_REQUEST_MSG one "Log_Resync_Request_Msg":
            Text(127) = "$PN $MAC -- Requesting resync $SCHEME://$SERVIP:$PORT$PATH", Admin;
        LOG_RESYNC_SUCCESS_MSG one "Log_Resync_Success_Msg":
            Text(127) = "$PN $MAC -- Successful resync $SCHEME://$SERVIP:$PORT$PATH -- $ERR", Admin;
        LOG_RESYNC_FAILURE_MSG one "Log_Resync_Failure_Msg":
            Text(127) = "$PN $MAC -- Resync failed: $ERR", Admin;
        REPORT_RULE one "Report_Rule": Text(255) = "", Admin;
        USER_CONFIGURABLE_RESYNC one "User_Configurable_Resync": Bool = "yes", Admin;
    }
    "Firmware Upgrade" {
        UPGRADE_ENABLE one "Upgrade_Enable": Bool = "yes", Admin;
        UPGRADE_ERROR_RETRY_DELAY one "Upgrade_Error_Retry_Delay": Seconds(0, MOST) = "3600", Admin;
        DOWNGRADE_REV_LIMIT one "Downgrade_Rev_Limit": Text(31) = "", Admin;
        UPGRADE_RULE one "Upgrade_Rule": Text(255) = "", Admin;
        LOG_UPGRADE_REQUEST_MSG one "Log_Upgrade_Request_Msg":
            Text(127) = "$PN $MAC -- Requesting upgrade $SCHEME://$SERVIP:$PORT$PATH", Admin;
        LOG_UPGRADE_SUCCESS_MSG one "Log_Upgrade_Success_Msg":
            Text(127) = "$PN $MAC -- Successful upgrade $SCHEME://$SERVIP:$PORT$PATH -- $ERR", Admin;
        LOG_UPGRADE_FAILURE_MSG one "Log_Upgrade_Failure_Msg":
            Text(127) = "$PN $MAC -- Upgrade failed: $ERR", Admin;
        LICENSE_KEYS one "License_Keys": Text(255) = "", Admin;
    }
    "General Purpose Parameters" {
        GPP_A one "GPP_A": Text(255) = "", Admin;
        GPP_B one "GPP_B": Text(255) = "", Admin;
        GPP_C one "GPP_C": Text(255) = "", Admin;
        GPP_D one "GPP_D": Text(255) = "", Admin;
        GPP_E one "GPP_E": Text(255) = "", Admin;
        GPP_F one "GPP_F": Text(255) = "", Admin;
        GPP_G one "GPP_G": Text(255) = "", Admin;
        GPP_H one "GPP_H": Text(255) = "", Admin;
        GPP_I one "GPP_I": Text(255) = "", Admin;
        GPP_J one "GPP_J": Text(255) = "", Admin;
        GPP_K one "GPP_K": Text(255) = "", Admin;
        GPP_L one "GPP_L": Text(255) = "", Admin;
        GPP_M one "GPP_M": Text(255) = "", Admin;
        GPP_N one "GPP_N": Text(255) = "", Admin;
        GPP_O one "GPP_O": Text(255) = "", Admin;
        GPP_P one "GPP_P": Text(255) = "", Admin;
        GPP_SA one "GPP_SA": Secret(255) = "", Admin;
        GPP_SB one "GPP_SB": Secret(255) = "", Admin;
        GPP_SC one "GPP_SC": Secret(255) = "", Admin;
        GPP_SD one "GPP_SD": Secret(255) = "", Admin;
    }
}
