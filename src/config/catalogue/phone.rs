//! The settings of the `Phone` tab: line keys and their lamps, services and rings.

/// Of a microphone, in dB.
const GAINS: &[&str] = &["-6", "-3", "0", "3", "6"];

settings! {
    Phone, super::PHONE;
    "General" {
        STATION_NAME one "Station_Name": Text(31) = "", Admin;
        VOICE_MAIL_NUMBER one "Voice_Mail_Number": Text(79) = "", User;
        // Two lines of less than 32 characters with `%0a` between them.
        TEXT_LOGO one "Text_Logo": Text(65) = "", Admin;
        BMP_PICTURE_DOWNLOAD_URL one "BMP_Picture_Download_URL": Text(255) = "", Admin;
        SELECT_LOGO one "Select_Logo":
            Choice(&["Default", "None", "Text Logo", "BMP Picture"]) = "Default", Admin;
        SELECT_BACKGROUND_PICTURE one "Select_Background_Picture":
            Choice(&["None", "Text Logo", "BMP Picture"]) = "None", Admin;
        SCREEN_SAVER_ENABLE one "Screen_Saver_Enable": Bool = "no", Admin;
        SCREEN_SAVER_WAIT one "Screen_Saver_Wait": Seconds(0, 65_535) = "300", Admin;
        SCREEN_SAVER_ICON one "Screen_Saver_Icon": Text(31) = "Background Picture", Admin;
    }
    "Line Key" {
        EXTENSION each "Extension_n_": Choice(&["1", "2", "3", "4", "Disabled"]) = "1", Admin;
        SHORT_NAME each "Short_Name_n_": Text(15) = "", Admin;
        // Phones of 2005 say no and yes, later ones private and shared: both are taken.
        SHARE_CALL_APPEARANCE each "Share_Call_Appearance_n_":
            Choice(&["private", "shared", "no", "yes"]) = "private", Admin;
        EXTENDED_FUNCTION each "Extended_Function_n_": Text(255) = "", Admin;
    }
    "Line Key Extended Function" {
        SUBSCRIBE_EXPIRES one "Subscribe_Expires": Seconds(0, 65_535) = "1800", Admin;
        SUBSCRIBE_RETRY_INTERVAL one "Subscribe_Retry_Interval": Seconds(0, 65_535) = "30", Admin;
        SUBSCRIBE_DELAY one "Subscribe_Delay": Seconds(0, 65_535) = "1", Admin;
        SERVER_TYPE one "Server_Type": Text(31) = "", Admin;
        SPA932_CALL_PICKUP_CODE one "SPA932_Call_Pickup_Code": ActCode = "*98", Admin;
    }
    "Miscellaneous Line Key Settings" {
        SCA_LINE_ID_MAPPING one "SCA_Line_ID_Mapping":
            Choice(&["Vertical First", "Horizontal First"]) = "Vertical First", Admin;
        SCA_BARGE_IN_ENABLE one "SCA_Barge-In_Enable": Bool = "no", Admin;
    }
    "Line Key LED Pattern" {
        IDLE_LED one "Idle_LED" ["Idle"]: Led = "c=g", Admin;
        REMOTE_UNDEFINED_LED one "Remote_Undefined_LED" ["Remote Undefined"]: Led = "c=r;p=d", Admin;
        LOCAL_SEIZED_LED one "Local_Seized_LED" ["Local Seized"]: Led = "c=r", Admin;
        REMOTE_SEIZED_LED one "Remote_Seized_LED" ["Remote Seized"]: Led = "c=r;p=d", Admin;
        LOCAL_PROGRESSING_LED one "Local_Progressing_LED" ["Local Progressing"]: Led = "c=r", Admin;
        REMOTE_PROGRESSING_LED one "Remote_Progressing_LED" ["Remote Progressing"]: Led = "c=r;p=d", Admin;
        LOCAL_RINGING_LED one "Local_Ringing_LED" ["Local Ringing"]: Led = "c=r;p=f", Admin;
        REMOTE_RINGING_LED one "Remote_Ringing_LED" ["Remote Ringing"]: Led = "c=r;p=d", Admin;
        LOCAL_ACTIVE_LED one "Local_Active_LED" ["Local Active"]: Led = "c=r", Admin;
        REMOTE_ACTIVE_LED one "Remote_Active_LED" ["Remote Active"]: Led = "c=r;p=d", Admin;
        LOCAL_HELD_LED one "Local_Held_LED" ["Local Held"]: Led = "c=r;p=s", Admin;
        REMOTE_HELD_LED one "Remote_Held_LED" ["Remote Held"]: Led = "c=r;p=s", Admin;
        REGISTER_FAILED_LED one "Register_Failed_LED" ["Register Failed"]: Led = "c=a", Admin;
        DISABLED_LED one "Disabled_LED" ["Disabled"]: Led = "c=o", Admin;
        REGISTERING_LED one "Registering_LED" ["Registering"]: Led = "c=r;p=s", Admin;
        CALL_BACK_ACTIVE_LED one "Call_Back_Active_LED" ["Call Back Active"]: Led = "c=g;p=s", Admin;
    }
    "Supplementary Services" {
        CONFERENCE_SERV one "Conference_Serv": Bool = "yes", Admin;
        ATTN_TRANSFER_SERV one "Attn_Transfer_Serv": Bool = "yes", Admin;
        BLIND_TRANSFER_SERV one "Blind_Transfer_Serv": Bool = "yes", Admin;
        DND_SERV one "DND_Serv": Bool = "yes", Admin;
        BLOCK_ANC_SERV one "Block_ANC_Serv": Bool = "yes", Admin;
        CALL_BACK_SERV one "Call_Back_Serv": Bool = "yes", Admin;
        BLOCK_CID_SERV one "Block_CID_Serv": Bool = "yes", Admin;
        SECURE_CALL_SERV one "Secure_Call_Serv": Bool = "yes", Admin;
        CFWD_ALL_SERV one "Cfwd_All_Serv": Bool = "yes", Admin;
        CFWD_BUSY_SERV one "Cfwd_Busy_Serv": Bool = "yes", Admin;
        CFWD_NO_ANS_SERV one "Cfwd_No_Ans_Serv": Bool = "yes", Admin;
        PAGING_SERV one "Paging_Serv": Bool = "yes", Admin;
        CALL_PARK_SERV one "Call_Park_Serv": Bool = "yes", Admin;
        CALL_PICK_UP_SERV one "Call_Pick_Up_Serv": Bool = "yes", Admin;
        ACD_LOGIN_SERV one "ACD_Login_Serv": Bool = "no", Admin;
        GROUP_CALL_PICK_UP_SERV one "Group_Call_Pick_Up_Serv": Bool = "yes", Admin;
        ACD_EXT one "ACD_Ext": Number(1, 255) = "1", Admin;
        SERVICE_ANNC_SERV one "Service_Annc_Serv": Bool = "no", Admin;
    }
    "Ring Tone" {
        RING1 one "Ring1" ["Ring 1"]: Ring = "n=Classic-1;w=3;c=1", Admin;
        RING2 one "Ring2" ["Ring 2"]: Ring = "n=Classic-2;w=3;c=2", Admin;
        RING3 one "Ring3" ["Ring 3"]: Ring = "n=Classic-3;w=3;c=3", Admin;
        RING4 one "Ring4" ["Ring 4"]: Ring = "n=Classic-4;w=3;c=4", Admin;
        RING5 one "Ring5" ["Ring 5"]: Ring = "n=Simple-1;w=2;c=1", Admin;
        RING6 one "Ring6" ["Ring 6"]: Ring = "n=Simple-2;w=2;c=2", Admin;
        RING7 one "Ring7" ["Ring 7"]: Ring = "n=Simple-3;w=2;c=3", Admin;
        RING8 one "Ring8" ["Ring 8"]: Ring = "n=Simple-4;w=2;c=4", Admin;
        RING9 one "Ring9" ["Ring 9"]: Ring = "n=Simple-5;w=2;c=5", Admin;
        RING10 one "Ring10" ["Ring 10"]: Ring = "n=Office;w=4;c=1", Admin;
    }
    "Audio Input Gain (dB)" {
        HANDSET_INPUT_GAIN one "Handset_Input_Gain": Choice(GAINS) = "0", Admin;
        HEADSET_INPUT_GAIN one "Headset_Input_Gain": Choice(GAINS) = "0", Admin;
        SPEAKERPHONE_INPUT_GAIN one "Speakerphone_Input_Gain": Choice(GAINS) = "0", Admin;
        HANDSET_ADDITIONAL_INPUT_GAIN one "Handset_Additional_Input_Gain": Choice(GAINS) = "0", Admin;
        HEADSET_ADDITIONAL_INPUT_GAIN one "Headset_Additional_Input_Gain": Choice(GAINS) = "0", Admin;
        SPEAKERPHONE_ADDITIONAL_INPUT_GAIN one "Speakerphone_Additional_Input_Gain":
            Choice(GAINS) = "0", Admin;
    }
    "Extension Mobility" {
        EM_ENABLE one "EM_Enable": Bool = "no", Admin;
        EM_USER_DOMAIN one "EM_User_Domain": Fqdn = "", Admin;
    }
}
