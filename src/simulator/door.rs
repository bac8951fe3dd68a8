//! How connections come in: `apps.connections.open`, its tickets, and the upgrade (protocol.md sections
//! 1 and 2).

use std::time::Duration;

use super::ConnId;
use super::connection::{Connection, Stage};
use super::fault::{RefuseOpen, RefuseUpgrade};
use super::workspace::Workspace;

/// Unused tickets that still serve.
const KEPT_TICKETS: usize = 1_000;
/// Connections, and times of opens, that are remembered.
const KEPT_CONNECTIONS: usize = 10_000;

/// The answer to `apps.connections.open`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    Ticket(String),
    Refused(RefuseOpen),
}

/// Where the client's token was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    Bearer(&'a str),
    /// In the form or the query, where Slack does not take it.
    Elsewhere,
    Missing,
}

impl Workspace {
    /// `apps.connections.open`. Refusals that were planned come first, then Slack's own checks.
    pub fn open(&mut self, now: Duration, token: Token<'_>) -> Opened {
        self.counts.opens += 1;
        if self.open_times.len() >= KEPT_CONNECTIONS {
            self.open_times.pop_front();
        }
        self.open_times.push_back(now);
        let refusal = self.refuse_open.next().or_else(|| self.refusal(token).map(error));
        match refusal {
            None => Opened::Ticket(self.ticket()),
            Some(refusal) => {
                self.counts.opens_refused += 1;
                Opened::Refused(refusal)
            }
        }
    }

    fn refusal(&self, token: Token<'_>) -> Option<&'static str> {
        match token {
            Token::Missing => Some("not_authed"),
            Token::Elsewhere => Some("invalid_auth"),
            Token::Bearer(token) if !token.starts_with("xapp-") => Some("not_allowed_token_type"),
            // undocumented; what third parties expect (protocol.md section 1)
            Token::Bearer(_) if !self.socket_mode => Some("socket_mode_disabled"),
            Token::Bearer(_) => None,
        }
    }

    /// A ticket that serves once.
    pub fn ticket(&mut self) -> String {
        let ticket = self.minter.uuid();
        if self.tickets.len() >= KEPT_TICKETS {
            self.tickets.pop_front();
        }
        self.tickets.push_back(ticket.clone());
        ticket
    }

    /// The ticket that was redeemed last, or nothing.
    pub fn used_ticket(&self) -> &str {
        &self.used_ticket
    }

    /// The 64 hexadecimal digits that stand for the app in the WebSocket's URL.
    pub fn app_hash(&self) -> &str {
        &self.app_hash
    }

    /// The WebSocket's upgrade: `ticket` and `debug_reconnects` as the query has them.
    ///
    /// # Errors
    /// A planned refusal, or 403 for a ticket that is unknown or has served already.
    pub fn dial(
        &mut self,
        now: Duration,
        query: &str,
        ticket: &str,
        debug_reconnects: bool,
    ) -> Result<ConnId, RefuseUpgrade> {
        self.counts.upgrades += 1;
        let refused =
            self.refuse_upgrade.next().or_else(|| if self.redeem(ticket) { None } else { Some(FORBIDDEN) });
        if let Some(refused) = refused {
            self.counts.upgrades_refused += 1;
            return Err(refused);
        }
        Ok(self.admit(now, query, debug_reconnects))
    }

    fn redeem(&mut self, ticket: &str) -> bool {
        let known = self.tickets.iter().position(|known| known == ticket);
        let redeemed = known.and_then(|index| self.tickets.remove(index));
        redeemed.map(|ticket| self.used_ticket = ticket).is_some()
    }

    fn admit(&mut self, now: Duration, query: &str, debug_reconnects: bool) -> ConnId {
        let id = self.next_conn;
        self.next_conn += 1;
        let host = format!("applink-{}", self.minter.rng().u32(1..=20));
        let greeting = self.greetings.next().unwrap_or_default();
        let connection = Connection {
            id,
            host,
            query: query.to_owned(),
            debug_reconnects,
            dialled: now,
            hello: None,
            stage: Stage::Dialled,
            sent: 0,
            acks: 0,
            pings: 0,
            pongs: 0,
            wrong_pongs: 0,
            greeting,
        };
        self.connections.insert(id, connection);
        if self.connections.len() > KEPT_CONNECTIONS {
            let ended = self.connections.iter().find(|(_, c)| !c.is_open()).map(|(id, _)| *id);
            ended.and_then(|id| self.connections.remove(&id));
        }
        id
    }
}

const FORBIDDEN: RefuseUpgrade = RefuseUpgrade { status: 403, retry_after: None };

fn error(code: &str) -> RefuseOpen {
    RefuseOpen::Error { code: code.to_owned(), retry_after: None }
}
