//! The settings of the `Regional` tab: tones, ring cadences, timers, star codes and the clock.

settings! {
    Regional, super::REGIONAL;
    "Call Progress Tones" {
        DIAL_TONE one "Dial_Tone": Tone = "350@-19,440@-19;10(*/0/1+2)", Admin;
        SECOND_DIAL_TONE one "Second_Dial_Tone": Tone = "420@-19,520@-19;10(*/0/1+2)", Admin;
        OUTSIDE_DIAL_TONE one "Outside_Dial_Tone": Tone = "420@-16;10(*/0/1)", Admin;
        PROMPT_TONE one "Prompt_Tone": Tone = "520@-19,620@-19;10(*/0/1+2)", Admin;
        BUSY_TONE one "Busy_Tone": Tone = "480@-19,620@-19;10(.5/.5/1+2)", Admin;
        REORDER_TONE one "Reorder_Tone": Tone = "480@-19,620@-19;10(.25/.25/1+2)", Admin;
        OFF_HOOK_WARNING_TONE one "Off_Hook_Warning_Tone": Tone = "480@-10,620@0;10(.125/.125/1+2)", Admin;
        RING_BACK_TONE one "Ring_Back_Tone": Tone = "440@-19,480@-19;*(2/4/1+2)", Admin;
        CALL_WAITING_TONE one "Call_Waiting_Tone": Tone = "440@-10;30(.3/9.7/1)", Admin;
        CONFIRM_TONE one "Confirm_Tone": Tone = "600@-16;1(.25/.25/1)", Admin;
        SIT1_TONE one "SIT1_Tone":
            Tone = "985@-16,1428@-16,1777@-16;20(.380/0/1,.380/0/2,.380/0/3,0/4/0)", Admin;
        SIT2_TONE one "SIT2_Tone":
            Tone = "914@-16,1371@-16,1777@-16;20(.274/0/1,.274/0/2,.380/0/3,0/4/0)", Admin;
        SIT3_TONE one "SIT3_Tone":
            Tone = "914@-16,1371@-16,1777@-16;20(.380/0/1,.380/0/2,.380/0/3,0/4/0)", Admin;
        SIT4_TONE one "SIT4_Tone":
            Tone = "985@-16,1371@-16,1777@-16;20(.380/0/1,.274/0/2,.380/0/3,0/4/0)", Admin;
        MWI_DIAL_TONE one "MWI_Dial_Tone": Tone = "350@-19,440@-19;2(.1/.1/1+2);10(*/0/1+2)", Admin;
        CFWD_DIAL_TONE one "Cfwd_Dial_Tone": Tone = "350@-19,440@-19;2(.2/.2/1+2);10(*/0/1+2)", Admin;
        HOLDING_TONE one "Holding_Tone": Tone = "600@-19;*(.1/.1/1,.1/.1/1,.1/9.5/1)", Admin;
        CONFERENCE_TONE one "Conference_Tone": Tone = "350@-19;20(.1/.1/1,.1/9.7/1)", Admin;
        SECURE_CALL_INDICATION_TONE one "Secure_Call_Indication_Tone":
            Tone = "397@-19,507@-19;15(0/2/0,.2/.1/1,.1/2.1/2)", Admin;
        PAGE_TONE one "Page_Tone": Tone = "600@-16;.3(.05/0.05/1)", Admin;
        ALERT_TONE one "Alert_Tone": Tone = "600@-19;.2(.05/0.05/1)", Admin;
    }
    "Distinctive Ring Patterns" {
        CADENCE_1 one "Cadence_1": Cadence = "60(2/4)", Admin;
        CADENCE_2 one "Cadence_2": Cadence = "60(.3/.2,1/.2,.3/4)", Admin;
        CADENCE_3 one "Cadence_3": Cadence = "60(.8/.4,.8/4)", Admin;
        CADENCE_4 one "Cadence_4": Cadence = "60(.4/.2,.3/.2,.8/4)", Admin;
        CADENCE_5 one "Cadence_5": Cadence = "60(.2/.2,.2/.2,.2/.2,1/4)", Admin;
        CADENCE_6 one "Cadence_6": Cadence = "60(.2/.4,.2/.4,.2/4)", Admin;
        CADENCE_7 one "Cadence_7": Cadence = "60(4.5/4)", Admin;
        CADENCE_8 one "Cadence_8": Cadence = "60(0.25/9.75)", Admin;
        CADENCE_9 one "Cadence_9": Cadence = "60(.4/.2,.4/2)", Admin;
    }
    "Control Timer Values (sec)" {
        REORDER_DELAY one "Reorder_Delay": Delay = "5", Admin;
        CALL_BACK_EXPIRES one "Call_Back_Expires": Seconds(0, 65_535) = "1800", Admin;
        CALL_BACK_RETRY_INTVL one "Call_Back_Retry_Intvl": Seconds(0, 255) = "30", Admin;
        CALL_BACK_DELAY one "Call_Back_Delay": Millis(0, 64_000) = ".5", Admin;
        INTERDIGIT_LONG_TIMER one "Interdigit_Long_Timer": Millis(0, 64_000) = "10", Admin;
        INTERDIGIT_SHORT_TIMER one "Interdigit_Short_Timer": Millis(0, 64_000) = "3", Admin;
    }
    "Vertical Service Activation Codes" {
        CALL_RETURN_CODE one "Call_Return_Code": ActCode = "*69", Admin;
        BLIND_TRANSFER_CODE one "Blind_Transfer_Code": ActCode = "*98", Admin;
        CALL_BACK_ACT_CODE one "Call_Back_Act_Code": ActCode = "*66", Admin;
        CALL_BACK_DEACT_CODE one "Call_Back_Deact_Code": ActCode = "*86", Admin;
        CFWD_ALL_ACT_CODE one "Cfwd_All_Act_Code": ActCode = "*72", Admin;
        CFWD_ALL_DEACT_CODE one "Cfwd_All_Deact_Code": ActCode = "*73", Admin;
        CFWD_BUSY_ACT_CODE one "Cfwd_Busy_Act_Code": ActCode = "*90", Admin;
        CFWD_BUSY_DEACT_CODE one "Cfwd_Busy_Deact_Code": ActCode = "*91", Admin;
        CFWD_NO_ANS_ACT_CODE one "Cfwd_No_Ans_Act_Code": ActCode = "*92", Admin;
        CFWD_NO_ANS_DEACT_CODE one "Cfwd_No_Ans_Deact_Code": ActCode = "*93", Admin;
        CW_ACT_CODE one "CW_Act_Code": ActCode = "*56", Admin;
        CW_DEACT_CODE one "CW_Deact_Code": ActCode = "*57", Admin;
        CW_PER_CALL_ACT_CODE one "CW_Per_Call_Act_Code": ActCode = "*71", Admin;
        CW_PER_CALL_DEACT_CODE one "CW_Per_Call_Deact_Code": ActCode = "*70", Admin;
        BLOCK_CID_ACT_CODE one "Block_CID_Act_Code": ActCode = "*67", Admin;
        BLOCK_CID_DEACT_CODE one "Block_CID_Deact_Code": ActCode = "*68", Admin;
        BLOCK_CID_PER_CALL_ACT_CODE one "Block_CID_Per_Call_Act_Code": ActCode = "*81", Admin;
        BLOCK_CID_PER_CALL_DEACT_CODE one "Block_CID_Per_Call_Deact_Code": ActCode = "*82", Admin;
        BLOCK_ANC_ACT_CODE one "Block_ANC_Act_Code": ActCode = "*77", Admin;
        BLOCK_ANC_DEACT_CODE one "Block_ANC_Deact_Code": ActCode = "*87", Admin;
        DND_ACT_CODE one "DND_Act_Code": ActCode = "*78", Admin;
        DND_DEACT_CODE one "DND_Deact_Code": ActCode = "*79", Admin;
        SECURE_ALL_CALL_ACT_CODE one "Secure_All_Call_Act_Code": ActCode = "*16", Admin;
        SECURE_NO_CALL_ACT_CODE one "Secure_No_Call_Act_Code": ActCode = "*17", Admin;
        SECURE_ONE_CALL_ACT_CODE one "Secure_One_Call_Act_Code": ActCode = "*18", Admin;
        SECURE_ONE_CALL_DEACT_CODE one "Secure_One_Call_Deact_Code": ActCode = "*19", Admin;
        PAGING_CODE one "Paging_Code": ActCode = "*96", Admin;
        CALL_PARK_CODE one "Call_Park_Code": ActCode = "*38", Admin;
        CALL_PICKUP_CODE one "Call_Pickup_Code": ActCode = "*36", Admin;
        CALL_UNPARK_CODE one "Call_UnPark_Code": ActCode = "*39", Admin;
        GROUP_CALL_PICKUP_CODE one "Group_Call_Pickup_Code": ActCode = "*37", Admin;
        MEDIA_LOOPBACK_CODE one "Media_Loopback_Code": ActCode = "*03", Admin;
        REFERRAL_SERVICES_CODES one "Referral_Services_Codes": CodeList = "", Admin;
        FEATURE_DIAL_SERVICES_CODES one "Feature_Dial_Services_Codes": CodeList = "", Admin;
    }
    "Vertical Service Announcement Codes" {
        SERVICE_ANNC_BASE_NUMBER one "Service_Annc_Base_Number": Phone = "", Admin;
        SERVICE_ANNC_EXTENSION_CODES one "Service_Annc_Extension_Codes": Text(127) = "", Admin;
    }
    "Outbound Call Codec Selection Codes" {
        PREFER_G711U_CODE one "Prefer_G711u_Code": ActCode = "*017110", Admin;
        FORCE_G711U_CODE one "Force_G711u_Code": ActCode = "*027110", Admin;
        PREFER_G711A_CODE one "Prefer_G711a_Code": ActCode = "*017111", Admin;
        FORCE_G711A_CODE one "Force_G711a_Code": ActCode = "*027111", Admin;
        PREFER_G723_CODE one "Prefer_G723_Code": ActCode = "*01723", Admin;
        FORCE_G723_CODE one "Force_G723_Code": ActCode = "*02723", Admin;
        PREFER_G726R16_CODE one "Prefer_G726r16_Code": ActCode = "*0172616", Admin;
        FORCE_G726R16_CODE one "Force_G726r16_Code": ActCode = "*0272616", Admin;
        PREFER_G726R24_CODE one "Prefer_G726r24_Code": ActCode = "*0172624", Admin;
        FORCE_G726R24_CODE one "Force_G726r24_Code": ActCode = "*0272624", Admin;
        PREFER_G726R32_CODE one "Prefer_G726r32_Code": ActCode = "*0172632", Admin;
        FORCE_G726R32_CODE one "Force_G726r32_Code": ActCode = "*0272632", Admin;
        PREFER_G726R40_CODE one "Prefer_G726r40_Code": ActCode = "*0172640", Admin;
        FORCE_G726R40_CODE one "Force_G726r40_Code": ActCode = "*0272640", Admin;
        PREFER_G729A_CODE one "Prefer_G729a_Code": ActCode = "*01729", Admin;
        FORCE_G729A_CODE one "Force_G729a_Code": ActCode = "*02729", Admin;
    }
    "Miscellaneous" {
        SET_LOCAL_DATE__MM_DD one "Set_Local_Date__mm_dd_" ["Set Local Date (mm/dd)"]: Text(10) = "", User;
        SET_LOCAL_TIME__HH_MM one "Set_Local_Time__HH_mm_" ["Set Local Time (HH/mm)"]: Text(8) = "", User;
        TIME_ZONE one "Time_Zone": TimeZone = "GMT-08:00", Admin;
        TIME_OFFSET__HH_MM one "Time_Offset__HH_mm_" ["Time Offset (HH/mm)"]: TimeOffset = "", User;
        DAYLIGHT_SAVING_TIME_RULE one "Daylight_Saving_Time_Rule":
            Daylight = "start=4/1/7;end=10/-1/7;save=1", Admin;
        DAYLIGHT_SAVING_TIME_ENABLE one "Daylight_Saving_Time_Enable": Bool = "yes", Admin;
        DTMF_PLAYBACK_LEVEL one "DTMF_Playback_Level": Power = "-16", Admin;
        DTMF_PLAYBACK_LENGTH one "DTMF_Playback_Length": Millis(0, 64_000) = ".1", Admin;
        INBAND_DTMF_BOOST one "Inband_DTMF_Boost":
            Choice(&["0dB", "3dB", "6dB", "9dB", "12dB", "15dB", "18dB"]) = "12dB", Admin;
        DICTIONARY_SERVER_SCRIPT one "Dictionary_Server_Script": Text(511) = "", Admin;
        LANGUAGE_SELECTION one "Language_Selection": Text(31) = "", Admin;
        DEFAULT_CHARACTER_ENCODING one "Default_Character_Encoding": Text(31) = "ISO-8859-1", Admin;
    }
}
