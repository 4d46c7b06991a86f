//! A question to a server, from a socket of our own.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// Sends an OPTIONS; the first line of the final answer. `meanwhile` is called again and again until it
/// comes.
///
/// # Errors
/// When none comes within two seconds.
pub fn options(server: SocketAddr, uri: &str, mut meanwhile: impl FnMut()) -> Result<String, String> {
    let method = "OPTIONS";
    let say = |error: std::io::Error| format!("{method} {uri}: {error}");
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(say)?;
    let port = socket.local_addr().map_err(say)?.port();
    let request = format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-suite-{port}\r\n\
             From: <sip:suite@suite.invalid>;tag={port}\r\nTo: <{uri}>\r\nCall-ID: suite-{port}\r\n\
             CSeq: 1 {method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    );
    socket.set_read_timeout(Some(Duration::from_millis(5))).map_err(say)?;
    let mut buffer = [0; 4_096];
    let began = Instant::now();
    let mut sent = 0;
    while began.elapsed() < Duration::from_secs(2) {
        if began.elapsed() >= sent * Duration::from_millis(500) {
            sent += 1;
            socket.send_to(request.as_bytes(), server).map_err(say)?;
        }
        meanwhile();
        // Nobody there yet counts as no answer.
        let Ok(length) = socket.recv(&mut buffer) else { continue };
        let text = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned();
        let first = text.lines().next().unwrap_or_default();
        if !first.starts_with("SIP/2.0 1") {
            return Ok(first.to_owned());
        }
    }
    Err(format!("{method} {uri}: no answer"))
}
