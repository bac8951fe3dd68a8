//! Every duration that the link goes by.

use std::time::Duration;

/// The defaults are the protocol's; tests scale them, so that an hour's life need not take an hour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// Between two pings of ours.
    pub ping: Duration,
    /// Silence that makes us open another connection early.
    pub doubt: Duration,
    /// Silence that means dead (slack-go's 30 s, protocol.md section 2).
    pub dead: Duration,
    /// For the whole of `apps.connections.open`.
    pub open: Duration,
    /// For DNS, TCP, proxy, TLS and upgrade together.
    pub dial: Duration,
    /// From the upgrade to hello.
    pub hello: Duration,
    /// How long before its announced end a connection is replaced unasked: later than Slack's own
    /// `warning`, so that the warning is seen where it comes.
    pub lead: Duration,
    /// The distance that several connections keep between their unasked refreshes.
    pub stagger: Duration,
    /// Announced lives below this are not believed.
    pub shortest_life: Duration,
    /// A connection that lived at least this long forgives all earlier failures.
    pub settle: Duration,
    /// The upper bound of the second try's delay; it doubles with each failure.
    pub backoff_base: Duration,
    pub backoff_cap: Duration,
    /// The shortest wait after `too_many_websockets`; it grows up to `crowd_cap`.
    pub crowd: Duration,
    pub crowd_cap: Duration,
    /// Between two looks whether Socket Mode was switched on again.
    pub probe: Duration,
    /// A replaced connection is closed once no envelope came for this long …
    pub linger_quiet: Duration,
    /// … and at the latest after this long.
    pub linger_max: Duration,
    /// How long a warned connection may take to be ended by Slack.
    pub warned_max: Duration,
    /// For the peer's answer to our close frame.
    pub close: Duration,
    /// How long the peer may not read what we write before it counts as dead.
    pub stall: Duration,
    /// Slack's deadline for an ack.
    pub ack: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        let s = Duration::from_secs;
        Self {
            ping: s(10),
            doubt: s(15),
            dead: s(30),
            open: s(15),
            dial: s(15),
            hello: s(10),
            lead: s(5),
            stagger: s(15),
            shortest_life: s(30),
            settle: s(5),
            backoff_base: s(1),
            backoff_cap: s(30),
            crowd: s(5),
            crowd_cap: s(60),
            probe: s(60),
            linger_quiet: s(2),
            linger_max: s(10),
            warned_max: s(30),
            close: Duration::from_millis(700),
            stall: s(5),
            ack: s(3),
        }
    }
}

impl Timing {
    /// All durations times `factor`.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let by = |duration: Duration| duration.mul_f64(factor);
        Self {
            ping: by(self.ping),
            doubt: by(self.doubt),
            dead: by(self.dead),
            open: by(self.open),
            dial: by(self.dial),
            hello: by(self.hello),
            lead: by(self.lead),
            stagger: by(self.stagger),
            shortest_life: by(self.shortest_life),
            settle: by(self.settle),
            backoff_base: by(self.backoff_base),
            backoff_cap: by(self.backoff_cap),
            crowd: by(self.crowd),
            crowd_cap: by(self.crowd_cap),
            probe: by(self.probe),
            linger_quiet: by(self.linger_quiet),
            linger_max: by(self.linger_max),
            warned_max: by(self.warned_max),
            close: by(self.close),
            stall: by(self.stall),
            ack: by(self.ack),
        }
    }
}
