//! The stages of the way to Slack, and what came of each.

use std::time::Duration;

use super::cause::Failure;

/// A step on the way, in the order of going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    Token,
    ApiDns,
    ApiTcp,
    ApiProxy,
    ApiTls,
    Open,
    SocketDns,
    SocketTcp,
    SocketProxy,
    SocketTls,
    Upgrade,
    Hello,
    Ping,
}

/// Every stage with its name in JSON and its name on the screen.
pub const STAGES: [(Stage, &str, &str); 13] = [
    (Stage::Token, "token", "token"),
    (Stage::ApiDns, "api_dns", "API DNS"),
    (Stage::ApiTcp, "api_tcp", "API TCP"),
    (Stage::ApiProxy, "api_proxy", "API proxy"),
    (Stage::ApiTls, "api_tls", "API TLS"),
    (Stage::Open, "open", "open"),
    (Stage::SocketDns, "socket_dns", "socket DNS"),
    (Stage::SocketTcp, "socket_tcp", "socket TCP"),
    (Stage::SocketProxy, "socket_proxy", "socket proxy"),
    (Stage::SocketTls, "socket_tls", "socket TLS"),
    (Stage::Upgrade, "upgrade", "upgrade"),
    (Stage::Hello, "hello", "hello"),
    (Stage::Ping, "ping", "ping"),
];

impl Stage {
    fn row(self) -> &'static (Self, &'static str, &'static str) {
        &STAGES[self as usize]
    }

    /// In JSON: `api_dns`.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// On the screen: `API DNS`.
    pub fn label(self) -> &'static str {
        self.row().2
    }
}

/// What came of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Passed {
        took: Duration,
        fact: String,
    },
    /// There was nothing to do, or an earlier stage failed.
    Skipped {
        why: String,
    },
    Failed {
        took: Duration,
        failure: Failure,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub stage: Stage,
    pub outcome: Outcome,
}

/// Told while the examination goes on.
#[derive(Debug)]
pub enum Progress<'a> {
    Begun(Stage),
    Ended(&'a Step),
}

/// The whole result: one step for every stage.
#[derive(Debug, Clone, Default)]
pub struct Diagnosis {
    pub steps: Vec<Step>,
    /// What else its reader should know, a sentence or two each.
    pub notes: Vec<String>,
}

impl Diagnosis {
    pub fn ok(&self) -> bool {
        self.failure().is_none()
    }

    /// The first stage that failed; there is no second.
    pub fn failure(&self) -> Option<(Stage, &Failure)> {
        self.steps.iter().find_map(|step| match &step.outcome {
            Outcome::Failed { failure, .. } => Some((step.stage, failure)),
            Outcome::Passed { .. } | Outcome::Skipped { .. } => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_its_own_row() {
        for (at, (stage, name, label)) in STAGES.iter().enumerate() {
            assert_eq!(*stage as usize, at);
            assert_eq!((stage.name(), stage.label()), (*name, *label));
        }
    }
}
