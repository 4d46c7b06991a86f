//! How a call sounded, told when it ends (`Stats In BYE`): a header of the reference phone's, in BYE and in
//! the answer to one.
//!
//! ```text
//! P-RTP-Stat: PS=1207,OS=193120,PR=1146,OR=183360,PL=3,JI=6,LA=60,DU=24,EN=G711u,DE=G711u
//! ```
//! Packets and octets sent, packets and octets received, packets lost, jitter and delay in milliseconds, how
//! long the call stood in seconds, what was sent and what was heard. The figures are the audio task's
//! ([`super::Input::MediaStatistics`]); of a call that it never spoke of, nothing is told.

use super::session::Session;
use super::{Instant, SessionId, Settings, UserAgent};
use crate::base::Writer;
use crate::media::stream::Statistics;
use crate::sdp::Codec;
use crate::sip::{HeaderName, compose};

/// What is told of one call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report {
    figures: Statistics,
    duration_s: u64,
    encoder: Codec,
}

impl UserAgent {
    /// The audio task's newest figures of a session.
    pub(super) fn take_statistics(&mut self, id: SessionId, figures: &Statistics) {
        if let Some(session) = self.sessions.get_mut(id.0) {
            session.figures = Some(*figures);
        }
    }
}

impl Session {
    /// What the end of the call tells of it, if anything.
    pub(super) fn report(&self, now: Instant, settings: &Settings) -> Option<Report> {
        let (figures, answered_at) = (self.figures?, self.answered_at?);
        let encoder = self.media.as_ref()?.codec;
        let duration_s = now.since_ms(answered_at) / 1_000;
        settings.stats_in_bye.then_some(Report { figures, duration_s, encoder })
    }
}

impl Report {
    /// Writes the header.
    pub(super) fn compose(&self, out: &mut Writer<'_>) {
        let figures = &self.figures;
        // How late what is said there is heard here, as far as it is known.
        let way_ms = figures.round_trip_ms.unwrap_or(0) / 2;
        let delay_ms = figures.decode_latency_ms.saturating_add(way_ms);
        compose::begin(out, HeaderName::PRtpStat);
        for (name, number) in [
            ("PS=", figures.packets_sent),
            (",OS=", figures.octets_sent),
            (",PR=", figures.packets_received),
            (",OR=", figures.octets_received),
            (",PL=", figures.packets_lost),
            (",JI=", figures.jitter_ms),
            (",LA=", delay_ms),
        ] {
            out.text(name);
            out.number(u64::from(number));
        }
        out.text(",DU=");
        out.number(self.duration_s);
        out.text(",EN=");
        out.text(name_of(self.encoder));
        out.text(",DE=");
        out.text(name_of(figures.decoder.unwrap_or(self.encoder)));
        compose::end(out);
    }
}

/// A codec as the phone's settings name it.
const fn name_of(codec: Codec) -> &'static str {
    match codec {
        Codec::Pcmu => "G711u",
        Codec::Pcma => "G711a",
    }
}
