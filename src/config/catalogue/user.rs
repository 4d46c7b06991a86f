//! The settings of the `User` tab: what the person at the phone may change.

settings! {
    User, super::USER;
    "Call Forward" {
        CFWD_ALL_DEST one "Cfwd_All_Dest": Phone = "", User;
        CFWD_BUSY_DEST one "Cfwd_Busy_Dest": Phone = "", User;
        CFWD_NO_ANS_DEST one "Cfwd_No_Ans_Dest": Phone = "", User;
        CFWD_NO_ANS_DELAY one "Cfwd_No_Ans_Delay": Seconds(0, 255) = "20", User;
    }
    "Speed Dial" {
        // A number or URL, or the name of a directory entry, which may have spaces.
        SPEED_DIAL_2 one "Speed_Dial_2": Text(39) = "", User;
        SPEED_DIAL_3 one "Speed_Dial_3": Text(39) = "", User;
        SPEED_DIAL_4 one "Speed_Dial_4": Text(39) = "", User;
        SPEED_DIAL_5 one "Speed_Dial_5": Text(39) = "", User;
        SPEED_DIAL_6 one "Speed_Dial_6": Text(39) = "", User;
        SPEED_DIAL_7 one "Speed_Dial_7": Text(39) = "", User;
        SPEED_DIAL_8 one "Speed_Dial_8": Text(39) = "", User;
        SPEED_DIAL_9 one "Speed_Dial_9": Text(39) = "", User;
    }
    "Supplementary Services" {
        CW_SETTING one "CW_Setting": Bool = "yes", User;
        BLOCK_CID_SETTING one "Block_CID_Setting": Bool = "no", User;
        BLOCK_ANC_SETTING one "Block_ANC_Setting": Bool = "no", User;
        DND_SETTING one "DND_Setting": Bool = "no", User;
        SECURE_CALL_SETTING one "Secure_Call_Setting": Bool = "no", User;
        DIAL_ASSISTANCE one "Dial_Assistance": Bool = "no", User;
        AUTO_ANSWER_PAGE one "Auto_Answer_Page": Bool = "yes", User;
        PREFERRED_AUDIO_DEVICE one "Preferred_Audio_Device":
            Choice(&["Speaker", "Headset", "None"]) = "Speaker", User;
        SEND_AUDIO_TO_SPEAKER one "Send_Audio_To_Speaker": Bool = "no", User;
        TIME_FORMAT one "Time_Format": Choice(&["12hr", "24hr"]) = "12hr", User;
        DATE_FORMAT one "Date_Format": Choice(&["month/day", "day/month"]) = "month/day", User;
        MISS_CALL_SHORTCUT one "Miss_Call_Shortcut": Bool = "yes", User;
        ACCEPT_MEDIA_LOOPBACK_REQUEST one "Accept_Media_Loopback_Request":
            Choice(&["never", "automatic", "manual"]) = "automatic", User;
        MEDIA_LOOPBACK_MODE one "Media_Loopback_Mode": Choice(&["source", "mirror"]) = "source", User;
        MEDIA_LOOPBACK_TYPE one "Media_Loopback_Type": Choice(&["media", "packet"]) = "media", User;
        TEXT_MESSAGE one "Text_Message": Bool = "yes", User;
        TEXT_MESSAGE_FROM_3RD_PARTY one "Text_Message_From_3rd_Party": Bool = "no", User;
        ALERT_TONE_OFF one "Alert_Tone_Off": Bool = "no", User;
        LOG_MISSED_CALLS_FOR_EXT each "Log_Missed_Calls_for_EXT_n": Bool = "yes", User;
    }
    "Audio Volume" {
        RINGER_VOLUME one "Ringer_Volume": Number(0, 15) = "8", User;
        SPEAKER_VOLUME one "Speaker_Volume": Number(0, 15) = "8", User;
        HANDSET_VOLUME one "Handset_Volume": Number(0, 15) = "12", User;
        HEADSET_VOLUME one "Headset_Volume": Number(0, 15) = "10", User;
        LCD_CONTRAST one "Lcd_Contrast" ["LCD Contrast"]: Number(0, 30) = "0", User;
    }
}
