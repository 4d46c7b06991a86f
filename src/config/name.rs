//! Names as settings write them: of users, of hosts, of services.

use core::net::{Ipv4Addr, Ipv6Addr};

/// No control characters: nothing that could end a line of a message.
pub(super) fn is_printable(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// `UserID`: what may stand before the `@` of an address. What a URI wants escaped is escaped when it is
/// written.
pub(super) fn is_user_id(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'@' | b'<' | b'>' | b'"'))
}

/// `ActCode`: keys of the dial pad.
pub(super) fn is_dialled(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'#'))
}

/// `FQDN`, or nothing.
///
/// ```text
/// FQDN  := host [ ":" port ]
/// host  := label *( "." label ) [ "." ] / IPv4 address / "[" IPv6 address "]" / IPv6 address / "$" name
/// label := 1*( letter / digit / "-" / "_" )
/// ```
pub(super) fn is_host(text: &str) -> bool {
    if text.is_empty() || text.parse::<Ipv6Addr>().is_ok() {
        return true;
    }
    if let Some((address, rest)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        let port = rest.strip_prefix(':');
        return address.parse::<Ipv6Addr>().is_ok() && (rest.is_empty() || port.is_some_and(is_port));
    }
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let host = host.strip_prefix('$').or_else(|| host.strip_suffix('.')).unwrap_or(host);
    let dotted = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && host.contains('.');
    let named = || host.split(['.']).all(is_label);
    (if dotted { host.parse::<Ipv4Addr>().is_ok() } else { named() }) && port.is_none_or(is_port)
}

fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_or_addresses_with_a_port_if_need_be() {
        for host in [
            "",
            "sip.linksys.com:5060",
            "109.12.14.12:12345",
            "pbx",
            "pbx.example.com.",
            "my_host-1",
            "3com",
            "$PROXY",
            "2001:db8::1",
            "[2001:db8::1]",
            "[2001:db8::1]:5061",
        ] {
            assert!(is_host(host), "{host}");
        }
        for wrong in [
            "a b",
            "a..b",
            ".a",
            ":5060",
            "a:",
            "a:0",
            "a:65536",
            "a:+5",
            "a:b",
            "a:1:2",
            "sip:a",
            "u@a",
            "a;transport=tcp",
            "256.1.1.1",
            "1.2.3",
            "1.2.3.4.5",
            "[::1",
            "[::1]x",
            "[a]",
            "$",
            "zo\u{eb}",
        ] {
            assert!(!is_host(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_could_end_a_line_is_not_printable() {
        assert!(is_printable("Zo\u{eb} & Co. <\">"));
        for wrong in ["a\r\nVia: b", "a\0", "a\tb", "\u{7f}", "\u{85}"] {
            assert!(!is_printable(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn user_ids_and_codes() {
        assert!(is_user_id("jsmith+1;a=b/?%41") && is_user_id("") && is_user_id("101"));
        for wrong in ["a@b", "a b", "<a", "a>", "\"a", "zo\u{eb}"] {
            assert!(!is_user_id(wrong), "{wrong}");
        }
        assert!(is_dialled("*69#0"));
        assert!(!is_dialled("*a") && !is_dialled("+1"));
    }
}
