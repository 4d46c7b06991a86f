//! The settings of the `System` tab: access to the web pages, and the network.
//!
//! A text whose length the guide leaves open takes 63 bytes where it is a name, 255 where it is a list,
//! a rule or a URL.

settings! {
    System, super::SYSTEM;
    "System Configuration" {
        RESTRICTED_ACCESS_DOMAINS one "Restricted_Access_Domains": Text(255) = "", Admin;
        ENABLE_WEB_SERVER one "Enable_Web_Server": Bool = "yes", Admin;
        WEB_SERVER_PORT one "Web_Server_Port": Port = "80", Admin;
        ENABLE_WEB_ADMIN_ACCESS one "Enable_Web_Admin_Access": Bool = "yes", Admin;
        ADMIN_PASSWD one "Admin_Passwd": Secret(63) = "", Admin;
        USER_PASSWORD one "User_Password": Secret(63) = "", User;
        PHONE_UI_READONLY one "Phone-UI-readonly": Bool = "no", Admin;
    }
    "Internet Connection Type" {
        CONNECTION_TYPE one "Connection_Type": Choice(&["DHCP", "Static IP", "PPPoE"]) = "DHCP", User;
    }
    "Static IP Settings" {
        STATIC_IP one "Static_IP": Ip = "", User;
        NETMASK one "NetMask": Ip = "", User;
        GATEWAY one "Gateway": Ip = "", User;
    }
    "PPPoE Settings" {
        PPPOE_LOGIN_NAME one "PPPoE_Login_Name": Text(63) = "", Admin;
        PPPOE_LOGIN_PASSWORD one "PPPoE_Login_Password": Secret(63) = "", Admin;
        PPPOE_SERVICE_NAME one "PPPoE_Service_Name": Text(63) = "", Admin;
    }
    "Optional Network Configuration" {
        HOSTNAME one "HostName": Fqdn = "", User;
        DOMAIN one "Domain": Fqdn = "", User;
        PRIMARY_DNS one "Primary_DNS": Ip = "", User;
        SECONDARY_DNS one "Secondary_DNS": Ip = "", User;
        DNS_SERVER_ORDER one "DNS_Server_Order":
            Choice(&["Manual", "Manual,DHCP", "DHCP,Manual"]) = "Manual", Admin;
        DNS_QUERY_MODE one "DNS_Query_Mode": Choice(&["Parallel", "Sequential"]) = "Parallel", Admin;
        SYSLOG_SERVER one "Syslog_Server": Fqdn = "", Admin;
        DEBUG_SERVER one "Debug_Server": Fqdn = "", Admin;
        DEBUG_LEVEL one "Debug_Level": Number(0, 3) = "0", Admin;
        PRIMARY_NTP_SERVER one "Primary_NTP_Server": Text(127) = "", Admin;
        SECONDARY_NTP_SERVER one "Secondary_NTP_Server": Text(127) = "", Admin;
    }
    "VLAN Settings" {
        // Of the models with a port for a computer; kept, without effect on one that has none.
        ENABLE_VLAN one "Enable_VLAN": Bool = "no", Admin;
        ENABLE_CDP one "Enable_CDP": Bool = "yes", Admin;
        VLAN_ID one "VLAN_ID": Number(0, 4_095) = "1", Admin;
        PC_PORT_VLAN_HIGHEST_PRIORITY one "PC_Port_VLAN_Highest_Priority":
            Choice(&["No Limit", "0", "1", "2", "3", "4", "5", "6", "7"]) = "No Limit", Admin;
        ENABLE_PC_PORT_VLAN_TAGGING one "Enable_PC_Port_VLAN_Tagging": Bool = "no", Admin;
        PC_PORT_VLAN_ID one "PC_Port_VLAN_ID": Number(0, 4_095) = "1", Admin;
    }
}
