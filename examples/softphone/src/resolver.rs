//! Host names become addresses on a thread of their own: the system's resolver may take its time.

use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use deskphone::ua::Ticket;
use mio::Waker;

/// A question or its answer, with the phone that asked and how often it had been started then.
#[derive(Clone, Debug)]
struct Asked {
    phone: usize,
    life: u32,
    ticket: Ticket,
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
    pub(crate) addresses: Vec<IpAddr>,
}

/// The thread and its two ends.
#[derive(Debug)]
pub(crate) struct Resolver {
    questions: Sender<Asked>,
    answers: Receiver<Answer>,
}

impl Resolver {
    /// Starts the thread. It ends when the resolver is dropped.
    pub(crate) fn new(waker: Arc<Waker>) -> Self {
        let (questions, asked) = channel::<Asked>();
        let (answered, answers) = channel();
        thread::spawn(move || {
            while let Ok(question) = asked.recv() {
                let found = (question.host.as_str(), 0).to_socket_addrs();
                let addresses = found.map(|all| all.map(|one| one.ip()).collect()).unwrap_or_default();
                let Asked { phone, life, ticket, .. } = question;
                if answered.send(Answer { phone, life, ticket, addresses }).is_err() || waker.wake().is_err()
                {
                    return;
                }
            }
        });
        Self { questions, answers }
    }

    pub(crate) fn ask(&self, phone: usize, life: u32, ticket: Ticket, host: &str) {
        let host = host.to_owned();
        let _ = self.questions.send(Asked { phone, life, ticket, host });
    }

    pub(crate) fn answers(&self) -> impl Iterator<Item = Answer> + '_ {
        self.answers.try_iter()
    }
}
