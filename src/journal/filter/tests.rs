#![allow(clippy::unwrap_used)]

mod fields;
mod jq;
mod laws;
mod syntax;

use std::time::Duration;

use jiff::tz::TimeZone;

use super::{AckState, Filter, FilterError, Subject};

fn parse(text: &str) -> Filter {
    Filter::parse_in(text, TimeZone::UTC).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn error(text: &str) -> FilterError {
    Filter::parse_in(text, TimeZone::UTC).expect_err(text)
}

/// An envelope of that type with that text, acknowledged by nobody yet.
fn envelope<'a>(type_: &'a str, message: &'a str) -> Subject<'a> {
    Subject {
        kind: "envelope",
        conn: Some(2),
        type_,
        envelope_id: "6f9a-01",
        message,
        at: "2026-11-22T07:21:05.5Z".parse().unwrap(),
        since_start: Duration::from_secs(600),
        ack: AckState::Pending,
        by: None,
        took_ms: None,
        retry: 0,
    }
}

#[track_caller]
fn check(subject: &Subject, matching: &[&str], other: &[&str]) {
    for text in matching {
        assert!(parse(text).matches(subject), "{text} should match {}", subject.message);
        assert!(!parse(&format!("!({text})")).matches(subject), "!({text}) should not match");
    }
    for text in other {
        assert!(!parse(text).matches(subject), "{text} should not match {}", subject.message);
    }
}
