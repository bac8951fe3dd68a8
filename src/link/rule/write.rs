//! Rules as the TOML file that [`Rules::parse`] reads back.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Rule, Rules, Then};

impl Rules {
    /// Every rule with what it says, payloads as JSON text; how often they fired is not kept.
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        for rule in self {
            if !out.is_empty() {
                out.push('\n');
            }
            write(rule, &mut out);
        }
        out
    }
}

fn write(rule: &Rule, out: &mut String) {
    let spec = rule.spec();
    out.push_str("[[rule]]\n");
    if let Some(name) = &spec.name {
        let _ = writeln!(out, "name = {}", string(name));
    }
    let _ = writeln!(out, "when = {}", string(&spec.when));
    if let Some(payload) = &spec.payload {
        let _ = writeln!(out, "payload = {}", string(payload));
    }
    if let Some(times) = spec.times {
        let _ = writeln!(out, "times = {times}");
    }
    if !spec.delay.is_zero() {
        let _ = writeln!(out, "delay = \"{}\"", duration(spec.delay));
    }
    if spec.then != Then::Ack {
        let _ = writeln!(out, "then = \"{}\"", spec.then.as_str());
    }
    if !rule.on {
        out.push_str("off = true\n");
    }
}

/// As it is, between quotes that need no escapes, where TOML has such.
fn string(text: &str) -> String {
    let plain = !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
    let one_line = !text.contains('\n');
    match text {
        _ if plain && one_line && !text.contains(['"', '\\']) => format!("\"{text}\""),
        _ if plain && one_line && !text.contains('\'') => format!("'{text}'"),
        _ if plain && !text.contains("''") && !text.ends_with('\'') => format!("'''\n{text}'''"),
        _ => toml::Value::from(text).to_string(),
    }
}

/// A delay as a rule has it; exact to the nanosecond.
pub fn duration(delay: Duration) -> String {
    match delay.subsec_nanos() {
        0 => format!("{}s", delay.as_secs()),
        nanos if nanos % 1_000_000 == 0 => format!("{}ms", delay.as_millis()),
        _ => format!("{}ns", delay.as_nanos()),
    }
}
