//! One forwarded request and its branches (RFC 3261 §16.7): the best answer goes back, the losers are
//! cancelled.

use super::Office;
use super::exchange::Path;
use super::text::Text;
use deskphone::base::{Instant, Timer};

/// A request on its way to one or more targets.
#[derive(Debug)]
pub(super) struct Fork {
    id: u64,
    server: u64,
    invite: bool,
    branches: Vec<Branch>,
    /// A final response has gone back.
    done: bool,
    limit: Timer,
}

#[derive(Debug)]
struct Branch {
    id: u64,
    client: u64,
    provisional: bool,
    cancelled: bool,
    last: Option<Text>,
}

impl Fork {
    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.limit.due()
    }

    fn is_complete(&self) -> bool {
        self.branches.iter().all(|branch| branch.last.is_some())
    }

    /// RFC 3261 §16.7, step 6: 6xx before all, then the lowest class; within 4xx what tells the caller
    /// how to go on.
    fn best(&self) -> Option<&Text> {
        let rank = |response: &&Text| match response.status() {
            status @ 600.. => (0, status),
            status @ (401 | 407 | 415 | 420 | 484) => (4, status - 400),
            // Of no use to a caller who did not cancel.
            408 | 487 => (4, 999),
            status => (status / 100, 500 + status % 100),
        };
        self.branches.iter().filter_map(|branch| branch.last.as_ref()).min_by_key(rank)
    }
}

impl Office {
    /// Sends a request on to all targets at once.
    pub(super) fn forward(&mut self, now: Instant, server: u64, request: Text, targets: &[(String, Path)]) {
        if request.has("Proxy-Require") {
            let asked = request.first("Proxy-Require").unwrap_or("").to_owned();
            return self.reply_with(now, server, 420, &[("Unsupported", &asked)]);
        }
        let copies: Vec<_> =
            targets.iter().map(|(uri, flow)| (self.copy_for(&request, uri, *flow), *flow)).collect();
        if copies.iter().any(|(copy, _)| copy.is_none()) {
            return self.reply(now, server, 483);
        }
        let invite = request.method() == "INVITE";
        if invite {
            self.reply(now, server, 100);
        }
        let id = self.next_id();
        let mut limit = Timer::OFF;
        if invite {
            limit.start(now, self.settings.no_answer_ms);
        }
        let mut branches = Vec::new();
        for (copy, flow) in copies {
            let Some(copy) = copy else { continue };
            let branch = self.next_id();
            let client = self.send_branch(now, copy, flow, id, branch);
            branches.push(Branch { id: branch, client, provisional: false, cancelled: false, last: None });
        }
        self.forks.push(Fork { id, server, invite, branches, done: false, limit });
    }

    pub(super) fn branch_response(&mut self, now: Instant, fork: u64, branch: u64, response: &Text) {
        let mut back = response.clone();
        back.remove_first("Via");
        let Some(fork) = self.forks.iter_mut().find(|found| found.id == fork) else {
            return self.forward_stray(response);
        };
        let Some(found) = fork.branches.iter_mut().find(|found| found.id == branch) else { return };
        let (id, server, done) = (fork.id, fork.server, fork.done);
        match response.status() {
            ..200 => {
                let cancel = found.cancelled && !found.provisional;
                let client = found.client;
                found.provisional = true;
                if cancel {
                    self.cancel_client(now, client);
                }
                if response.status() > 100 && !done {
                    self.reply_text(now, server, &back);
                }
            }
            200..300 => {
                found.last = Some(back.clone());
                fork.done = true;
                let refused = self.servers.iter().any(|found| found.id == server && found.status >= 300);
                if refused {
                    // The caller was told otherwise; it must still hear of the dialog, to end it.
                    self.forward_stray(response);
                } else {
                    self.reply_text(now, server, &back);
                }
                self.cancel_branches(now, id);
                self.conclude(now, id);
            }
            status => {
                if found.last.is_none() {
                    found.last = Some(back);
                }
                if status >= 600 {
                    self.cancel_branches(now, id);
                }
                self.conclude(now, id);
            }
        }
    }

    /// A CANCEL: 200 for itself, and the INVITE ends with 487 as soon as its branches have (RFC 3261
    /// §16.10).
    pub(super) fn cancel(&mut self, now: Instant, server: u64, cancel: &Text) {
        let invite = self.servers.iter().find(|found| found.matches(cancel, "INVITE")).map(|found| found.id);
        let Some(invite) = invite else { return self.reply(now, server, 481) };
        self.reply(now, server, 200);
        if let Some(fork) = self.forks.iter().find(|fork| fork.server == invite).map(|fork| fork.id) {
            self.cancel_branches(now, fork);
        } else {
            self.leg_cancelled(now, invite);
        }
    }

    /// Nobody answered: the caller gets 408, the branches CANCEL (RFC 3261 §16.8).
    pub(super) fn fork_timers(&mut self, now: Instant) {
        let due = self
            .forks
            .iter_mut()
            .filter_map(|fork| fork.limit.take_due(now).then_some((fork.id, fork.server)));
        let due: Vec<_> = due.collect();
        for (id, server) in due {
            self.cancel_branches(now, id);
            let request =
                self.servers.iter().find(|found| found.id == server).map(|found| found.request.clone());
            let tag = self.token();
            let Some(fork) = self.forks.iter_mut().find(|found| found.id == id) else { continue };
            fork.done = true;
            if let Some(request) = request {
                self.reply_text(now, server, &Text::response(&request, 408, &tag));
            }
        }
    }

    /// Cancels what has not ended; before a provisional response no CANCEL may leave (RFC 3261 §9.1).
    fn cancel_branches(&mut self, now: Instant, fork: u64) {
        let Some(fork) = self.forks.iter_mut().find(|found| found.id == fork && found.invite) else { return };
        let mut leaving = Vec::new();
        for branch in fork.branches.iter_mut().filter(|branch| branch.last.is_none() && !branch.cancelled) {
            branch.cancelled = true;
            if branch.provisional {
                leaving.push(branch.client);
            }
        }
        leaving.into_iter().for_each(|client| self.cancel_client(now, client));
    }

    /// When all branches have ended: the best answer goes back, and the fork is forgotten.
    fn conclude(&mut self, now: Instant, fork: u64) {
        let Some(place) = self.forks.iter().position(|found| found.id == fork && found.is_complete()) else {
            return;
        };
        let fork = self.forks.remove(place);
        let server = fork.server;
        if let Some(best) = fork.best().filter(|_| !fork.done) {
            self.reply_text(now, server, best);
        }
    }
}
