//! What two user agents know of each other between requests: RFC 3261 §12.
//!
//! ```
//! use deskphone::base::Writer;
//! use deskphone::dialog::Dialog;
//! use deskphone::sip::{Message, Method};
//! let invite = Message::parse(b"INVITE sip:2101@192.0.2.57 SIP/2.0\r\n\
//!     From: <sip:2104@pbx.example.com>;tag=a\r\nTo: <sip:2101@pbx.example.com>\r\n\
//!     Call-ID: c\r\nCSeq: 9 INVITE\r\nContact: <sip:2104@198.51.100.20>\r\n\r\n")?;
//! let mut dialog = Dialog::of_request(&invite, b"ours").unwrap();
//! let number = dialog.next_cseq(1);
//! let mut buffer = [0; 512];
//! let mut out = Writer::new(&mut buffer);
//! dialog.compose_head(&mut out, Method::Bye, number, b"SIP/2.0/UDP 192.0.2.57;branch=z9hG4bK1", 70);
//! assert!(out.written().starts_with(b"BYE sip:2104@198.51.100.20 SIP/2.0\r\nVia: "));
//! # Ok::<(), deskphone::sip::ParseError>(())
//! ```

use super::id::DialogId;
use super::route::{Aim, RouteSet, Routes, Unroutable, put_request_uri};
use super::words::{Word, Words};
use crate::base::Writer;
use crate::limits::{DIALOG_PARTY_BYTES, URI_BYTES};
use crate::sip::compose;
use crate::sip::{Address, HeaderName, Message, Method};

/// One dialog.
#[derive(Clone, Debug)]
pub struct Dialog {
    id: DialogId,
    stage: Stage,
    side: Side,
    /// The Contact says that it is a conference.
    focus: bool,
    words: Words,
    local_cseq: Option<u32>,
    remote_cseq: Option<u32>,
}

/// How firm a dialog is (RFC 3261 §12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Made by a provisional answer.
    Early,
    /// Made, or made firm, by a 2xx.
    Confirmed,
}

/// Who sent the request that made the dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// We did: the Call-ID is ours, which decides who waits longer after a collision (RFC 3261 §14.1).
    Caller,
    /// The peer did.
    Called,
}

/// What a CSeq of the peer's says (RFC 3261 §12.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Sequence {
    /// The request is the next one.
    InOrder,
    /// A later one came before: 500.
    OutOfOrder,
}

/// Something is missing in a message, or is longer than `limits` allows: 513, or the call is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unkept;

impl Dialog {
    /// What is known before there is a dialog: our Call-ID and tag, both parties (From and To values without
    /// tags), and whom the request goes to. The peer's tag comes with an answer, see [`Dialog::fork`].
    ///
    /// # Errors
    /// [`Unkept`].
    pub fn calling(
        call_id: &[u8],
        local_tag: &[u8],
        from: &[u8],
        to: &[u8],
        target: &[u8],
    ) -> Result<Self, Unkept> {
        let address = |value| Address::parse(value).map_err(|_| Unkept);
        let mut dialog = Self {
            id: DialogId::new(call_id, local_tag, &[]).ok_or(Unkept)?,
            stage: Stage::Early,
            side: Side::Caller,
            focus: false,
            words: parties(&address(from)?, &address(to)?)?,
            local_cseq: None,
            remote_cseq: None,
        };
        dialog.set_target(target)?;
        Ok(dialog)
    }

    /// The confirmed dialog that a 2xx to our request makes beside this one: the same call, the peer's tag,
    /// route and target from the response (RFC 3261 §12.1.2, §13.2.2.4).
    ///
    /// # Errors
    /// [`Unkept`].
    pub fn fork(&self, response: &Message<'_>) -> Result<Self, Unkept> {
        let mut dialog = self.clone();
        dialog.id = DialogId::of_response(response).ok_or(Unkept)?;
        dialog.remote_cseq = None;
        dialog.confirm_by(response)?;
        Ok(dialog)
    }

    /// The dialog that the first notification of our subscription makes: the notifier's tag, route and target
    /// from that request, which may come before the answer to ours (RFC 6665 §4.1.2.4).
    ///
    /// # Errors
    /// [`Unkept`].
    pub fn notified_by(&self, request: &Message<'_>) -> Result<Self, Unkept> {
        let mut dialog = self.clone();
        dialog.id = DialogId::of_request(request).ok_or(Unkept)?;
        dialog.stage = Stage::Confirmed;
        dialog.remote_cseq = Some(request.cseq().ok_or(Unkept)?.number);
        dialog.set_routes(RouteSet::of_request(request))?;
        dialog.refresh_target(request)?;
        Ok(dialog)
    }

    /// Before there is a dialog, a redirection: the request goes to another address (RFC 3261 §8.1.3.4).
    ///
    /// # Errors
    /// [`Unkept`]; the target is then as it was.
    pub fn redirect(&mut self, target: &[u8]) -> Result<(), Unkept> {
        self.set_target(target)
    }

    /// The dialog that an answer to our request makes: a provisional one with a tag, or a 2xx (RFC 3261
    /// §12.1.2).
    ///
    /// # Errors
    /// [`Unkept`].
    pub fn of_response(request: &Message<'_>, response: &Message<'_>) -> Result<Self, Unkept> {
        let status = response.status().ok_or(Unkept)?;
        let mut dialog = Self {
            id: DialogId::of_response(response).ok_or(Unkept)?,
            stage: if status.is_final() { Stage::Confirmed } else { Stage::Early },
            side: Side::Caller,
            focus: is_focus(response),
            words: parties(&request.from().ok_or(Unkept)?, &request.to().ok_or(Unkept)?)?,
            local_cseq: Some(request.cseq().ok_or(Unkept)?.number),
            remote_cseq: None,
        };
        dialog.set_routes(RouteSet::of_response(response))?;
        // A provisional answer needs no Contact; until one comes, the Request-URI is the best that is known.
        let target = response.contact().map(|contact| contact.uri_text);
        dialog.set_target(target.or_else(|| request.request_uri()).ok_or(Unkept)?)?;
        Ok(dialog)
    }

    /// The dialog that our answer with the tag `local_tag` to a peer's request makes, early until
    /// [`Dialog::confirm`] (RFC 3261 §12.1.1).
    ///
    /// # Errors
    /// [`Unkept`].
    pub fn of_request(request: &Message<'_>, local_tag: &[u8]) -> Result<Self, Unkept> {
        let (from, to) = (request.from().ok_or(Unkept)?, request.to().ok_or(Unkept)?);
        let call_id = request.call_id().ok_or(Unkept)?;
        let mut dialog = Self {
            id: DialogId::new(call_id, local_tag, from.tag().unwrap_or(&[])).ok_or(Unkept)?,
            stage: Stage::Early,
            side: Side::Called,
            focus: is_focus(request),
            words: parties(&to, &from)?,
            local_cseq: None,
            remote_cseq: Some(request.cseq().ok_or(Unkept)?.number),
        };
        dialog.set_routes(RouteSet::of_request(request))?;
        dialog.set_target(request.contact().ok_or(Unkept)?.uri_text)?;
        Ok(dialog)
    }

    /// A 2xx is sent.
    pub const fn confirm(&mut self) {
        self.stage = Stage::Confirmed;
    }

    /// A 2xx to the request that made the dialog came: it is confirmed, and its route set is that of the 2xx
    /// (RFC 3261 §13.2.2.4).
    ///
    /// # Errors
    /// [`Unkept`]; routes and target are then as they were.
    pub fn confirm_by(&mut self, response: &Message<'_>) -> Result<(), Unkept> {
        self.stage = Stage::Confirmed;
        let before = self.words.clone();
        let kept = self.set_routes(RouteSet::of_response(response));
        kept.and_then(|()| self.refresh_target(response)).inspect_err(|_| self.words = before)
    }

    /// A target refresh: the Contact of a re-INVITE, an UPDATE or a SUBSCRIBE, or of a 2xx to ours, if there
    /// is one. The route set stays (RFC 3261 §12.2).
    ///
    /// # Errors
    /// [`Unkept`]; the target is then as it was.
    pub fn refresh_target(&mut self, message: &Message<'_>) -> Result<(), Unkept> {
        let Some(contact) = message.contact() else { return Ok(()) };
        self.set_target(contact.uri_text)?;
        self.focus = is_focus(message);
        Ok(())
    }

    /// The CSeq number of our next request. The first is `first` (below 2^31), each other one more
    /// (RFC 3261 §12.2.1.1). Not for ACK and CANCEL, which repeat their INVITE's.
    pub fn next_cseq(&mut self, first: u32) -> u32 {
        let number = self.local_cseq.map_or(first, |number| number.wrapping_add(1));
        self.local_cseq = Some(number);
        number
    }

    /// The CSeq of a peer's request in the dialog, which is not a retransmission (RFC 3261 §12.2.2). ACK and
    /// CANCEL repeat their INVITE's number and are in order as long as that is.
    pub fn receive_cseq(&mut self, number: u32) -> Sequence {
        if self.remote_cseq.is_some_and(|latest| number < latest) {
            return Sequence::OutOfOrder;
        }
        self.remote_cseq = Some(number);
        Sequence::InOrder
    }

    /// Request-URI, Route and next hop of our requests.
    #[must_use]
    pub fn aim(&self) -> Aim<'_> {
        Routes::of(self.words.of(Word::Routes)).aim(self.remote_target())
    }

    /// Writes the head of a request of ours: Request-Line, Via, Max-Forwards, Route, From, To, Call-ID, CSeq
    /// (RFC 3261 §12.2.1.1). The caller gives the Via value, adds its own headers and finishes.
    pub fn compose_head(
        &self,
        out: &mut Writer<'_>,
        method: Method<'_>,
        cseq: u32,
        via: &[u8],
        max_forwards: u8,
    ) {
        let aim = self.aim();
        aim.compose_request_line(out, method);
        compose::header(out, HeaderName::Via, via);
        compose::number_header(out, HeaderName::MaxForwards, u64::from(max_forwards));
        aim.compose_routes(out);
        put_party(out, HeaderName::From, self.local_party(), self.id.local_tag());
        put_party(out, HeaderName::To, self.remote_party(), self.id.remote_tag());
        compose::header(out, HeaderName::CallId, self.id.call_id());
        compose::cseq(out, cseq, method);
    }

    /// Its name.
    #[must_use]
    pub const fn id(&self) -> &DialogId {
        &self.id
    }

    /// How firm it is.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// Who made it.
    #[must_use]
    pub const fn side(&self) -> Side {
        self.side
    }

    /// The peer's Contact: where requests are meant for.
    #[must_use]
    pub fn remote_target(&self) -> &[u8] {
        self.words.of(Word::Target)
    }

    /// Whether the peer is a conference, as its Contact says (RFC 3840 §9, RFC 4579 §5.1).
    #[must_use]
    pub const fn is_with_focus(&self) -> bool {
        self.focus
    }

    /// Our address as From or To had it, without the tag.
    #[must_use]
    pub fn local_party(&self) -> &[u8] {
        self.words.of(Word::Local)
    }

    /// The peer's address as From or To had it, without the tag.
    #[must_use]
    pub fn remote_party(&self) -> &[u8] {
        self.words.of(Word::Remote)
    }

    /// The route set.
    #[must_use]
    pub fn routes(&self) -> Routes<'_> {
        Routes::of(self.words.of(Word::Routes))
    }

    /// The CSeq number of the peer's latest request.
    #[must_use]
    pub const fn remote_cseq(&self) -> Option<u32> {
        self.remote_cseq
    }

    /// The CSeq number of our latest request.
    #[must_use]
    pub const fn local_cseq(&self) -> Option<u32> {
        self.local_cseq
    }

    fn set_target(&mut self, uri: &[u8]) -> Result<(), Unkept> {
        let mut buffer = [0; URI_BYTES];
        let mut out = Writer::new(&mut buffer);
        put_request_uri(&mut out, uri);
        let length = out.finish().map_err(|_| Unkept)?;
        self.words.set(Word::Target, buffer.get(..length).unwrap_or(&[])).ok_or(Unkept)
    }

    fn set_routes(&mut self, routes: Result<RouteSet, Unroutable>) -> Result<(), Unkept> {
        let routes = routes.map_err(|_| Unkept)?;
        self.words.set(Word::Routes, routes.as_bytes()).ok_or(Unkept)
    }
}

fn is_focus(message: &Message<'_>) -> bool {
    message.contact().is_some_and(|contact| contact.params.has(b"isfocus"))
}

fn parties(local: &Address<'_>, remote: &Address<'_>) -> Result<Words, Unkept> {
    let mut words = Words::EMPTY;
    set_party(&mut words, Word::Local, local)?;
    set_party(&mut words, Word::Remote, remote)?;
    Ok(words)
}

/// An address without its tag: display name and URI, or the URI alone when both are too long.
fn set_party(words: &mut Words, word: Word, address: &Address<'_>) -> Result<(), Unkept> {
    let mut bare = |display| {
        let mut buffer = [0; DIALOG_PARTY_BYTES];
        let mut out = Writer::new(&mut buffer);
        Address { display, params: crate::sip::Params::default(), ..*address }.compose(&mut out);
        let length = out.finish().ok()?;
        words.set(word, buffer.get(..length)?)
    };
    bare(address.display).or_else(|| bare(&[])).ok_or(Unkept)
}

fn put_party(out: &mut Writer<'_>, name: HeaderName, party: &[u8], tag: &[u8]) {
    compose::begin(out, name);
    compose::put_line(out, party);
    if !tag.is_empty() {
        out.put(b";tag=");
        compose::put_line(out, tag);
    }
    compose::end(out);
}

#[cfg(test)]
mod tests;
