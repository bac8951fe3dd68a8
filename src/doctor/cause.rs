//! What a failure means, and what to do about it: a table by cause.

use std::borrow::Cow;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{CertificateError, Error as Tls};

use super::stage::Stage;
use crate::link::fault::{Fault, chain};

/// The one thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Slack's own code, or a short name.
    pub code: Cow<'static, str>,
    /// What happened, and why.
    pub message: String,
    /// What to do next.
    pub advice: Cow<'static, str>,
}

/// What to do, by code; a `*` stands for any ending, and the first row that fits counts. What is not here (Slack's own codes, mostly) is told as the link tells it.
const ADVICE: &[(&str, &str)] = &[
    (
        "token_file",
        "Give --app-token-file a file that you may read and that holds nothing but the token, or set SLACK_APP_TOKEN.",
    ),
    (
        "dns",
        "See whether the name is right (--api-url) and whether other names resolve here. Where only a proxy knows outside names, set HTTPS_PROXY.",
    ),
    (
        "connect",
        "Refused: nothing listens on that port, or a firewall rejects it; see --api-url. Unreachable or timed out: a firewall or a VPN stands between. Socket Mode needs outgoing TCP to slack.com and *.slack.com, port 443, or a proxy in HTTPS_PROXY.",
    ),
    (
        "proxy_unreachable",
        "See the proxy's name and port in the variable that the proxy line of this report names, and whether the VPN is up that leads there; or except the host with NO_PROXY.",
    ),
    (
        "proxy_407",
        "The proxy wants a name and a password: HTTPS_PROXY=http://name:password@host:port, special characters as %XX. Kerberos and NTLM are not spoken; a local proxy such as px or cntlm can stand between.",
    ),
    (
        "proxy_403",
        "The proxy forbids this host. Ask whoever runs it to let CONNECT pass to slack.com and *.slack.com, port 443 (the socket's hosts are wss-*.slack.com); or except the host with NO_PROXY.",
    ),
    (
        "proxy_5*",
        "The proxy itself could not reach the host. Ask whoever runs it; see whether it resolves *.slack.com.",
    ),
    (
        "proxy_scheme",
        "Only proxies that speak HTTP (CONNECT) are understood. Name one as HTTPS_PROXY=http://host:port, also for https addresses.",
    ),
    (
        "proxy",
        "See whether what listens there is an HTTP proxy that allows CONNECT; or except the host with NO_PROXY.",
    ),
    (
        "tls_no_roots",
        "Install the system's root certificates (ca-certificates), or name a file with PEM certificates with SSL_CERT_FILE.",
    ),
    (
        "tls_untrusted",
        "If a proxy or a company's own authority inspects TLS here, get its root certificate as PEM and name it with SSL_CERT_FILE. That file then stands in place of the system's roots, so add those to it where both are needed. `openssl s_client -showcerts -connect HOST:PORT` shows who issued the certificate.",
    ),
    (
        "tls_expired",
        "If this machine's clock is right, whoever runs the server (or the proxy that inspects TLS) has to renew the certificate.",
    ),
    (
        "tls_not_yet",
        "This machine's clock is probably slow: compare `date -u` with the true time, and set it.",
    ),
    (
        "tls_wrong_host",
        "Another server answers in place of the one that was meant. See --api-url, DNS and hosts files, and whether a captive portal or a proxy stands between.",
    ),
    (
        "tls_not_spoken",
        "See the scheme and the port of --api-url: https needs a server that speaks TLS. A captive portal or a proxy may have answered, too.",
    ),
    (
        "tls_cut",
        "Something between ends TLS connections to this host: a firewall or a proxy that filters by name. Ask whoever runs it to let slack.com and *.slack.com pass, or set HTTPS_PROXY.",
    ),
    (
        "tls",
        "See whether a proxy or a firewall stands between, and whether the server speaks TLS 1.2 or 1.3.",
    ),
    (
        "socket_mode_disabled",
        "Switch it on: api.slack.com/apps, your app, Settings, Socket Mode, Enable Socket Mode.",
    ),
    (
        "link_disabled",
        "Switch it on: api.slack.com/apps, your app, Settings, Socket Mode, Enable Socket Mode.",
    ),
    (
        "too_many_websockets",
        "An app may have 10 connections. Stop other processes that use this token; what a crash left behind goes away within minutes.",
    ),
    (
        "ratelimited",
        "Something opens connections of this app again and again: a process that restarts in a loop, or an SDK that hammers. Find it, wait a minute, try again.",
    ),
    (
        "upgrade_408",
        "Slack was slow, or a proxy held the request. Try again; if it lasts, see status.slack.com.",
    ),
    (
        "upgrade_409",
        "Another connection of this app was being opened at the same moment. Try again; if it lasts, look for a process that reconnects in a loop.",
    ),
    (
        "upgrade_429",
        "Too many connections were opened in a short time. Wait a minute; look for a process that reconnects in a loop.",
    ),
    (
        "upgrade_*",
        "A proxy may have answered in place of Slack, or one that knows no WebSockets stands between: ask whoever runs it to let them pass. If it is Slack's own answer, try again and see status.slack.com.",
    ),
    (
        "upgrade",
        "A proxy that knows no WebSockets may stand between: ask whoever runs it to let them pass to wss-*.slack.com.",
    ),
    (
        "hello_timeout",
        "A proxy that inspects traffic may take the upgrade and hold the frames back: ask whoever runs it to let WebSockets to wss-*.slack.com pass untouched. Without one, try again and see status.slack.com.",
    ),
    (
        "pong_timeout",
        "The connection looks open, but nothing comes back. A proxy or a firewall may hold frames back; without one, try again and see status.slack.com.",
    ),
    ("closed", "Try again. If it lasts, see status.slack.com, and whether a proxy ends WebSockets."),
    ("disconnected", "Try again. If it lasts, see status.slack.com."),
    (
        "timeout",
        "A firewall that drops packets, a VPN that is down, or a server that hangs. See whether it can be reached in another way (curl), or set HTTPS_PROXY.",
    ),
];

/// The table's word on a code.
pub fn advice(code: &str) -> Option<&'static str> {
    let fits = |row: &str| match row.strip_suffix('*') {
        Some(family) => code.starts_with(family),
        None => row == code,
    };
    ADVICE.iter().find(|(row, _)| fits(row)).map(|(_, advice)| *advice)
}

impl Failure {
    /// With the table's advice.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let code = code.into();
        let advice = advice(&code).unwrap_or_default().into();
        Self { code, message: message.into(), advice }
    }

    /// A text of which the first line tells what happened, and the others what to do.
    pub fn lines(code: &'static str, text: &str) -> Self {
        let failure = Self::new(code, text.lines().next().unwrap_or_default());
        let rest = text.lines().skip(1).map(str::trim).collect::<Vec<_>>().join(" ");
        if rest.is_empty() { failure } else { Self { advice: rest.into(), ..failure } }
    }

    /// A stage that took longer than it may.
    pub fn late(stage: Stage, limit: Duration) -> Self {
        let seconds = limit.as_secs_f64();
        match stage {
            Stage::Hello => Self::new(
                "hello_timeout",
                format!("the WebSocket opened, but no hello came within {seconds} s"),
            ),
            Stage::Ping => Self::new("pong_timeout", format!("no pong came within {seconds} s")),
            _ => Self::new("timeout", format!("nothing came back within {seconds} s")),
        }
    }

    /// A TLS handshake with `host` that failed, given how many roots of trust there are and where from.
    pub fn tls(error: &io::Error, host: &str, count: usize, roots: &str) -> Self {
        let (code, what) = match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(Tls::InvalidCertificate(CertificateError::UnknownIssuer)) if count == 0 => {
                ("tls_no_roots", format!("there is no root certificate to judge {host} by, from {roots}"))
            }
            Some(Tls::InvalidCertificate(error)) => certificate(error, host, roots),
            Some(Tls::InvalidMessage(_)) => {
                ("tls_not_spoken", format!("what answers as {host} speaks no TLS"))
            }
            Some(other) => ("tls", format!("no TLS connection to {host}: {other}")),
            None if is_cut(error) => {
                ("tls_cut", format!("the connection to {host} was cut during the TLS handshake ({error})"))
            }
            None => ("tls", format!("no TLS connection to {host}: {}", chain(error))),
        };
        Self::new(code, what)
    }
}

fn is_cut(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe)
}

fn certificate(error: &CertificateError, host: &str, roots: &str) -> (&'static str, String) {
    match error {
        CertificateError::UnknownIssuer => (
            "tls_untrusted",
            format!("the certificate of {host} is not issued by anyone trusted here (trusted: {roots})"),
        ),
        // An authority may have been made anew under its old name.
        CertificateError::BadSignature => (
            "tls_untrusted",
            format!(
                "the certificate of {host} bears the name of an issuer trusted here, but was signed with another key (trusted: {roots})"
            ),
        ),
        CertificateError::ExpiredContext { not_after, .. } => {
            ("tls_expired", format!("the certificate of {host} expired on {}", day(*not_after)))
        }
        CertificateError::Expired => ("tls_expired", format!("the certificate of {host} has expired")),
        CertificateError::NotValidYetContext { not_before, .. } => {
            ("tls_not_yet", format!("the certificate of {host} is not valid before {}", day(*not_before)))
        }
        CertificateError::NotValidYet => {
            ("tls_not_yet", format!("the certificate of {host} is not valid yet"))
        }
        CertificateError::NotValidForNameContext { presented, .. } if !presented.is_empty() => {
            let names = presented.join(", ");
            ("tls_wrong_host", format!("the certificate is not for {host}, but for {names}"))
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ("tls_wrong_host", format!("the certificate is not for {host}"))
        }
        other => ("tls", format!("the certificate of {host} cannot be taken: {other}")),
    }
}

fn day(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).map_or("a day beyond all calendars".to_owned(), |at| at.to_string())
}

/// What the link says, with the table's advice where that knows more.
impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let message = match fault.code.as_ref() {
            // The link's own text speaks of the link.
            "socket_mode_disabled" => "Socket Mode is switched off for this app".to_owned(),
            _ => fault.message,
        };
        let advice = advice(&fault.code).map_or(fault.advice, Cow::Borrowed);
        Self { code: fault.code, message, advice }
    }
}

#[cfg(test)]
mod tests;
