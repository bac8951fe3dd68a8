//! What the link knows about envelopes by itself: the state behind its findings about acks.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::slack::ack::MAX_FRAME;

/// Envelopes that are remembered: far more than can be waiting for an answer at once.
const REMEMBERED: usize = 4096;

/// The last envelopes of all connections, since an ack may travel on another connection than its envelope.
#[derive(Debug, Default)]
pub struct Envelopes(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    known: HashMap<String, Known>,
    order: VecDeque<String>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Known {
    takes_payload: Option<bool>,
    answers: u32,
}

/// A finding about one ack: its code and what to say.
pub type Found = (&'static str, String);

impl Envelopes {
    /// An envelope came; one that came before may be answered again.
    pub fn came(&self, envelope_id: &str, takes_payload: Option<bool>) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = Known { takes_payload, answers: 0 };
        if memory.known.insert(envelope_id.to_owned(), known).is_some() {
            return;
        }
        memory.order.push_back(envelope_id.to_owned());
        if memory.order.len() > REMEMBERED
            && let Some(oldest) = memory.order.pop_front()
        {
            memory.known.remove(&oldest);
        }
    }

    /// An ack left: what is wrong with it.
    pub fn answered(&self, ack: &Sent, deadline: Duration) -> Vec<Found> {
        let known = {
            let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            memory.known.get_mut(ack.envelope_id).map_or_else(Known::default, |known| {
                known.answers += 1;
                *known
            })
        };
        let mut found = Vec::new();
        if ack.bytes > MAX_FRAME {
            found.push(("ack-too-long", format!("the ack has {} bytes, and Slack takes {MAX_FRAME} at most: it drops the ack or closes the connection with 1009. Make the answer smaller, or open the view with views.open or views.update", ack.bytes)));
        }
        if ack.took > deadline {
            found.push(("ack-late", format!("the ack left {:.1} s after its envelope, and Slack waits {} s: the user has seen an error, an event comes again. Acknowledge first and work afterwards", ack.took.as_secs_f64(), deadline.as_secs_f64())));
        }
        if known.answers > 1 {
            found.push(("ack-twice", format!("this envelope was answered {} times: Slack takes the first answer and ignores the others. Answer once", known.answers)));
        }
        if ack.has_payload && known.takes_payload == Some(false) {
            found.push(("payload-not-accepted", "the ack carries a payload, and the envelope said accepts_response_payload: false: Slack ignores it. Answer empty, and use the Web API or the response_url instead".to_owned()));
        }
        found
    }
}

/// An ack that left.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    pub envelope_id: &'a str,
    pub bytes: usize,
    pub has_payload: bool,
    pub took: Duration,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const DEADLINE: Duration = Duration::from_secs(3);

    fn codes(envelopes: &Envelopes, ack: &Sent) -> Vec<&'static str> {
        envelopes.answered(ack, DEADLINE).into_iter().map(|(code, _)| code).collect()
    }

    #[test]
    fn an_ack_is_found_fault_with() {
        let envelopes = Envelopes::default();
        envelopes.came("e", Some(false));
        let good = Sent { envelope_id: "e", bytes: 20_480, has_payload: false, took: Duration::from_secs(3) };
        assert!(codes(&envelopes, &good).is_empty());
        let bad =
            Sent { bytes: 20_481, has_payload: true, took: DEADLINE + Duration::from_millis(1), ..good };
        assert_eq!(
            codes(&envelopes, &bad),
            ["ack-too-long", "ack-late", "ack-twice", "payload-not-accepted"]
        );
        envelopes.came("e", None);
        assert!(codes(&envelopes, &Sent { has_payload: true, ..good }).is_empty(), "it came again");
    }

    #[test]
    fn memory_is_bounded() {
        let envelopes = Envelopes::default();
        for number in 0..3 * REMEMBERED {
            envelopes.came(&number.to_string(), None);
        }
        let memory = envelopes.0.lock().unwrap();
        assert_eq!((memory.known.len(), memory.order.len()), (REMEMBERED, REMEMBERED));
    }
}
