//! `sockscope doctor`: goes the link's own way to Slack, a stage at a time, and names the fault.
//!
//! | module | what it knows |
//! |---|---|
//! | [`stage`] | the stages, and what came of each |
//! | `examine` | the way from the token to the pong, with the link's own code at every step |
//! | `talk` | the short conversation on the open socket |
//! | [`rule`], [`variables`] | which rule decides about the proxy and the roots of trust |
//! | [`cause`] | what a failure means and what to do about it |
//! | [`print`] | the lines for people and the object for scripts |
//!
//! Doctor acknowledges nothing. While it is connected, Slack may send it a part of the app's events
//! (protocol.md, section 3), and an ack would tell Slack that they were dealt with: without it, events come
//! again and reach the app, and whoever clicked sees an error rather than a click that did nothing. So it
//! stays for a hello and one ping, closes, and says what came.

use url::Url;

use crate::link::Timing;
use crate::link::fault::Fault;
use crate::link::net::Net;
use cause::Failure;
use stage::{Diagnosis, Progress};
use variables::Variables;

pub mod cause;
mod examine;
pub mod print;
pub mod rule;
pub mod stage;
mod talk;
pub mod variables;

/// What is examined.
#[derive(Debug)]
pub struct Options {
    /// `https://slack.com/api/`, or a local server's.
    pub api_url: Url,
    /// The app-level token, or why there is none.
    pub token: Result<String, Failure>,
    /// Where the token was looked for.
    pub token_from: String,
    pub timing: Timing,
    pub variables: Variables,
}

/// Goes through all stages up to the first that fails, and tells each as it begins and ends.
///
/// # Errors
/// TLS cannot be set up on this machine at all, so that there is nothing to examine.
pub async fn diagnose(options: Options, watch: impl FnMut(Progress)) -> Result<Diagnosis, Fault> {
    let (api_url, timing) = (options.api_url.clone(), options.timing);
    let built = tokio::task::spawn_blocking(move || Net::from_env(&api_url, &timing)).await;
    let net = built.unwrap_or_else(|error| Err(Fault::passing("internal", error.to_string())))?;
    Ok(examine::examine(&options, &net, watch).await)
}
