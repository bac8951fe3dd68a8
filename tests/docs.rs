//! Every example of Slack's two pages goes over a real socket into the journal and comes out byte for byte, gets
//! the right kind, subject and template.

#![allow(clippy::unwrap_used)]

use sockscope::journal::index::{Index, RowKind};
use sockscope::journal::{Event, Journal, Record, Secrets, Tail};
use sockscope::json;
use sockscope::link::{self, Hold, Link, Rules, Timing};
use sockscope::simulator::connection::Whom;
use sockscope::simulator::workspace::Act;
use sockscope::simulator::{self, Simulator};
use sockscope::slack::ack::{self, Form};
use sockscope::slack::envelope::{About, Kind};
use sockscope::slack::message::Header;
use sockscope::slack::sample;

/// Example, kind of row, subject, the form that the page's own answer has.
const EXAMPLES: &[(&str, RowKind, &str, Form)] = &[
    ("hello", RowKind::Hello, "", Form::Empty),
    ("disconnect-link_disabled", RowKind::Disconnect, "link_disabled", Form::Empty),
    ("disconnect-warning", RowKind::Disconnect, "warning", Form::Empty),
    ("disconnect-refresh_requested", RowKind::Disconnect, "refresh_requested", Form::Empty),
    ("slash_commands", RowKind::Envelope(Kind::Command), "/randorilke", Form::Blocks),
    ("block_actions", RowKind::Envelope(Kind::BlockActions), "WaXA", Form::Empty),
    ("app_home_opened", RowKind::Envelope(Kind::Event), "app_home_opened", Form::Empty),
    ("view_submission", RowKind::Envelope(Kind::ViewSubmission), "modal-with-inputs", Form::ViewUpdate),
    ("block_suggestion", RowKind::Envelope(Kind::BlockSuggestion), "seach-action", Form::Options),
];

/// The example as it would cross the wire: Slack sends no line breaks, and the journal keeps none.
fn example(name: &str) -> String {
    let found = sample::docs().iter().find(|example| example.name == name);
    json::minify(found.unwrap_or_else(|| panic!("no example {name}")).text).unwrap()
}

/// Reads on until one of all the lines so far is the one that is looked for.
async fn wait_for(tail: &mut Tail, lines: &mut Vec<String>, is: impl Fn(&Event) -> bool) -> String {
    loop {
        while tail.read(|_, line| lines.push(line.to_owned())).unwrap() {}
        match lines.iter().find(|line| is(&Record::parse(line).unwrap().event)) {
            Some(line) => return line.clone(),
            None => drop(tail.changed().await),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_comes_out_as_it_went_in() {
    for (name, kind, subject, _) in EXAMPLES {
        let simulator = Simulator::start(simulator::Options::default()).await.unwrap();
        let journal = Journal::temporary(Secrets::Masked).unwrap();
        let mut tail = journal.tail();
        let options = link::Options {
            api_url: simulator.api_url().parse().unwrap(),
            token: simulator.app_token().to_owned(),
            debug_reconnects: false,
            connections: 1,
            hold: Hold::default(),
            rules: Rules::default(),
            timing: Timing::default(),
        };
        let link = Link::start(options, journal.clone());
        simulator.handle().wait_until(|slack| slack.serving() == 1).await;
        let frame = example(name);
        simulator.handle().utter(Whom::All, &Act::Text(frame.clone()));
        let mut lines = Vec::new();
        let record = wait_for(&mut tail, &mut lines, |event| event.message() == frame).await;

        let mut index = Index::default();
        let place = sockscope::journal::Place { offset: 0, len: u32::try_from(record.len()).unwrap() };
        index.push(place, &Record::parse(&record).unwrap());
        let entry = index.get(0).unwrap();
        assert_eq!(entry.kind, *kind, "{name}");
        assert_eq!(index.text(entry.subject).unwrap_or_default(), *subject, "{name}");
        if kind.envelope().is_some() {
            let id = Header::parse(&frame).unwrap().envelope_id.unwrap().into_owned();
            let acks = |event: &Event| matches!(event, Event::Ack { envelope_id, .. } if *envelope_id == id);
            wait_for(&mut tail, &mut lines, acks).await;
        }
        link.shutdown().await;
    }
}

#[test]
fn every_envelope_gets_the_template_that_the_page_answers_with() {
    for (name, kind, _, form) in EXAMPLES {
        let Some(kind) = kind.envelope() else { continue };
        let frame = example(name);
        let header = Header::parse(&frame).unwrap();
        let payload = header.payload.unwrap();
        assert_eq!(About::of(&header.type_.unwrap(), payload).kind, kind, "{name}");
        let forms = ack::forms(kind, header.accepts_response_payload);
        assert!(forms.contains(form), "{name}: {forms:?}");
        let draft = ack::draft(kind, *form, payload);
        assert_eq!(Form::of(kind, &draft), *form, "{name}: {draft}");
    }
}

#[test]
fn the_page_s_own_answers_are_of_those_forms_and_pass_the_checks() {
    for (name, kind, _, form) in EXAMPLES {
        let Some(kind) = kind.envelope() else { continue };
        let answer = example(&format!("ack-{name}"));
        let payload = Header::parse(&answer).unwrap().payload.unwrap_or_default();
        assert_eq!(Form::of(kind, payload), *form, "{name}");
        let frame = example(name);
        let envelope = Header::parse(&frame).unwrap();
        let accepts = envelope.accepts_response_payload;
        let findings = sockscope::slack::check::check(kind, accepts, envelope.payload.unwrap(), payload);
        let errors: Vec<_> = findings
            .iter()
            .filter(|finding| finding.severity == sockscope::slack::check::Severity::Error)
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}
