//! Plays a scenario on a running simulator.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use super::delivery::Sending;
use super::fault::Greeting;
use super::handle::Handle;
use super::scenario::Scenario;
use super::spell::{Name, Span};
use super::step::{Expect, GreetHow, Refusal, Send, Step, Trickle};
use super::timing::scale;
use super::traffic;
use super::workspace::{Act, Counts, Workspace};
use crate::slack::sample::{Overrides, SampleError, Unsent};

/// Why a scenario stopped before its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlayError {
    #[error(transparent)]
    Sample(#[from] SampleError),
    #[error("not within {within:?}: {expected}; seen so far: {seen}")]
    Unmet { within: Duration, expected: String, seen: String },
}

/// Plays `scenario` with every duration multiplied by `factor`. Its periods hold from this call on,
/// its steps begin when the future is awaited. A scenario that repeats for ever never returns.
pub fn play(
    handle: Handle,
    scenario: Scenario,
    factor: f64,
) -> impl Future<Output = Result<(), PlayError>> + std::marker::Send + 'static {
    let timing = handle.look(|workspace| workspace.timing().clone());
    handle.set_timing(scenario.timing.over(timing, factor));
    let base = handle.look(Workspace::counts);
    let player = Player { handle, factor, base };
    async move { player.steps(&scenario.steps).await }
}

struct Player {
    handle: Handle,
    factor: f64,
    base: Counts,
}

type Played<'a> = Pin<Box<dyn Future<Output = Result<(), PlayError>> + std::marker::Send + 'a>>;

impl Player {
    fn steps<'a>(&'a self, steps: &'a [Step]) -> Played<'a> {
        Box::pin(async move {
            for step in steps {
                self.step(step).await?;
            }
            Ok(())
        })
    }

    async fn step(&self, step: &Step) -> Result<(), PlayError> {
        match step {
            Step::Wait(span) => self.pause(*span).await,
            Step::Flood(flood) => {
                let pause = scale(Duration::from_secs(1), self.factor).checked_div(flood.per_second);
                self.handle.flood(flood.sample.0, flood.n, pause.unwrap_or_default()).await?;
            }
            Step::Trickle(trickle) => self.trickle(trickle).await?,
            Step::Expect(expect) => self.expect(expect).await?,
            Step::Repeat(repeat) => {
                let mut left = repeat.n;
                while left != Some(0) {
                    self.steps(&repeat.steps).await?;
                    left = left.map(|left| left - 1);
                }
            }
            at_once => self.at_once(at_once)?,
        }
        Ok(())
    }

    /// The steps that take no time.
    fn at_once(&self, step: &Step) -> Result<(), PlayError> {
        let handle = &self.handle;
        match step {
            Step::Send(send) => self.send(send)?,
            Step::Envelope(envelope) => {
                let unsent =
                    Unsent::new(&envelope.kind, &envelope.payload, envelope.accepts_response_payload);
                handle.send_unsent(unsent, Sending::default());
            }
            Step::Text(text) => handle.utter(text.conn, &Act::Text(text.text.clone())),
            Step::Binary(binary) => handle.utter(binary.conn, &Act::Binary(binary.base64.clone())),
            Step::Ping(ping) => handle.utter(ping.conn, &Act::Ping(vec![b'P'; ping.bytes])),
            Step::Disconnect(disconnect) => handle.disconnect(&disconnect.reason, disconnect.conn),
            Step::Refresh(refresh) => handle.refresh(refresh.conn, scale(refresh.ahead.0, self.factor)),
            Step::Close(close) => handle.close(close.conn, close.code, &close.reason),
            Step::Cut(whom) => handle.cut(*whom),
            Step::Silence(whom) => handle.silence(*whom),
            Step::Refuse(refuse) => match refuse.what.clone() {
                Refusal::Open(how) => handle.refuse_open(how, refuse.times.limit()),
                Refusal::Upgrade(how) => handle.refuse_upgrade(how, refuse.times.limit()),
            },
            Step::Greet(greet) => handle.greet(self.greeting(&greet.how)?, greet.times.limit()),
            Step::Ghosts(ghosts) => handle.set_ghosts(*ghosts),
            Step::LoseAcks(n) => handle.lose_acks(*n),
            Step::SocketMode(on) => handle.set_socket_mode(*on),
            Step::Recover(()) => handle.recover(),
            Step::Wait(_) | Step::Flood(_) | Step::Trickle(_) | Step::Expect(_) | Step::Repeat(_) => {}
        }
        Ok(())
    }

    async fn pause(&self, span: Span) {
        tokio::time::sleep(scale(span.0, self.factor)).await;
    }

    fn send(&self, send: &Send) -> Result<(), PlayError> {
        let mut set = if send.vary { self.varied(send.sample) } else { Overrides::new() };
        set.extend(send.set.clone());
        self.handle.send(send.sample.0, &set, Sending { conn: send.conn, copies: send.copies })?;
        Ok(())
    }

    fn varied(&self, name: Name) -> Overrides {
        let Some(sample) = name.sample() else { return Overrides::new() };
        self.handle.chance(|rng| traffic::vary(sample, rng))
    }

    fn greeting(&self, how: &GreetHow) -> Result<Greeting, PlayError> {
        Ok(match how {
            GreetHow::Slow(span) => Greeting::Slow(scale(span.0, self.factor)),
            GreetHow::Twice => Greeting::Twice,
            GreetHow::Never => Greeting::Never,
            GreetHow::Text(text) => Greeting::Text(text.clone()),
            GreetHow::After(names) => {
                let unsent = names.iter().map(|name| self.handle.unsent(name.0, &Overrides::new()));
                Greeting::After(unsent.collect::<Result<_, _>>()?)
            }
        })
    }

    async fn trickle(&self, trickle: &Trickle) -> Result<(), PlayError> {
        let total: u32 = trickle.of.values().fold(0, |sum, weight| sum.saturating_add(*weight));
        let (shortest, longest) = trickle.every;
        let mut left = trickle.n;
        while total > 0 && left != Some(0) {
            let (mut ticket, share) = self.handle.chance(|rng| (rng.u32(..total), rng.f64()));
            let drawn = trickle.of.iter().find(|(_, weight)| {
                let won = ticket < **weight;
                ticket = ticket.saturating_sub(**weight);
                won
            });
            if let Some((name, _)) = drawn {
                self.handle.send(name.0, &self.varied(*name), Sending::default())?;
            }
            let spread = longest.0.saturating_sub(shortest.0);
            self.pause(Span(shortest.0 + scale(spread, share))).await;
            left = left.map(|left| left - 1);
        }
        Ok(())
    }

    async fn expect(&self, expect: &Expect) -> Result<(), PlayError> {
        let met = self.handle.wait_until(|workspace| self.is_met(expect, workspace));
        let Some(within) = expect.within.map(|span| scale(span.0, self.factor)) else {
            met.await;
            return Ok(());
        };
        tokio::time::timeout(within, met).await.map_err(|_| {
            let seen = self
                .handle
                .look(|workspace| format!("{} serving, {:?}", workspace.serving(), workspace.counts()));
            PlayError::Unmet { within, expected: format!("{expect:?}"), seen }
        })
    }

    fn is_met(&self, expect: &Expect, workspace: &Workspace) -> bool {
        let (now, base) = (workspace.counts(), self.base);
        workspace.serving() >= expect.serving
            && now.opens - base.opens >= expect.opens
            && now.upgrades - base.upgrades >= expect.upgrades
            && now.hellos - base.hellos >= expect.hellos
            && now.disconnects - base.disconnects >= expect.disconnects
            && now.closes - base.closes >= expect.closes
            && now.envelopes - base.envelopes >= expect.envelopes
            && now.acks - base.acks >= expect.acks
            && now.retries - base.retries >= expect.retries
            && (!expect.settled || workspace.is_settled())
    }
}
