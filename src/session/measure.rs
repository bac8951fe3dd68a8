//! Durations and latencies, safe against whatever a record may hold.

use hdrhistogram::Histogram;
use jiff::{SignedDuration, Timestamp};

/// The time from `then` to `now`; clocks that went backwards count as no time.
pub fn since(now: Timestamp, then: Timestamp) -> SignedDuration {
    now.duration_since(then).max(SignedDuration::ZERO)
}

/// Milliseconds of a record as a duration: negative counts as none, absurd as the longest.
pub fn millis(ms: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(ms.max(0.0) / 1000.0).unwrap_or(SignedDuration::MAX)
}

/// `at` plus `duration`, or the end of time.
pub fn after(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// `at` minus `duration`, or the beginning of time.
pub fn before(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.checked_sub(duration).unwrap_or(Timestamp::MIN)
}

/// The longest latency told apart; longer ones count as this.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// A distribution of latencies, to 1 % and 1 µs, in constant memory.
#[derive(Debug, Clone)]
pub struct Latency(Histogram<u64>);

impl Default for Latency {
    fn default() -> Self {
        let longest = u64::try_from(LONGEST.as_micros()).unwrap_or(u64::MAX);
        Self(Histogram::new_with_bounds(1, longest, 2).expect("these bounds are fixed and in order"))
    }
}

impl Latency {
    pub(super) fn record(&mut self, took: SignedDuration) {
        let micros = u64::try_from(took.min(LONGEST).as_micros()).unwrap_or(0);
        self.0.saturating_record(micros.max(1));
    }

    /// The latency that this share (0 to 1) of all was at most; `None` before the first.
    pub fn quantile(&self, share: f64) -> Option<SignedDuration> {
        let micros = i64::try_from(self.0.value_at_quantile(share)).unwrap_or(i64::MAX);
        (!self.0.is_empty()).then(|| SignedDuration::from_micros(micros))
    }

    pub fn p50(&self) -> Option<SignedDuration> {
        self.quantile(0.5)
    }

    pub fn p99(&self) -> Option<SignedDuration> {
        self.quantile(0.99)
    }

    pub fn count(&self) -> u64 {
        self.0.len()
    }
}
