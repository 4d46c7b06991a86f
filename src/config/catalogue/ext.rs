//! The settings of the `Ext 1` to `Ext 4` tabs: an extension each.

use super::sip::{CODECS, MOST};

/// The codecs, or none in particular.
const CODECS_OR_NONE: &[&str] =
    &["Unspecified", "G711u", "G711a", "G726-16", "G726-24", "G726-32", "G726-40", "G729a", "G723"];

/// What of an extension's messages is logged, and what is left out.
const SIP_DEBUG_OPTIONS: &[&str] = &[
    "none",
    "1-line",
    "1-line excl. OPT",
    "1-line excl. NTFY",
    "1-line excl. REG",
    "1-line excl. OPT|NTFY|REG",
    "full",
    "full excl. OPT",
    "full excl. NTFY",
    "full excl. REG",
    "full excl. OPT|NTFY|REG",
];

settings! {
    Ext, super::EXT;
    "General" {
        LINE_ENABLE each "Line_Enable_n_": Bool = "yes", Admin;
    }
    "Share Line Appearance" {
        // Phones of 2005 say no and yes, later ones private and shared: both are taken.
        SHARE_EXT each "Share_Ext_n_": Choice(&["private", "shared", "no", "yes"]) = "private", Admin;
        SHARED_USER_ID each "Shared_User_ID_n_": UserId(63) = "", Admin;
        SUBSCRIPTION_EXPIRES each "Subscription_Expires_n_": Seconds(0, MOST) = "3600", Admin;
    }
    "NAT Settings" {
        NAT_MAPPING_ENABLE each "NAT_Mapping_Enable_n_": Bool = "no", Admin;
        NAT_KEEP_ALIVE_ENABLE each "NAT_Keep_Alive_Enable_n_": Bool = "no", Admin;
        NAT_KEEP_ALIVE_MSG each "NAT_Keep_Alive_Msg_n_": Text(31) = "$NOTIFY", Admin;
        NAT_KEEP_ALIVE_DEST each "NAT_Keep_Alive_Dest_n_": Fqdn = "$PROXY", Admin;
    }
    "Network Settings" {
        SIP_TOS_DIFFSERV_VALUE each "SIP_TOS_DiffServ_Value_n_" ["SIP TOS/DiffServ Value"]:
            Number(0, 255) = "0x68", Admin;
        SIP_COS_VALUE each "SIP_CoS_Value_n_": Number(0, 7) = "3", Admin;
        RTP_TOS_DIFFSERV_VALUE each "RTP_TOS_DiffServ_Value_n_" ["RTP TOS/DiffServ Value"]:
            Number(0, 255) = "0xb8", Admin;
        RTP_COS_VALUE each "RTP_CoS_Value_n_": Number(0, 7) = "6", Admin;
        NETWORK_JITTER_LEVEL each "Network_Jitter_Level_n_":
            Choice(&["low", "medium", "high", "very high", "extremely high"]) = "high", Admin;
        JITTER_BUFFER_ADJUSTMENT each "Jitter_Buffer_Adjustment_n_":
            Choice(&["disabled", "up only", "down only", "up and down"]) = "up and down", Admin;
    }
    "SIP Settings" {
        SIP_TRANSPORT each "SIP_Transport_n_": Choice(&["UDP", "TCP", "TLS"]) = "UDP", Admin;
        SIP_PORT each "SIP_Port_n_": Port = ["5060", "5061", "5062", "5063"], Admin;
        SIP_100REL_ENABLE each "SIP_100REL_Enable_n_": Bool = "no", Admin;
        EXT_SIP_PORT each "EXT_SIP_Port_n_": Port = "", Admin;
        AUTH_RESYNC_REBOOT each "Auth_Resync-Reboot_n_": Bool = "yes", Admin;
        SIP_PROXY_REQUIRE each "SIP_Proxy-Require_n_": Text(63) = "", Admin;
        SIP_REMOTE_PARTY_ID each "SIP_Remote-Party-ID_n_": Bool = "yes", Admin;
        REFEROR_BYE_DELAY each "Referor_Bye_Delay_n_": Seconds(0, 255) = "4", Admin;
        REFER_TO_TARGET_CONTACT each "Refer-To_Target_Contact_n_": Bool = "no", Admin;
        REFEREE_BYE_DELAY each "Referee_Bye_Delay_n_": Seconds(0, 255) = "0", Admin;
        SIP_DEBUG_OPTION each "SIP_Debug_Option_n_": Choice(SIP_DEBUG_OPTIONS) = "none", Admin;
        REFER_TARGET_BYE_DELAY each "Refer_Target_Bye_Delay_n_": Seconds(0, 255) = "0", Admin;
        STICKY_183 each "Sticky_183_n_": Bool = "no", Admin;
        AUTH_INVITE each "Auth_INVITE_n_": Bool = "no", Admin;
        NTFY_REFER_ON_1XX_TO_INV each "Ntfy_Refer_On_1xx-To-Inv_n_": Bool = "yes", Admin;
        USE_ANONYMOUS_WITH_RPID each "Use_Anonymous_With_RPID_n_": Bool = "yes", Admin;
        SET_G729_ANNEXB each "Set_G729_annexb_n_":
            Choice(&["none", "no", "yes", "follow silence supp"]) = "none", Admin;
    }
    "Call Feature Settings" {
        BLIND_ATTN_XFER_ENABLE each "Blind_Attn-Xfer_Enable_n_": Bool = "no", Admin;
        MOH_SERVER each "MOH_Server_n_": Text(127) = "", Admin;
        MESSAGE_WAITING each "Message_Waiting_n_": Bool = "no", User;
        AUTH_PAGE each "Auth_Page_n_": Bool = "no", Admin;
        DEFAULT_RING each "Default_Ring__n__" ["Default Ring"]: Number(1, 10) = "1", User;
        AUTH_PAGE_REALM each "Auth_Page_Realm_n_": Text(31) = "", Admin;
        CONFERENCE_BRIDGE_URL each "Conference_Bridge_URL_n_": Text(79) = "", Admin;
        AUTH_PAGE_PASSWORD each "Auth_Page_Password_n_": Secret(31) = "", Admin;
        MAILBOX_ID each "Mailbox_ID_n_": Text(63) = "", Admin;
        VOICE_MAIL_SERVER each "Voice_Mail_Server_n_": Text(79) = "", Admin;
        STATE_AGENT each "State_Agent_n_": Text(79) = "", Admin;
        CFWD_NOTIFY_SERV each "CFWD_Notify_Serv_n_": Bool = "no", Admin;
        CFWD_NOTIFIER each "CFWD_Notifier_n_": Text(79) = "", Admin;
    }
    "Proxy and Registration" {
        PROXY each "Proxy_n_": Fqdn = "", Admin;
        USE_OUTBOUND_PROXY each "Use_Outbound_Proxy_n_": Bool = "no", Admin;
        OUTBOUND_PROXY each "Outbound_Proxy_n_": Fqdn = "", Admin;
        USE_OB_PROXY_IN_DIALOG each "Use_OB_Proxy_In_Dialog_n_": Bool = "yes", Admin;
        REGISTER each "Register_n_": Bool = "yes", Admin;
        MAKE_CALL_WITHOUT_REG each "Make_Call_Without_Reg_n_": Bool = "no", Admin;
        REGISTER_EXPIRES each "Register_Expires_n_": Seconds(0, MOST) = "3600", Admin;
        ANS_CALL_WITHOUT_REG each "Ans_Call_Without_Reg_n_": Bool = "no", Admin;
        USE_DNS_SRV each "Use_DNS_SRV_n_": Bool = "no", Admin;
        DNS_SRV_AUTO_PREFIX each "DNS_SRV_Auto_Prefix_n_": Bool = "no", Admin;
        PROXY_FALLBACK_INTVL each "Proxy_Fallback_Intvl_n_": Seconds(0, MOST) = "3600", Admin;
        PROXY_REDUNDANCY_METHOD each "Proxy_Redundancy_Method_n_":
            Choice(&["Normal", "Based on SRV Port"]) = "Normal", Admin;
    }
    "Subscriber Information" {
        DISPLAY_NAME each "Display_Name_n_": Text(23) = "", Admin;
        USER_ID each "User_ID_n_": UserId(47) = "", Admin;
        PASSWORD each "Password_n_": Secret(23) = "", Admin;
        USE_AUTH_ID each "Use_Auth_ID_n_": Bool = "no", Admin;
        AUTH_ID each "Auth_ID_n_": Text(39) = "", Admin;
        MINI_CERTIFICATE each "Mini_Certificate_n_": Text(508) = "", Admin;
        SRTP_PRIVATE_KEY each "SRTP_Private_Key_n_": Secret(88) = "", Admin;
    }
    "Audio Configuration" {
        PREFERRED_CODEC each "Preferred_Codec_n_": Choice(CODECS) = "G711u", Admin;
        USE_PREF_CODEC_ONLY each "Use_Pref_Codec_Only_n_": Bool = "no", Admin;
        SECOND_PREFERRED_CODEC each "Second_Preferred_Codec_n_":
            Choice(CODECS_OR_NONE) = "Unspecified", Admin;
        THIRD_PREFERRED_CODEC each "Third_Preferred_Codec_n_": Choice(CODECS_OR_NONE) = "Unspecified", Admin;
        G729A_ENABLE each "G729a_Enable_n_": Bool = "yes", Admin;
        G723_ENABLE each "G723_Enable_n_": Bool = "yes", Admin;
        G726_16_ENABLE each "G726-16_Enable_n_": Bool = "yes", Admin;
        G726_24_ENABLE each "G726-24_Enable_n_": Bool = "yes", Admin;
        G726_32_ENABLE each "G726-32_Enable_n_": Bool = "yes", Admin;
        G726_40_ENABLE each "G726-40_Enable_n_": Bool = "yes", Admin;
        RELEASE_UNUSED_CODEC each "Release_Unused_Codec_n_": Bool = "yes", Admin;
        DTMF_PROCESS_AVT each "DTMF_Process_AVT_n_": Bool = "yes", Admin;
        SILENCE_SUPP_ENABLE each "Silence_Supp_Enable_n_": Bool = "no", Admin;
        DTMF_TX_METHOD each "DTMF_Tx_Method_n_":
            Choice(&["InBand", "AVT", "INFO", "Auto", "InBand+INFO", "AVT+INFO"]) = "Auto", Admin;
    }
    "Dial Plan" {
        DIAL_PLAN each "Dial_Plan_n_":
            DialPlan = "(*xx|[3469]11|0|00|[2-9]xxxxxx|1xxx[2-9]xxxxxxS0|xxxxxxxxxxxx.)", Admin;
        CALLER_ID_MAP each "Caller_ID_Map_n_": NumberMap = "", Admin;
        ENABLE_IP_DIALING each "Enable_IP_Dialing_n_": Bool = "yes", Admin;
        EMERGENCY_NUMBER each "Emergency_Number_n_": Text(63) = "", Admin;
    }
}
