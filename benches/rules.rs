//! What an armed answer costs more than an empty ack: deciding, filling, framing. Issue 4 allows 20 µs.
//!
//! `cargo bench --bench rules`

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use sockscope::link::policy::{Arrival, Decision, decide};
use sockscope::link::{Policy, Rules};
use sockscope::slack::ack;
use sockscope::slack::message::Header;
use sockscope::slack::sample::{self, Overrides};

/// From the frame to the frame of its answer, as a socket's task goes.
fn answer(text: &str, policy: &Policy) -> String {
    let header = Header::parse(text).unwrap_or_default();
    let since_start = Duration::ZERO;
    let arrival = Arrival { conn: 1, header: &header, text, at: Timestamp::UNIX_EPOCH, since_start };
    let id = header.envelope_id.as_deref().unwrap_or_default();
    let policy = policy.clone();
    match decide(&arrival, &policy).decision {
        Decision::Rule(rule) => {
            let filled = rule.answer(header.payload.unwrap_or_default()).unwrap_or_default();
            assert!(filled.is_some(), "the rule answers with a payload");
            ack::frame(id, filled.as_deref())
        }
        Decision::Ack => ack::frame(id, None),
        Decision::Hold => String::new(),
    }
}

const CONTRACT: &str = r#"
[[rule]]
when = "type:interactive view_submission callback:modal-with-inputs"
payload = { response_action = "errors", errors = { "multi-line" = "Too short, {{/user/username}}" } }
"#;
const WHOLE_VIEW: &str = r#"
[[rule]]
when = "callback:modal-with-inputs"
payload = { response_action = "update", view = "{{view}}" }
"#;

/// Nine rules that do not match, before one that does.
fn tenth() -> String {
    let others: Vec<String> =
        (0..9).map(|n| format!("[[rule]]\nwhen = 'type:interactive callback:other-{n}'\n")).collect();
    others.concat() + CONTRACT
}

fn rules(criterion: &mut Criterion) {
    let Some(sample) = sample::by_name("view_submission") else { return };
    let mut minter = sample::Minter::seeded(1);
    let Ok(unsent) = sample.unsent(&mut minter, Timestamp::UNIX_EPOCH, &Overrides::new()) else { return };
    let text = unsent.frame("11111111-2222-4333-8444-555555555555", 0);
    let mut group = criterion.benchmark_group(format!("a view_submission of {} bytes", text.len()));
    for (name, rules) in [
        ("empty ack, no rules", ""),
        ("armed: errors with one place", CONTRACT),
        ("armed: errors, the tenth of ten rules", &tenth()),
        ("armed: update with the whole view", WHOLE_VIEW),
    ] {
        let Ok(rules) = Rules::parse(rules) else { panic!("{name}") };
        let policy = Policy { rules, ..Policy::default() };
        group.bench_function(name, |bench| bench.iter(|| answer(black_box(&text), &policy)));
    }
    group.finish();
}

criterion_group!(benches, rules);
criterion_main!(benches);
