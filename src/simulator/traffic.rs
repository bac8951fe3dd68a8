//! Varied traffic: who says what where, so that a screen full of samples looks like a workspace.

use fastrand::Rng;
use serde_json::Value;

use crate::slack::sample::{Overrides, Sample};

const PEOPLE: &[(&str, &str)] = &[
    ("U123ABC456", "rainer"),
    ("U456DEF789", "lou"),
    ("U789GHI012", "marina"),
    ("U012JKL345", "boris"),
    ("U345MNO678", "clara"),
    ("U678PQR901", "magda"),
    ("U901STU234", "ellen"),
    ("U234VWX567", "rodin"),
];

const CHANNELS: &[(&str, &str)] = &[
    ("C123ABC456", "general"),
    ("C456DEF789", "deployments"),
    ("C789GHI012", "incidents"),
    ("C012JKL345", "design"),
    ("C345MNO678", "support"),
    ("C678PQR901", "random"),
];

const LINES: &[&str] = &[
    "Who, if I cried out, would hear me?",
    "deploy of elegies 1.4.0 is through :tada:",
    "the build is red again, looking",
    "can someone review #412? it is twelve lines",
    "lunch?",
    "p95 on the search page went from 340 ms to 1.2 s since 09:40",
    "rolled back, p95 is fine again",
    "who owns the nightly export these days?",
    "Every angel is terrifying.",
    "I'll take the ticket from ACME, they sent logs",
    "das Schöne ist nichts als des Schrecklichen Anfang",
    "standup in 5 minutes",
    "thanks! that was it, a trailing slash",
    "can we move the retro to Thursday?",
    "new dashboard: https://duino.example/d/latency",
    "お疲れさまです。リリースノートを更新しました",
    "certificate for api.duino.example expires in 9 days",
    "the flaky test is `refresh_without_warning`, I have a fix",
    "good night :crescent_moon:",
    "+1",
];

const COMMANDS: &[(&str, &str)] = &[
    ("/deploy", "elegies to staging"),
    ("/deploy", "elegies to production --canary 10%"),
    ("/incident", "open search is slow"),
    ("/incident", "status"),
    ("/remind-team", "retro on Thursday"),
    ("/oncall", "who"),
    ("/poem", ""),
];

const REACTIONS: &[&str] = &["eyes", "+1", "tada", "white_check_mark", "heart", "thinking_face", "rocket"];
const SEARCHES: &[&str] = &["an", "the f", "eleg", "sonn", "orph", "dui"];
const ANSWERS: &[&str] =
    &["Archaic Torso of Apollo", "The Panther", "Autumn Day", "Blue Hydrangea", "Sonnet II, 29"];
const BUTTONS: &[(&str, &str, &str)] = &[("approve", "Approve", "primary"), ("deny", "Deny", "danger")];

/// What to set in a sample's payload so that it differs from the last one; only what it has is set.
pub(super) fn vary(sample: &Sample, rng: &mut Rng) -> Overrides {
    let payload = sample.payload();
    let (user, name) = pick(PEOPLE, rng);
    let (channel, channel_name) = pick(CHANNELS, rng);
    let (command, words) = pick(COMMANDS, rng);
    let (action, label, style) = pick(BUTTONS, rng);
    let line = pick(LINES, rng);
    let mention = format!("<@U0BOTDUINO> {line}");
    let spoken = if sample.subject == "app_mention" { mention.as_str() } else { line };
    let section = "/event/blocks/0/elements/0/elements";
    let (said, asked) = (format!("{section}/0/text"), format!("{section}/1/text"));
    let table = [
        ("/event/user", user),
        ("/user_id", user),
        ("/user/id", user),
        ("/user_name", name),
        ("/user/username", name),
        ("/user/name", name),
        ("/event/channel", channel),
        ("/event/item/channel", channel),
        ("/channel_id", channel),
        ("/channel/id", channel),
        ("/channel_name", channel_name),
        ("/channel/name", channel_name),
        ("/command", command),
        ("/event/text", spoken),
        (&said, line),
        (&asked, line),
        ("/message/text", if sample.subject == "message_action" { line } else { "" }),
        ("/event/reaction", pick(REACTIONS, rng)),
        ("/view/state/values/title/title-value/value", pick(ANSWERS, rng)),
        ("/actions/0/action_id", if sample.name == "block_actions" { action } else { "" }),
        ("/actions/0/text/text", label),
        ("/actions/0/style", style),
        ("/text", words),
        ("/value", pick(SEARCHES, rng)),
    ];
    let mut set = Overrides::new();
    for (pointer, value) in table {
        if varies(payload.pointer(pointer), pointer, value) {
            set.insert(pointer.to_owned(), value.into());
        }
    }
    set
}

/// A direct message stays one, and an empty value stands for nothing to say (but in a command's text).
fn varies(old: Option<&Value>, pointer: &str, value: &str) -> bool {
    let Some(Value::String(old)) = old else { return false };
    let direct = pointer.ends_with("/channel") && old.starts_with('D');
    !direct && (pointer == "/text" || !value.is_empty())
}

fn pick<T: Copy>(from: &[T], rng: &mut Rng) -> T {
    from[rng.usize(..from.len())]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::slack::sample::{Minter, all};

    #[test]
    fn every_sample_can_be_varied() {
        let mut rng = Rng::with_seed(1);
        for sample in all() {
            for _ in 0..20 {
                let set = vary(sample, &mut rng);
                sample.unsent(&mut Minter::seeded(1), jiff::Timestamp::UNIX_EPOCH, &set).unwrap();
            }
        }
    }

    #[test]
    fn a_direct_message_stays_one() {
        let sample = crate::slack::sample::by_name("message_im").unwrap();
        let set = vary(sample, &mut Rng::with_seed(1));
        assert!(!set.contains_key("/event/channel"));
        assert!(set.contains_key("/event/text"));
    }
}
