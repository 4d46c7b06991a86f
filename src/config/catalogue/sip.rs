//! The settings of the `SIP` tab: what all extensions have in common of SIP, RTP and SDP.

/// The codecs by their names on the web pages.
pub(super) const CODECS: &[&str] =
    &["G711u", "G711a", "G726-16", "G726-24", "G726-32", "G726-40", "G729a", "G723"];

/// `Time0` with no other limit than 2^31-1.
pub(super) const MOST: u32 = 2_147_483_647;

settings! {
    Sip, super::SIP;
    "SIP Parameters" {
        MAX_FORWARD one "Max_Forward": Number(1, 255) = "70", Admin;
        MAX_REDIRECTION one "Max_Redirection": Number(0, 255) = "5", Admin;
        MAX_AUTH one "Max_Auth": Number(0, 255) = "2", Admin;
        SIP_USER_AGENT_NAME one "SIP_User_Agent_Name": Text(63) = "$VERSION", Admin;
        SIP_SERVER_NAME one "SIP_Server_Name": Text(63) = "$VERSION", Admin;
        SIP_REG_USER_AGENT_NAME one "SIP_Reg_User_Agent_Name": Text(63) = "", Admin;
        SIP_ACCEPT_LANGUAGE one "SIP_Accept_Language": Text(63) = "", Admin;
        DTMF_RELAY_MIME_TYPE one "DTMF_Relay_MIME_Type": Text(63) = "application/dtmf-relay", Admin;
        REMOVE_LAST_REG one "Remove_Last_Reg": Bool = "no", Admin;
        USE_COMPACT_HEADER one "Use_Compact_Header": Bool = "no", Admin;
        ESCAPE_DISPLAY_NAME one "Escape_Display_Name": Bool = "no", Admin;
        SIP_B_ENABLE one "SIP-B_Enable": Bool = "no", Admin;
        TALK_PACKAGE one "Talk_Package": Bool = "no", Admin;
        HOLD_PACKAGE one "Hold_Package": Bool = "no", Admin;
        CONFERENCE_PACKAGE one "Conference_Package": Bool = "no", Admin;
        NOTIFY_CONFERENCE one "Notify_Conference": Bool = "no", Admin;
        RFC_2543_CALL_HOLD one "RFC_2543_Call_Hold": Bool = "yes", Admin;
        RANDOM_REG_CID_ON_REBOOT one "Random_REG_CID_On_Reboot": Bool = "no", Admin;
        MARK_ALL_AVT_PACKETS one "Mark_All_AVT_Packets": Bool = "yes", Admin;
        SIP_TCP_PORT_MIN one "SIP_TCP_Port_Min": Port = "5060", Admin;
        SIP_TCP_PORT_MAX one "SIP_TCP_Port_Max": Port = "5080", Admin;
        CTI_ENABLE one "CTI_Enable": Bool = "no", Admin;
        CALLER_ID_HEADER one "Caller_ID_Header":
            Choice(&["PAID-RPID-FROM", "PAID-FROM", "RPID-PAID-FROM", "RPID-FROM", "FROM"]) =
                "PAID-RPID-FROM", Admin;
        SRTP_METHOD one "SRTP_Method": Choice(&["x-sipura", "s-descriptor"]) = "x-sipura", Admin;
        HOLD_TARGET_BEFORE_REFER one "Hold_Target_Before_REFER": Bool = "no", Admin;
    }
    "SIP Timer Values (sec)" {
        SIP_T1 one "SIP_T1": Millis(0, 64_000) = ".5", Admin;
        SIP_T2 one "SIP_T2": Millis(0, 64_000) = "4", Admin;
        SIP_T4 one "SIP_T4": Millis(0, 64_000) = "5", Admin;
        SIP_TIMER_B one "SIP_Timer_B": Millis(0, 64_000) = "32", Admin;
        SIP_TIMER_F one "SIP_Timer_F": Millis(0, 64_000) = "32", Admin;
        SIP_TIMER_H one "SIP_Timer_H": Millis(0, 64_000) = "32", Admin;
        SIP_TIMER_D one "SIP_Timer_D": Millis(0, 64_000) = "32", Admin;
        SIP_TIMER_J one "SIP_Timer_J": Millis(0, 64_000) = "32", Admin;
        INVITE_EXPIRES one "INVITE_Expires": Seconds(0, MOST) = "240", Admin;
        REINVITE_EXPIRES one "ReINVITE_Expires": Seconds(0, MOST) = "30", Admin;
        REG_MIN_EXPIRES one "Reg_Min_Expires": Seconds(0, MOST) = "1", Admin;
        REG_MAX_EXPIRES one "Reg_Max_Expires": Seconds(0, MOST) = "7200", Admin;
        REG_RETRY_INTVL one "Reg_Retry_Intvl": Seconds(0, MOST) = "30", Admin;
        REG_RETRY_LONG_INTVL one "Reg_Retry_Long_Intvl": Seconds(0, MOST) = "1200", Admin;
        REG_RETRY_RANDOM_DELAY one "Reg_Retry_Random_Delay": Seconds(0, MOST) = "", Admin;
        REG_RETRY_LONG_RANDOM_DELAY one "Reg_Retry_Long_Random_Delay": Seconds(0, MOST) = "", Admin;
        REG_RETRY_INTVL_CAP one "Reg_Retry_Intvl_Cap": Seconds(0, MOST) = "0", Admin;
        SUB_MIN_EXPIRES one "Sub_Min_Expires": Seconds(0, MOST) = "10", Admin;
        SUB_MAX_EXPIRES one "Sub_Max_Expires": Seconds(0, MOST) = "7200", Admin;
        SUB_RETRY_INTVL one "Sub_Retry_Intvl": Seconds(0, MOST) = "10", Admin;
    }
    "Response Status Code Handling" {
        SIT1_RSC one "SIT1_RSC": Pattern = "", Admin;
        SIT2_RSC one "SIT2_RSC": Pattern = "", Admin;
        SIT3_RSC one "SIT3_RSC": Pattern = "", Admin;
        SIT4_RSC one "SIT4_RSC": Pattern = "", Admin;
        TRY_BACKUP_RSC one "Try_Backup_RSC": Pattern = "", Admin;
        RETRY_REG_RSC one "Retry_Reg_RSC": Pattern = "", Admin;
    }
    "RTP Parameters" {
        RTP_PORT_MIN one "RTP_Port_Min": Port = "16384", Admin;
        RTP_PORT_MAX one "RTP_Port_Max": Port = "16482", Admin;
        RTP_PACKET_SIZE one "RTP_Packet_Size": PacketTime = "0.030", Admin;
        MAX_RTP_ICMP_ERR one "Max_RTP_ICMP_Err": Number(0, 65_535) = "0", Admin;
        RTCP_TX_INTERVAL one "RTCP_Tx_Interval": Seconds(0, 255) = "0", Admin;
        NO_UDP_CHECKSUM one "No_UDP_Checksum": Bool = "no", Admin;
        SYMMETRIC_RTP one "Symmetric_RTP": Bool = "no", Admin;
        STATS_IN_BYE one "Stats_In_BYE": Bool = "no", Admin;
    }
    "SDP Payload Types" {
        // Numbers are dynamic ones, 96 to 127; G726r32 alone has a static one too, 2.
        NSE_DYNAMIC_PAYLOAD one "NSE_Dynamic_Payload": Number(96, 127) = "100", Admin;
        AVT_DYNAMIC_PAYLOAD one "AVT_Dynamic_Payload": Number(96, 127) = "101", Admin;
        INFOREQ_DYNAMIC_PAYLOAD one "INFOREQ_Dynamic_Payload": Number(96, 127) = "", Admin;
        G726R16_DYNAMIC_PAYLOAD one "G726r16_Dynamic_Payload": Number(96, 127) = "98", Admin;
        G726R24_DYNAMIC_PAYLOAD one "G726r24_Dynamic_Payload": Number(96, 127) = "97", Admin;
        G726R32_DYNAMIC_PAYLOAD one "G726r32_Dynamic_Payload": Number(2, 127) = "2", Admin;
        G726R40_DYNAMIC_PAYLOAD one "G726r40_Dynamic_Payload": Number(96, 127) = "96", Admin;
        G729B_DYNAMIC_PAYLOAD one "G729b_Dynamic_Payload": Number(96, 127) = "99", Admin;
        ENCAPRTP_DYNAMIC_PAYLOAD one "EncapRTP_Dynamic_Payload": Number(96, 127) = "112", Admin;
        RTP_START_LOOPBACK_DYNAMIC_PAYLOAD one "RTP-Start-Loopback_Dynamic_Payload":
            Number(96, 127) = "113", Admin;
        RTP_START_LOOPBACK_CODEC one "RTP-Start-Loopback_Codec": Choice(CODECS) = "G711u", Admin;
        NSE_CODEC_NAME one "NSE_Codec_Name": Text(31) = "NSE", Admin;
        AVT_CODEC_NAME one "AVT_Codec_Name": Text(31) = "telephone-event", Admin;
        G711U_CODEC_NAME one "G711u_Codec_Name": Text(31) = "PCMU", Admin;
        G711A_CODEC_NAME one "G711a_Codec_Name": Text(31) = "PCMA", Admin;
        G726R16_CODEC_NAME one "G726r16_Codec_Name": Text(31) = "G726-16", Admin;
        G726R24_CODEC_NAME one "G726r24_Codec_Name": Text(31) = "G726-24", Admin;
        G726R32_CODEC_NAME one "G726r32_Codec_Name": Text(31) = "G726-32", Admin;
        G726R40_CODEC_NAME one "G726r40_Codec_Name": Text(31) = "G726-40", Admin;
        G729A_CODEC_NAME one "G729a_Codec_Name": Text(31) = "G729a", Admin;
        G729B_CODEC_NAME one "G729b_Codec_Name": Text(31) = "G729ab", Admin;
        G723_CODEC_NAME one "G723_Codec_Name": Text(31) = "G723", Admin;
        ENCAPRTP_CODEC_NAME one "EncapRTP_Codec_Name": Text(31) = "encaprtp", Admin;
    }
    "NAT Support Parameters" {
        HANDLE_VIA_RECEIVED one "Handle_VIA_received": Bool = "no", Admin;
        HANDLE_VIA_RPORT one "Handle_VIA_rport": Bool = "no", Admin;
        INSERT_VIA_RECEIVED one "Insert_VIA_received": Bool = "no", Admin;
        INSERT_VIA_RPORT one "Insert_VIA_rport": Bool = "no", Admin;
        SUBSTITUTE_VIA_ADDR one "Substitute_VIA_Addr": Bool = "no", Admin;
        SEND_RESP_TO_SRC_PORT one "Send_Resp_To_Src_Port": Bool = "no", Admin;
        STUN_ENABLE one "STUN_Enable": Bool = "no", Admin;
        STUN_TEST_ENABLE one "STUN_Test_Enable": Bool = "no", Admin;
        STUN_SERVER one "STUN_Server": Fqdn = "", Admin;
        EXT_IP one "EXT_IP": Ip = "", Admin;
        EXT_RTP_PORT_MIN one "EXT_RTP_Port_Min": Port = "", Admin;
        NAT_KEEP_ALIVE_INTVL one "NAT_Keep_Alive_Intvl": Seconds(0, 65_535) = "15", Admin;
    }
    "Linksys Key System Parameters" {
        LINKSYS_KEY_SYSTEM one "Linksys_Key_System": Bool = "no", Admin;
        MULTICAST_ADDRESS one "Multicast_Address": Fqdn = "224.168.168.168:6061", Admin;
        FORCE_LAN_CODEC one "Force_LAN_Codec": Choice(&["none", "G711u", "G711a", "G722"]) = "none", Admin;
    }
}
