//! Cutting a stream into SIP messages, as simply as it can be done: for the office and the world, which
//! own memory.

/// Takes the first whole message off a stream's bytes (RFC 3261 §18.3); line ends between messages are
/// keep-alives.
///
/// ```
/// let mut buffer = b"\r\nBYE sip:a SIP/2.0\r\nl: 2\r\n\r\nokSIP/2.0".to_vec();
/// let first = testbed::framing::first_message(&mut buffer).unwrap();
/// assert!(first.ends_with(b"\r\n\r\nok"));
/// assert_eq!(buffer, b"SIP/2.0");
/// assert_eq!(testbed::framing::first_message(&mut buffer), None);
/// ```
pub fn first_message(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let noise = buffer.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    buffer.drain(..noise);
    let head = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let lines = String::from_utf8_lossy(buffer.get(..head)?).to_ascii_lowercase();
    let length = lines.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        matches!(name.trim(), "content-length" | "l").then(|| value.trim().parse::<usize>().ok())?
    });
    let whole = head.checked_add(length.unwrap_or(0))?;
    (buffer.len() >= whole).then(|| buffer.drain(..whole).collect())
}
