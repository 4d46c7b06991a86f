//! As much of a SIP message as tells what it can do to a call.

use testbed::summary;

/// A message.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) call_id: String,
    pub(crate) what: What,
}

/// What it can do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A call begins.
    Invite {
        /// The Call-ID of the call that it takes the place of.
        replaces: Option<String>,
        from: String,
        page: bool,
    },
    /// 101 to 199 for a call.
    Progress {
        rings: bool,
        early: bool,
    },
    /// 2xx for a call.
    Success,
    /// 300 and above for a call.
    Failure(u16),
    Bye,
    Cancel,
    /// The far end sends us to somebody else.
    Refer,
    /// Something else.
    Other,
}

impl Message {
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let call_id = summary::header(bytes, "Call-ID")?;
        let cseq = summary::header(bytes, "CSeq")?;
        let kind = summary::kind(bytes);
        let has_tag = summary::header(bytes, "To").is_some_and(|to| to.contains(";tag="));
        let has_body = summary::header(bytes, "Content-Type").is_some();
        let status = kind.parse::<u16>().ok().filter(|_| cseq.ends_with(" INVITE"));
        let what = match (kind.as_str(), status) {
            (_, Some(101..=199)) => What::Progress { rings: kind == "180", early: has_body },
            (_, Some(200..=299)) => What::Success,
            (_, Some(status @ 300..)) => What::Failure(status),
            ("INVITE", _) if !has_tag => {
                let replaces = summary::header(bytes, "Replaces");
                let replaces =
                    replaces.map(|value| value.split(';').next().unwrap_or_default().trim().to_owned());
                let from = summary::header(bytes, "From").unwrap_or_default();
                let user = from.split_once("sip:").and_then(|(_, uri)| uri.split_once('@'));
                let page =
                    summary::header(bytes, "Call-Info").is_some_and(|hint| hint.contains("answer-after"));
                What::Invite { replaces, from: user.map_or("", |(user, _)| user).to_owned(), page }
            }
            ("BYE", _) => What::Bye,
            ("CANCEL", _) => What::Cancel,
            ("REFER", _) => What::Refer,
            _ => What::Other,
        };
        Some(Self { call_id, what })
    }
}
