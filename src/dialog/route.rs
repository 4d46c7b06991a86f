//! Route sets: the way that the requests of a dialog take (RFC 3261 §12.1, §12.2.1.1).
//!
//! ```text
//!                   Request-URI            Route                        next hop
//! empty             remote target          (none)                       remote target
//! first has lr      remote target          the whole set                first of the set
//! first has no lr   first of the set       the rest, remote target      first of the set
//! ```

use heapless::Vec;

use crate::base::Writer;
use crate::limits::ROUTE_SET_BYTES;
use crate::sip::compose;
use crate::sip::{Address, HeaderName, Message, Method, Uri};

/// The values of Route, in the order in which a request of ours passes them.
///
/// ```
/// use deskphone::dialog::RouteSet;
/// let mut routes = RouteSet::EMPTY;
/// routes.push(b"<sip:edge.example.com;lr>").unwrap();
/// let aim = routes.aim(b"sip:2104@pbx.example.com");
/// assert_eq!(aim.request_uri, b"sip:2104@pbx.example.com");
/// assert_eq!(aim.next_hop, b"sip:edge.example.com;lr");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteSet {
    /// Each value behind its length of two bytes.
    values: Vec<u8, ROUTE_SET_BYTES>,
}

/// A route that is no address, or a set that is longer than `limits` allows: 513, or the call is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unroutable;

/// Where a request of a dialog goes.
#[derive(Clone, Debug)]
pub struct Aim<'r> {
    /// The Request-URI; see [`put_request_uri`] for what of it is written.
    pub request_uri: &'r [u8],
    /// The URI that says where the request is sent to.
    pub next_hop: &'r [u8],
    routes: Routes<'r>,
    /// The remote target as the last Route, on the way over a strict router.
    last: Option<&'r [u8]>,
}

/// Walks over the values of a [`RouteSet`].
#[derive(Clone, Debug)]
pub struct Routes<'r>(&'r [u8]);

impl RouteSet {
    /// No routes.
    pub const EMPTY: Self = Self { values: Vec::new() };

    /// The set of a called user agent: Record-Route of the request in its order (RFC 3261 §12.1.1).
    ///
    /// # Errors
    /// [`Unroutable`].
    pub fn of_request(request: &Message<'_>) -> Result<Self, Unroutable> {
        let mut set = Self::EMPTY;
        request.values(HeaderName::RecordRoute).try_for_each(|value| set.push(value))?;
        Ok(set)
    }

    /// The set of a calling user agent: Record-Route of the response in reverse (RFC 3261 §12.1.2).
    ///
    /// # Errors
    /// [`Unroutable`].
    pub fn of_response(response: &Message<'_>) -> Result<Self, Unroutable> {
        let mut set = Self::EMPTY;
        let count = response.values(HeaderName::RecordRoute).count();
        for place in (0..count).rev() {
            let value = response.values(HeaderName::RecordRoute).nth(place).ok_or(Unroutable)?;
            set.push(value)?;
        }
        Ok(set)
    }

    /// Appends one route: also the way to preload a set outside of dialogs, for an outbound proxy or a
    /// Service-Route.
    ///
    /// # Errors
    /// [`Unroutable`]; the set is then as it was.
    pub fn push(&mut self, value: &[u8]) -> Result<(), Unroutable> {
        Address::parse(value).map_err(|_| Unroutable)?;
        let length = u16::try_from(value.len()).map_err(|_| Unroutable)?;
        let needed = value.len().saturating_add(2);
        if self.values.capacity().saturating_sub(self.values.len()) < needed {
            return Err(Unroutable);
        }
        self.values.extend_from_slice(&length.to_be_bytes()).map_err(|_| Unroutable)?;
        self.values.extend_from_slice(value).map_err(|_| Unroutable)
    }

    /// The routes in order.
    #[must_use]
    pub fn iter(&self) -> Routes<'_> {
        Routes(&self.values)
    }

    /// Whether there is no route.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// As it is kept: each value behind its length.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.values
    }

    /// Request-URI, Route and next hop of a request to `target`, the remote target (RFC 3261 §12.2.1.1) or,
    /// outside of dialogs, the address that is called (§8.1.1.1, §8.1.2).
    #[must_use]
    pub fn aim<'r>(&'r self, target: &'r [u8]) -> Aim<'r> {
        self.iter().aim(target)
    }
}

impl<'r> Routes<'r> {
    /// Those of a [`RouteSet::as_bytes`].
    pub(super) const fn of(values: &'r [u8]) -> Self {
        Self(values)
    }

    pub(super) fn aim(self, target: &'r [u8]) -> Aim<'r> {
        let mut routes = self.clone();
        let whole = self;
        let Some(first) = routes.next().and_then(|value| Address::parse(value).ok()) else {
            return Aim { request_uri: target, next_hop: target, routes: whole, last: None };
        };
        if first.uri.params().has(b"lr") {
            return Aim { request_uri: target, next_hop: first.uri_text, routes: whole, last: None };
        }
        // A strict router of RFC 2543 finds itself in the Request-URI and puts the next route there.
        Aim { request_uri: first.uri_text, next_hop: first.uri_text, routes, last: Some(target) }
    }
}

impl Aim<'_> {
    /// Writes the Request-Line.
    pub fn compose_request_line(&self, out: &mut Writer<'_>, method: Method<'_>) {
        out.put(method.as_bytes());
        out.put(b" ");
        put_request_uri(out, self.request_uri);
        out.put(b" SIP/2.0\r\n");
    }

    /// Writes the Route header, if there is a route.
    pub fn compose_routes(&self, out: &mut Writer<'_>) {
        let mut first = true;
        for route in self.routes.clone() {
            begin_route(out, &mut first);
            compose::put_line(out, route);
        }
        if let Some(last) = self.last {
            begin_route(out, &mut first);
            out.put(b"<");
            compose::put_line(out, last);
            out.put(b">");
        }
        if !first {
            compose::end(out);
        }
    }
}

fn begin_route(out: &mut Writer<'_>, first: &mut bool) {
    if *first {
        compose::begin(out, HeaderName::Route);
    } else {
        out.put(b", ");
    }
    *first = false;
}

/// Writes a URI without what a Request-URI must not have: headers and the `method` parameter (RFC 3261
/// §19.1.1, table 1). A text that is no URI is written as it is.
pub fn put_request_uri(out: &mut Writer<'_>, text: &[u8]) {
    let Ok(Uri::Sip(uri)) = Uri::parse(text) else { return compose::put_line(out, text) };
    let forbidden = |name: &[u8]| name.eq_ignore_ascii_case(b"method");
    if uri.headers.is_none() && !uri.params.iter().any(|param| forbidden(param.name)) {
        return compose::put_line(out, text);
    }
    let bare = crate::sip::uri::SipUri { headers: None, params: crate::sip::Params::default(), ..uri };
    bare.compose(out);
    uri.params.iter().filter(|param| !forbidden(param.name)).for_each(|param| param.compose(out));
}

impl<'r> Iterator for Routes<'r> {
    type Item = &'r [u8];

    fn next(&mut self) -> Option<&'r [u8]> {
        let (length, rest) = self.0.split_first_chunk::<2>()?;
        let (value, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        self.0 = rest;
        Some(value)
    }
}

impl<'r> IntoIterator for &'r RouteSet {
    type Item = &'r [u8];
    type IntoIter = Routes<'r>;

    fn into_iter(self) -> Routes<'r> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    const RECORDED: &str = "SIP/2.0 200 OK\r\nRecord-Route: <sip:p3.example.com;lr>, <sip:p2.example.com>\r\n\
        Record-Route: \"P, one\" <sip:p1.example.com;lr>\r\n\r\n";

    fn composed(aim: &Aim<'_>) -> String {
        let mut buffer = [0; 512];
        let mut out = Writer::new(&mut buffer);
        aim.compose_request_line(&mut out, Method::Bye);
        aim.compose_routes(&mut out);
        String::from_utf8(out.written().to_vec()).unwrap()
    }

    #[test]
    fn rfc3261_12_1_the_order_of_each_side() {
        let message = Message::parse(RECORDED.as_bytes()).unwrap();
        let called: Vec<&[u8]> = vec_of(&[b"<sip:p3.example.com;lr>", b"<sip:p2.example.com>"]);
        let set = RouteSet::of_request(&message).unwrap();
        assert_eq!(set.iter().take(2).collect::<Vec<_>>(), called);
        let mut calling: Vec<&[u8]> = RouteSet::of_response(&message).unwrap().iter().map(leak).collect();
        calling.reverse();
        assert_eq!(calling, set.iter().collect::<Vec<_>>());
    }

    fn vec_of(values: &[&'static [u8]]) -> Vec<&'static [u8]> {
        values.to_vec()
    }

    fn leak(value: &[u8]) -> &'static [u8] {
        value.to_vec().leak()
    }

    #[test]
    fn rfc3261_12_2_1_1_loose() {
        let mut set = RouteSet::EMPTY;
        set.push(b"<sip:p1.example.com;lr>").unwrap();
        set.push(b"<sip:p2.example.com>").unwrap();
        let aim = set.aim(b"sip:bob@192.0.2.4");
        assert_eq!(aim.next_hop, b"sip:p1.example.com;lr");
        let text =
            "BYE sip:bob@192.0.2.4 SIP/2.0\r\nRoute: <sip:p1.example.com;lr>, <sip:p2.example.com>\r\n";
        assert_eq!(composed(&aim), text);
    }

    #[test]
    fn rfc3261_12_2_1_1_strict() {
        let mut set = RouteSet::EMPTY;
        for route in [&b"<sip:proxy1?Subject=x>"[..], b"<sip:proxy2>", b"<sip:proxy3;lr>", b"<sip:proxy4>"] {
            set.push(route).unwrap();
        }
        let aim = set.aim(b"sip:user@remoteua");
        assert_eq!(aim.next_hop, b"sip:proxy1?Subject=x");
        let text = "BYE sip:proxy1 SIP/2.0\r\n\
            Route: <sip:proxy2>, <sip:proxy3;lr>, <sip:proxy4>, <sip:user@remoteua>\r\n";
        assert_eq!(composed(&aim), text, "the example of the section");
    }

    #[test]
    fn rfc3261_12_2_1_1_no_routes() {
        let none = RouteSet::EMPTY;
        let aim = none.aim(b"sip:bob@192.0.2.4;method=INVITE;x=y?Subject=a");
        assert_eq!(composed(&aim), "BYE sip:bob@192.0.2.4;x=y SIP/2.0\r\n");
        assert_eq!(none.aim(b"tel:+1").next_hop, b"tel:+1");
    }

    #[test]
    fn what_does_not_fit_leaves_the_set_as_it_was() {
        let mut set = RouteSet::EMPTY;
        assert_eq!(set.push(b"nonsense"), Err(Unroutable));
        let mut long = b"<sip:".to_vec();
        long.extend([b'h'; ROUTE_SET_BYTES]);
        long.extend(b">");
        assert_eq!(set.push(&long), Err(Unroutable));
        assert!(set.is_empty());
    }
}
