//! A sample of every kind of envelope that Slack sends, and Slack's own examples.
//!
//! The samples live in `assets/samples/`, one file a kind, with an envelope's `payload`, `type` and
//! `accepts_response_payload`. What differs from one sending to the next (`envelope_id`, `event_id`,
//! timestamps, `trigger_id`) is minted afresh by a seeded [`Minter`], so that a test sees the same
//! frames every time. `assets/samples/docs/` holds the examples of Slack's page
//! "Using Socket Mode", completed where the page elides or breaks its JSON; they are frames as they
//! stand and are never changed.

use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/assets/samples");

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let mut samples: Vec<Sample> =
        texts(&FILES).filter_map(|(name, text)| Sample::read(name, text)).collect();
    samples.sort_by_key(|sample| sample.name);
    samples
});

static DOCS: LazyLock<Vec<Example>> = LazyLock::new(|| {
    let mut docs: Vec<Example> = FILES
        .get_dir("docs")
        .into_iter()
        .flat_map(texts)
        .map(|(name, text)| Example { name, text: text.trim_end() })
        .collect();
    docs.sort_by_key(|example| example.name);
    docs
});

fn texts(dir: &'static Dir<'static>) -> impl Iterator<Item = (&'static str, &'static str)> {
    dir.files().filter_map(|file| Some((file.path().file_stem()?.to_str()?, file.contents_utf8()?)))
}

/// One of Slack's documented examples, a whole frame as it would cross the wire.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// The file's stem, for instance `hello`, `disconnect-warning` or `ack-view_submission`.
    pub name: &'static str,
    /// The frame's text.
    pub text: &'static str,
}

/// An envelope to be sent: everything but its ids.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// The file's stem: the event's type, the interactive payload's type, or `slash_commands`,
    /// with a suffix where a kind has several samples.
    pub name: &'static str,
    /// The envelope's `type`: `events_api`, `slash_commands` or `interactive`.
    pub kind: &'static str,
    /// The `type` inside the payload (of the event for `events_api`), or the command's name.
    pub subject: &'static str,
    /// Whether the ack may carry a payload.
    pub accepts_response_payload: bool,
    /// The file's text: `payload`, `type`, `accepts_response_payload`.
    pub text: &'static str,
}

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    accepts_response_payload: bool,
    #[serde(borrow)]
    payload: Inner<'a>,
}

#[derive(Deserialize)]
struct Inner<'a> {
    #[serde(rename = "type")]
    kind: Option<&'a str>,
    command: Option<&'a str>,
    #[serde(borrow)]
    event: Option<Event<'a>>,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
}

#[derive(Deserialize)]
struct Whole {
    payload: Value,
}

/// Every sample, by name.
pub fn all() -> &'static [Sample] {
    &SAMPLES
}

/// Every example of Slack's pages, by name.
pub fn docs() -> &'static [Example] {
    &DOCS
}

/// The sample of that name.
pub fn by_name(name: &str) -> Option<&'static Sample> {
    SAMPLES.iter().find(|sample| sample.name == name)
}

impl Sample {
    fn read(name: &'static str, text: &'static str) -> Option<Self> {
        let header: Header<'static> = serde_json::from_str(text).ok()?;
        let inner = header.payload;
        let subject = inner.event.map(|event| event.kind).or(inner.command).or(inner.kind)?;
        let accepts_response_payload = header.accepts_response_payload;
        Some(Self { name, kind: header.kind, subject, accepts_response_payload, text })
    }

    /// The sample's payload with fresh ids and times, and then with `set` applied: each pair is a JSON
    /// pointer into the payload and the value that shall stand there.
    ///
    /// # Errors
    /// A pointer that leads nowhere; only the last step of a path may be new.
    pub fn unsent(&self, minter: &mut Minter, at: Timestamp, set: &Overrides) -> Result<Unsent, SampleError> {
        let mut payload = self.payload();
        minter.freshen(&mut payload, at);
        for (pointer, value) in set {
            place(&mut payload, pointer, value.clone()).map_err(|reason| SampleError::Pointer {
                pointer: pointer.clone(),
                sample: self.name,
                reason,
            })?;
        }
        Ok(Unsent::new(self.kind, &payload, self.accepts_response_payload))
    }

    /// The payload as the file has it.
    pub fn payload(&self) -> Value {
        serde_json::from_str::<Whole>(self.text).map_or(Value::Null, |whole| whole.payload)
    }
}

/// JSON pointers into a payload, and the values to put there.
pub type Overrides = Map<String, Value>;

/// Why a sample could not be made into an envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    #[error("there is no sample named {0:?}; the samples are: {names}", names = names())]
    Unknown(String),
    #[error("cannot set {pointer:?} in the sample {sample}: {reason}")]
    Pointer { pointer: String, sample: &'static str, reason: PointerError },
}

/// Why a JSON pointer cannot be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PointerError {
    #[error("a JSON pointer starts with '/'")]
    NoSlash,
    #[error("nothing stands where its parent should be")]
    NoParent,
    #[error("its parent is a list and has no such element")]
    NoElement,
    #[error("its parent is neither an object nor a list")]
    NoContainer,
}

fn names() -> String {
    all().iter().map(|sample| sample.name).collect::<Vec<_>>().join(", ")
}

fn place(root: &mut Value, pointer: &str, value: Value) -> Result<(), PointerError> {
    let (parent, step) = pointer.rsplit_once('/').ok_or(PointerError::NoSlash)?;
    let key = step.replace("~1", "/").replace("~0", "~");
    match root.pointer_mut(parent).ok_or(PointerError::NoParent)? {
        Value::Object(map) => {
            map.insert(key, value);
            Ok(())
        }
        Value::Array(list) => {
            let element = key.parse::<usize>().ok().and_then(|index| list.get_mut(index));
            *element.ok_or(PointerError::NoElement)? = value;
            Ok(())
        }
        _ => Err(PointerError::NoContainer),
    }
}

/// An envelope without its `envelope_id`: what is delivered, and delivered again on a retry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsent {
    /// The envelope's `type`.
    pub kind: String,
    /// The payload, compact JSON.
    pub payload: String,
    /// Whether the ack may carry a payload.
    pub accepts_response_payload: bool,
    /// The payload's `event_id`, by which a retry is known.
    pub event_id: Option<String>,
}

impl Unsent {
    /// An envelope of that `type` around that payload.
    pub fn new(kind: &str, payload: &Value, accepts_response_payload: bool) -> Self {
        let event_id = payload.get("event_id").and_then(Value::as_str).map(str::to_owned);
        Self { kind: kind.to_owned(), payload: payload.to_string(), accepts_response_payload, event_id }
    }

    /// Whether Slack redelivers it when no ack comes (protocol.md section 4).
    pub fn is_event(&self) -> bool {
        self.kind == "events_api"
    }

    /// The frame, keys in the order in which Slack writes them (protocol.md section 3). Only events
    /// carry the retry fields: attempt 0 with an empty reason, then 1, 2, 3 for `timeout`.
    pub fn frame(&self, envelope_id: &str, attempt: u32) -> String {
        let Self { kind, payload, accepts_response_payload, .. } = self;
        let (id, kind) = (quoted(envelope_id), quoted(kind));
        let reason = if attempt == 0 { "" } else { "timeout" };
        let retry = if self.is_event() {
            format!(r#","retry_attempt":{attempt},"retry_reason":"{reason}""#)
        } else {
            String::new()
        };
        format!(
            r#"{{"envelope_id":{id},"payload":{payload},"type":{kind},"accepts_response_payload":{accepts_response_payload}{retry}}}"#
        )
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Mints ids and times, the same for the same seed.
#[derive(Debug, Clone)]
pub struct Minter {
    rng: fastrand::Rng,
}

impl Minter {
    /// A minter that repeats itself for the same `seed`.
    pub fn seeded(seed: u64) -> Self {
        Self { rng: fastrand::Rng::with_seed(seed) }
    }

    /// The randomness behind the ids, for whoever needs a repeatable choice.
    pub fn rng(&mut self) -> &mut fastrand::Rng {
        &mut self.rng
    }

    /// A version 4 UUID, as envelope ids and tickets are.
    pub fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.rng.u128(..).to_be_bytes()).into_uuid().to_string()
    }

    /// `n` hexadecimal digits.
    pub fn hex(&mut self, n: usize) -> String {
        self.pick(n, b"0123456789abcdef")
    }

    /// An id of Slack's kind: the prefix, then ten capitals and digits.
    pub fn id(&mut self, prefix: &str) -> String {
        prefix.to_owned() + &self.pick(10, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    }

    /// A message timestamp: seconds, a point, six digits.
    pub fn ts(&mut self, at: Timestamp) -> String {
        format!("{}.{:06}", at.as_second(), self.rng.u32(0..1_000_000))
    }

    /// A `trigger_id`: two numbers and 32 hexadecimal digits.
    pub fn trigger_id(&mut self) -> String {
        let digits = |rng: &mut fastrand::Rng| rng.u64(1_000_000_000_000..10_000_000_000_000);
        format!("{}.{}.{}", digits(&mut self.rng), digits(&mut self.rng), self.hex(32))
    }

    fn pick(&mut self, n: usize, alphabet: &[u8]) -> String {
        (0..n).map(|_| char::from(alphabet[self.rng.usize(..alphabet.len())])).collect()
    }

    /// Replaces what is new with every envelope; what names the thing acted upon (a message's `ts`, a
    /// view's id) stays, so that it agrees with itself.
    fn freshen(&mut self, payload: &mut Value, at: Timestamp) {
        let ts = self.ts(at);
        let (trigger_id, event_id) = (self.trigger_id(), self.id("Ev"));
        let fresh = [
            ("/event_id", Value::from(event_id)),
            ("/event_time", Value::from(at.as_second())),
            ("/event/event_ts", Value::from(ts.clone())),
            ("/event/ts", Value::from(ts.clone())),
            ("/event/function_execution_id", Value::from(self.id("Fx"))),
            ("/trigger_id", Value::from(trigger_id)),
            ("/action_ts", Value::from(ts.clone())),
            ("/actions/0/action_ts", Value::from(ts)),
        ];
        for (pointer, value) in fresh {
            if let Some(old) = payload.pointer_mut(pointer) {
                *old = value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn at() -> Timestamp {
        "2026-11-22T07:01:46.123456Z".parse().unwrap()
    }

    #[test]
    fn every_file_is_a_sample() {
        assert_eq!(texts(&FILES).count(), all().len());
        for sample in all() {
            let unsent = sample.unsent(&mut Minter::seeded(1), at(), &Overrides::new()).unwrap();
            let frame: Value = serde_json::from_str(&unsent.frame("id", 0)).unwrap();
            assert_eq!(frame["type"], sample.kind);
            assert_eq!(unsent.is_event(), unsent.event_id.is_some(), "{}", sample.name);
        }
    }

    #[test]
    fn every_kind_of_the_protocol_has_a_sample() {
        let interactive = "block_actions block_suggestion view_submission view_closed shortcut message_action \
            interactive_message dialog_submission dialog_cancellation dialog_suggestion workflow_step_edit";
        let events =
            "message app_mention app_home_opened reaction_added function_executed workflow_step_execute";
        for (kind, subjects) in [("interactive", interactive), ("events_api", events)] {
            for subject in subjects.split_whitespace() {
                assert!(all().iter().any(|s| s.kind == kind && s.subject == subject), "{subject}");
            }
        }
        assert!(by_name("slash_commands").is_some_and(|s| s.accepts_response_payload));
    }

    #[test]
    fn docs_are_whole_frames() {
        for name in ["hello", "disconnect-warning", "slash_commands", "ack-view_submission", "open"] {
            let example = docs().iter().find(|example| example.name == name).unwrap();
            assert!(serde_json::from_str::<Value>(example.text).unwrap().is_object(), "{name}");
        }
    }

    #[test]
    fn keys_stand_in_slacks_order_and_ids_are_fresh() {
        let sample = by_name("message").unwrap();
        let mut minter = Minter::seeded(7);
        let first = sample.unsent(&mut minter, at(), &Overrides::new()).unwrap();
        let second = sample.unsent(&mut minter, at(), &Overrides::new()).unwrap();
        assert_ne!(first.event_id, second.event_id);
        let frame = first.frame("e-1", 2);
        assert!(frame.starts_with(r#"{"envelope_id":"e-1","payload":{"token":"#), "{frame}");
        assert!(frame.ends_with(
            r#""type":"events_api","accepts_response_payload":false,"retry_attempt":2,"retry_reason":"timeout"}"#
        ));
        assert!(frame.contains(r#""event_time":1795330906"#), "{frame}");
        assert_eq!(first, sample.unsent(&mut Minter::seeded(7), at(), &Overrides::new()).unwrap());
    }

    #[test]
    fn overrides_change_and_add_and_name_their_fault() {
        let sample = by_name("slash_commands").unwrap();
        let mut set = Overrides::new();
        set.insert("/text".into(), "hi".into());
        set.insert("/new".into(), 1.into());
        let unsent = sample.unsent(&mut Minter::seeded(1), at(), &set).unwrap();
        let payload: Value = serde_json::from_str(&unsent.payload).unwrap();
        assert_eq!((&payload["text"], &payload["new"]), (&"hi".into(), &1.into()));
        for (pointer, reason) in [
            ("text", PointerError::NoSlash),
            ("/no/where", PointerError::NoParent),
            ("/text/x", PointerError::NoContainer),
        ] {
            let mut set = Overrides::new();
            set.insert(pointer.into(), 1.into());
            let error = sample.unsent(&mut Minter::seeded(1), at(), &set).unwrap_err();
            assert_eq!(
                error,
                SampleError::Pointer { pointer: pointer.into(), sample: "slash_commands", reason }
            );
        }
    }

    proptest! {
        #[test]
        fn any_pointer_is_set_or_refused(pointer in "(/[a-z0-9~/]{0,6}){0,4}|.*", index in 0..all().len()) {
            let sample = &all()[index];
            let mut set = Overrides::new();
            set.insert(pointer.clone(), "put".into());
            if let Ok(unsent) = sample.unsent(&mut Minter::seeded(1), at(), &set) {
                let payload: Value = serde_json::from_str(&unsent.payload).unwrap();
                prop_assert_eq!(payload.pointer(&pointer), Some(&Value::from("put")));
            }
        }
    }
}
