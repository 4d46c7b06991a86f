//! The fuzz body of this room: any bytes as RTP, as RTCP, and as a source's numbers.

use super::{Sequence, packet, rtcp, telephone_event};

/// Reads anything as RTP and RTCP, and checks that what is read can be written again.
pub fn fuzz_rtp(data: &[u8]) {
    let mut buffer = [0; 2048];
    if let Ok(read) = packet::Packet::parse(data) {
        let mut source = Sequence::new(read.sequence);
        for pair in read.payload.as_chunks::<2>().0 {
            source.step(u16::from_be_bytes(*pair));
            source.arrived(u32::from(u16::from_le_bytes(*pair)), read.timestamp);
            source.take_fraction_lost();
        }
        telephone_event::events(read.timestamp, read.payload).for_each(drop);
        if let Ok(length) = read.compose(&mut buffer) {
            let again = buffer.get(..length).map(packet::Packet::parse);
            assert_eq!(again, Some(Ok(read)), "parse undoes compose");
        }
    }
    let Ok(packets) = rtcp::parse(data) else { return };
    for packet in packets {
        match packet {
            rtcp::Packet::SenderReport { reports, .. } | rtcp::Packet::ReceiverReport { reports, .. } => {
                reports.iter().for_each(drop);
            }
            rtcp::Packet::SourceDescription(chunks) => chunks.items().for_each(drop),
            rtcp::Packet::Goodbye(goodbye) => goodbye.sources().for_each(drop),
            rtcp::Packet::Other(_) => {}
        }
    }
}
