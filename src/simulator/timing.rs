//! Every period and deadline of the simulated Slack, in one place.

use std::time::Duration;

/// The periods that Slack keeps (protocol.md sections 2 to 4), or a scaled version of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// From the upgrade to hello.
    pub hello_after: Duration,
    /// Between two of Slack's pings on a connection.
    pub ping_every: Duration,
    /// How long an envelope waits for its ack.
    pub ack_within: Duration,
    /// How long a connection lives.
    pub life: Duration,
    /// How long it lives under `debug_reconnects=true`.
    pub debug_life: Duration,
    /// How long before its end a connection is warned; zero for never.
    pub warn_ahead: Duration,
    /// From `refresh_requested` (or another disconnect) to the close frame.
    pub close_after: Duration,
    /// How long a half-open connection counts before Slack gives it up.
    pub silent_for: Duration,
    /// When an event is sent again, counted from the missed deadline: one entry an attempt.
    pub retry_after: Vec<Duration>,
    /// What hello announces as `approximate_connection_time`, in seconds; `None` for the true life.
    pub announced_life: Option<u64>,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            hello_after: Duration::from_millis(30),
            ping_every: Duration::from_secs(10),
            ack_within: Duration::from_secs(3),
            life: Duration::from_secs(3600),
            debug_life: Duration::from_secs(360),
            warn_ahead: Duration::from_secs(10),
            close_after: Duration::from_secs(1),
            silent_for: Duration::from_secs(60),
            retry_after: vec![Duration::ZERO, Duration::from_secs(60), Duration::from_secs(300)],
            announced_life: None,
        }
    }
}

impl Timing {
    /// The same with every duration multiplied by `factor`: at 0.01 an hour takes 36 seconds.
    /// A factor that is no number, or negative, counts as 1.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let scale = |duration: &Duration| scale(*duration, factor);
        Self {
            hello_after: scale(&self.hello_after),
            ping_every: scale(&self.ping_every),
            ack_within: scale(&self.ack_within),
            life: scale(&self.life),
            debug_life: scale(&self.debug_life),
            warn_ahead: scale(&self.warn_ahead),
            close_after: scale(&self.close_after),
            silent_for: scale(&self.silent_for),
            retry_after: self.retry_after.iter().map(scale).collect(),
            announced_life: self.announced_life,
        }
    }

    /// The life of a connection with or without `debug_reconnects=true`.
    pub fn life_of(&self, debug_reconnects: bool) -> Duration {
        if debug_reconnects { self.debug_life } else { self.life }
    }

    /// What hello says of a connection's life, in whole seconds, never less than one.
    pub fn announced(&self, debug_reconnects: bool) -> u64 {
        let life = self.life_of(debug_reconnects);
        let rounded_up = life.as_secs() + u64::from(life.subsec_nanos() > 0);
        self.announced_life.unwrap_or(rounded_up.max(1))
    }
}

/// `duration` times `factor`; unchanged where the product is no duration.
pub fn scale(duration: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_need_not_take_an_hour() {
        let timing = Timing::default().scaled(0.01);
        assert_eq!(timing.life, Duration::from_secs(36));
        assert_eq!(timing.announced(false), 36);
        assert_eq!(timing.announced(true), 4);
        assert_eq!(timing.retry_after[1], Duration::from_millis(600));
        assert_eq!(Timing::default().scaled(-1.0), Timing::default());
        assert_eq!(Timing::default().scaled(f64::NAN), Timing::default());
    }
}
