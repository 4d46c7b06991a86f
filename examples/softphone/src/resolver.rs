//! Names become addresses and servers on a thread of their own: a name server may take its time.
//!
//! Addresses come from the system and services from its name server, or both from the one that `--dns`
//! names.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use deskphone::ua::{Query, Ticket};
use mio::Waker;

use crate::dns::{self, Found};

/// A question or its answer, with the phone that asked and how often it had been started then.
#[derive(Clone, Debug)]
struct Asked {
    phone: usize,
    life: u32,
    ticket: Ticket,
    query: Query,
    host: String,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The phone that asked.
    pub(crate) phone: usize,
    /// Which of the phone's lives asked; a restart begins another.
    pub(crate) life: u32,
    /// The question's ticket.
    pub(crate) ticket: Ticket,
    /// What was found.
    pub(crate) found: Found,
    /// How long it is good, if that is known.
    pub(crate) ttl_s: Option<u32>,
}

/// The thread and its two ends.
#[derive(Debug)]
pub(crate) struct Resolver {
    questions: Sender<Asked>,
    answers: Receiver<Answer>,
}

impl Resolver {
    /// Starts the thread. It ends when the resolver is dropped.
    pub(crate) fn new(waker: Arc<Waker>, server: Option<SocketAddr>) -> Self {
        let (questions, asked) = channel::<Asked>();
        let (answered, answers) = channel();
        thread::spawn(move || {
            while let Ok(question) = asked.recv() {
                let (found, ttl_s) = look_up(server, question.query, &question.host);
                let Asked { phone, life, ticket, .. } = question;
                let answer = Answer { phone, life, ticket, found, ttl_s };
                if answered.send(answer).is_err() || waker.wake().is_err() {
                    return;
                }
            }
        });
        Self { questions, answers }
    }

    pub(crate) fn ask(&self, phone: usize, life: u32, ticket: Ticket, query: Query, host: &str) {
        let host = host.to_owned();
        let _ = self.questions.send(Asked { phone, life, ticket, query, host });
    }

    pub(crate) fn answers(&self) -> impl Iterator<Item = Answer> + '_ {
        self.answers.try_iter()
    }
}

/// What cannot be found out counts as not there.
fn look_up(server: Option<SocketAddr>, query: Query, host: &str) -> (Found, Option<u32>) {
    let none = match query {
        Query::Addresses => Found::Addresses(Vec::new()),
        Query::Services => Found::Services(Vec::new()),
    };
    match (server, query) {
        (None, Query::Addresses) => {
            let found = (host, 0).to_socket_addrs();
            (Found::Addresses(found.map(|all| all.map(|one| one.ip()).collect()).unwrap_or_default()), None)
        }
        (Some(server), _) => dns::ask(server, query, host).unwrap_or((none, None)),
        (None, Query::Services) => {
            let answer = dns::system_server().and_then(|server| dns::ask(server, query, host).ok());
            answer.unwrap_or((none, None))
        }
    }
}
