//! The way from the token to the pong, with the link's own code at every step.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use hyper_util::client::proxy::matcher::Intercept;
use rustls::ProtocolVersion;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use url::Url;

use super::Options;
use super::cause::Failure;
use super::rule::Rule;
use super::stage::{Diagnosis, Outcome, Progress, STAGES, Stage, Step};
use super::talk::{self, Talk};
use crate::link::net::{Net, is_loopback};
use crate::link::wire::Carrier;
use crate::link::{dial, open};
use crate::slack::secret::TokenKind;

/// A stage failed, and it is on record.
#[derive(Debug)]
struct Failed;

/// The four stages to a host, for the API and for the socket alike.
struct Way {
    dns: Stage,
    tcp: Stage,
    proxy: Stage,
    tls: Stage,
}

const API: Way = Way { dns: Stage::ApiDns, tcp: Stage::ApiTcp, proxy: Stage::ApiProxy, tls: Stage::ApiTls };
const SOCKET: Way =
    Way { dns: Stage::SocketDns, tcp: Stage::SocketTcp, proxy: Stage::SocketProxy, tls: Stage::SocketTls };

/// What came of each stage so far.
struct Log<W> {
    diagnosis: Diagnosis,
    watch: W,
}

impl<W: FnMut(Progress)> Log<W> {
    /// Does a stage's work, which gives what the next stages need and a fact to show.
    async fn stage<T>(
        &mut self,
        stage: Stage,
        limit: Duration,
        work: impl Future<Output = Result<(T, String), Failure>>,
    ) -> Result<T, Failed> {
        self.stage_of(stage, limit, |failure| failure, work).await
    }

    /// The same, with another word on whatever fails.
    async fn stage_of<T>(
        &mut self,
        stage: Stage,
        limit: Duration,
        blame: fn(Failure) -> Failure,
        work: impl Future<Output = Result<(T, String), Failure>>,
    ) -> Result<T, Failed> {
        (self.watch)(Progress::Begun(stage));
        let started = Instant::now();
        let result = tokio::time::timeout(limit, work).await;
        let took = started.elapsed();
        match result.unwrap_or_else(|_| Err(Failure::late(stage, limit))) {
            Ok((value, fact)) => {
                self.end(stage, Outcome::Passed { took, fact });
                Ok(value)
            }
            Err(failure) => {
                self.end(stage, Outcome::Failed { took, failure: blame(failure) });
                Err(Failed)
            }
        }
    }

    fn skip(&mut self, stage: Stage, why: impl Into<String>) {
        self.end(stage, Outcome::Skipped { why: why.into() });
    }

    fn end(&mut self, stage: Stage, outcome: Outcome) {
        let step = Step { stage, outcome };
        (self.watch)(Progress::Ended(&step));
        self.diagnosis.steps.push(step);
    }
}

/// All stages, up to the first that fails; those after it are skipped.
pub async fn examine(options: &Options, net: &Net, watch: impl FnMut(Progress)) -> Diagnosis {
    let mut log = Log { diagnosis: Diagnosis::default(), watch };
    if let Err(Failed) = go(&mut log, options, net).await {
        for (stage, ..) in &STAGES[log.diagnosis.steps.len()..] {
            log.skip(*stage, "not reached");
        }
    }
    log.diagnosis
}

async fn go(log: &mut Log<impl FnMut(Progress)>, options: &Options, net: &Net) -> Result<(), Failed> {
    let Options { api_url, timing, .. } = options;
    let token = log.stage(Stage::Token, timing.open, async { token(options) }).await?;
    // The API's own client connects anew; what it will meet is told apart here.
    drop(walk(log, &API, options, net, api_url).await?);
    let url = log
        .stage(Stage::Open, timing.open, async {
            let url = open::open(net, api_url, token).await?;
            let fact = format!("Slack issued a URL at {}", url.host_str().unwrap_or_default());
            Ok((url, fact))
        })
        .await?;
    let carrier = walk(log, &SOCKET, options, net, &url).await?;
    let ws = log
        .stage(Stage::Upgrade, timing.dial, async {
            Ok((dial::upgrade(&url, carrier).await?, "the ticket was taken".to_owned()))
        })
        .await?;
    let mut talk = Talk::new(ws);
    let greeted = converse(log, &mut talk, options).await;
    let notes = talk.close(timing.close).await;
    log.diagnosis.notes.extend(notes);
    greeted
}

fn token(options: &Options) -> Result<(&str, String), Failure> {
    let token = options.token.as_ref().map_err(Clone::clone)?;
    Ok((token, format!("{}, from {}", TokenKind::of(token).describe(), options.token_from)))
}

/// DNS, TCP, proxy and TLS, as the link takes them.
async fn walk(
    log: &mut Log<impl FnMut(Progress)>,
    way: &Way,
    options: &Options,
    net: &Net,
    url: &Url,
) -> Result<Carrier, Failed> {
    let limit = options.timing.dial;
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(443);
    let proxy = net.proxy(url);
    let rule = Rule::of(&options.variables, url, proxy.is_some());
    let tcp = match &proxy {
        None => {
            let tcp = reach(log, way, &Target { host, port, limit, blame: |failure| failure }).await?;
            log.skip(way.proxy, rule.to_string());
            tcp
        }
        Some(proxy) => tunnel(log, way, limit, url, proxy, &rule).await?,
    };
    encrypt(log, way, options, net, url, tcp).await
}

/// To the proxy, and through it where that takes a tunnel.
async fn tunnel(
    log: &mut Log<impl FnMut(Progress)>,
    way: &Way,
    limit: Duration,
    url: &Url,
    proxy: &Intercept,
    rule: &Rule,
) -> Result<TcpStream, Failed> {
    let (host, port) = match dial::proxy_address(proxy) {
        Ok(address) => address,
        Err(fault) => {
            log.skip(way.dns, "the proxy comes first");
            log.skip(way.tcp, "the proxy comes first");
            log.end(way.proxy, Outcome::Failed { took: Duration::ZERO, failure: fault.into() });
            return Err(Failed);
        }
    };
    let tcp = reach(log, way, &Target { host, port, limit, blame: blame_proxy }).await?;
    log.stage(way.proxy, limit, async {
        // A plain request is handed to the proxy whole; what is encrypted or upgraded needs a tunnel.
        if url.scheme() == "http" {
            return Ok((tcp, format!("{host}:{port} is handed the plain request; {rule}")));
        }
        let (to, at) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(443));
        let tcp = dial::tunnel(proxy, tcp, to, at).await?;
        Ok((tcp, format!("{host}:{port} leads to {to}:{at}; {rule}")))
    })
    .await
}

/// Whom to reach over TCP: the host itself, or the proxy before it.
struct Target<'a> {
    host: &'a str,
    port: u16,
    limit: Duration,
    blame: fn(Failure) -> Failure,
}

/// A proxy's faults need other advice than the host's.
fn blame_proxy(failure: Failure) -> Failure {
    let Failure { message, .. } = failure;
    Failure::new("proxy_unreachable", format!("the proxy cannot be reached: {message}"))
}

async fn reach(
    log: &mut Log<impl FnMut(Progress)>,
    way: &Way,
    target: &Target<'_>,
) -> Result<TcpStream, Failed> {
    let Target { host, port, limit, blame } = *target;
    let found = if dial::bare(host).parse::<IpAddr>().is_ok() {
        log.skip(way.dns, "no name to look up");
        None
    } else {
        let look_up = async {
            let found = dial::resolve(host, port).await?;
            let fact = format!("{host} is {}", addresses(&found));
            Ok((Some(found), fact))
        };
        log.stage_of(way.dns, limit, blame, look_up).await?
    };
    let connect = async {
        let tcp = match found {
            Some(found) => dial::connect(host, port, &found).await?,
            None => dial::tcp(host, port).await?,
        };
        let peer = tcp.peer_addr().map_or(format!("{host}:{port}"), |address| address.to_string());
        Ok((tcp, format!("{peer} answers")))
    };
    log.stage_of(way.tcp, limit, blame, connect).await
}

fn addresses(found: &[SocketAddr]) -> String {
    match found {
        [] => "nothing".to_owned(),
        [only] => only.ip().to_string(),
        [first, more @ ..] => format!("{} and {} more", first.ip(), more.len()),
    }
}

async fn encrypt(
    log: &mut Log<impl FnMut(Progress)>,
    way: &Way,
    options: &Options,
    net: &Net,
    url: &Url,
    tcp: TcpStream,
) -> Result<Carrier, Failed> {
    if !matches!(url.scheme(), "https" | "wss") {
        let risk = if is_loopback(url) { "" } else { ": whoever stands between can read all of it" };
        log.skip(way.tls, format!("{} is not encrypted{risk}", url.scheme()));
        return Ok(Carrier::Plain(tcp));
    }
    let host = url.host_str().unwrap_or_default();
    let roots = options.variables.roots();
    log.stage(way.tls, options.timing.dial, async {
        let tls = dial::handshake(net, host, tcp)
            .await
            .map_err(|error| Failure::tls(&error, host, net.roots, &roots))?;
        let fact = format!("{}, trusted by {roots}, {} in all", version(&tls), net.roots);
        Ok((Carrier::Tls(Box::new(tls)), fact))
    })
    .await
}

fn version(tls: &TlsStream<TcpStream>) -> &'static str {
    match tls.get_ref().1.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "TLS",
    }
}

/// Hello and one ping.
async fn converse(
    log: &mut Log<impl FnMut(Progress)>,
    talk: &mut Talk,
    options: &Options,
) -> Result<(), Failed> {
    let timing = &options.timing;
    log.stage(Stage::Hello, timing.hello, async {
        let hello = talk.hello().await?;
        Ok(((), talk::describe(&hello)))
    })
    .await?;
    log.stage(Stage::Ping, timing.ping, async {
        talk.ping().await?;
        Ok(((), "the pong echoes our ping".to_owned()))
    })
    .await
}
