//! `apps.connections.open`, and its errors by what they ask of us (protocol.md, section 1).

use serde_json::Value;
use url::Url;

use super::fault::{Asks, Fault, asked_by_status, chain, first_line, retry_after};
use super::net::Net;

/// An answer longer than this is no answer of this method.
const LONGEST_ANSWER: usize = 1 << 20;

/// Asks for a WebSocket URL. The token goes in the header only; anywhere else Slack answers `invalid_auth`.
pub async fn open(net: &Net, api_url: &Url, token: &str) -> Result<Url, Fault> {
    let method = method_url(api_url);
    let answer = net.http.post(method.clone()).bearer_auth(token).body("").send().await;
    let mut answer = answer.map_err(|error| unreachable(&error.without_url(), net, &method))?;
    let status = answer.status().as_u16();
    let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let retry_after = retry_after(header("retry-after"));
    if (300..400).contains(&status) {
        return Err(redirected(&method, status, header("location").unwrap_or("nowhere")));
    }
    let mut body = Vec::new();
    while let Some(chunk) =
        answer.chunk().await.map_err(|error| unreachable(&error.without_url(), net, &method))?
    {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_ANSWER {
            break;
        }
    }
    let body = String::from_utf8_lossy(&body);
    judge(&method, status, retry_after, &body)
}

/// `…/api/apps.connections.open`, whether or not the base URL ends in a slash.
fn method_url(api_url: &Url) -> Url {
    let mut url = api_url.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push("apps.connections.open");
    }
    url
}

fn judge(method: &Url, status: u16, wait: Option<std::time::Duration>, body: &str) -> Result<Url, Fault> {
    let answer = serde_json::from_str::<Value>(body).ok().filter(Value::is_object);
    let error = answer.as_ref().and_then(|answer| answer["error"].as_str()).map(str::to_owned);
    let error = error.as_deref();
    if status == 429 || error == Some("ratelimited") {
        let asks = asked_by_status(429, wait);
        let said = if wait.is_some() { "" } else { " (it did not say for how long)" };
        let message = format!("Slack wants apps.connections.open to be called less often{said}");
        return Err(Fault::new("ratelimited", message, asks).advise(
            "Waiting as told; nothing to do but to find out who else opens connections for this app",
        ));
    }
    let Some(answer) = answer else { return Err(not_json(method, status, wait, body)) };
    if let Some(error) = error {
        return Err(refused(error, &answer));
    }
    if !(200..300).contains(&status) {
        let message = format!("{method} answered with HTTP {status}");
        return Err(Fault::new(format!("http_{status}"), message, asked_by_status(status, wait))
            .advise("Slack answers with 200; see what stands at this address"));
    }
    let Some(url) = answer["url"].as_str() else {
        let message = "apps.connections.open succeeded, but its answer has no `url`";
        return Err(Fault::new("no_url", message, Asks::RetryFew).advise(SEE_ADDRESS));
    };
    socket_url(url)
}

const SEE_ADDRESS: &str = "See what stands at the API's address";

fn socket_url(text: &str) -> Result<Url, Fault> {
    let bad = |why: &str| {
        let shown = crate::slack::secret::mask(text);
        let message = format!(
            "apps.connections.open returned a URL that no WebSocket can be opened at ({why}): {}",
            first_line(&shown)
        );
        Fault::new("bad_url", message, Asks::RetryFew).advise(SEE_ADDRESS)
    };
    let url = Url::parse(text).map_err(|error| bad(&error.to_string()))?;
    match url.scheme() {
        "ws" | "wss" if url.has_host() => Ok(url),
        "ws" | "wss" => Err(bad("it names no host")),
        other => Err(bad(&format!("its scheme is {other}, not wss or ws"))),
    }
}

fn unreachable(error: &reqwest::Error, net: &Net, method: &Url) -> Fault {
    let host = address(method);
    let cause = chain(error);
    let tls = cause.contains("certificate") || cause.contains("TLS") || cause.contains("handshake");
    if error.is_timeout() {
        Fault::passing("timeout", format!("{host} did not answer in time"))
            .advise("See whether it can be reached from here (sockscope doctor)")
    } else if tls {
        Fault::passing("tls", format!("no TLS connection to {host}: {cause}")).advise(tls_advice(net))
    } else if cause.contains("tunnel") || cause.contains("proxy") {
        Fault::passing("proxy", format!("the proxy does not let us through to {host}: {cause}"))
            .advise("See HTTPS_PROXY and NO_PROXY")
    } else if error.is_dns() || cause.contains("dns error") {
        Fault::passing("dns", format!("{host} has no address: {cause}"))
            .advise("See the name, the network and its DNS")
    } else {
        Fault::passing("connect", format!("{host} cannot be reached: {cause}"))
            .advise("See the network, the address and the proxy settings")
    }
}

/// Host and port, where the port is not the scheme's own.
fn address(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// What to do when a certificate is not trusted.
pub fn tls_advice(net: &Net) -> &'static str {
    if net.roots == 0 {
        "No root certificates were found on this machine: install ca-certificates, or set SSL_CERT_FILE"
    } else {
        "If a proxy or a company's own authority stands between, name its certificate with SSL_CERT_FILE"
    }
}

fn redirected(method: &Url, status: u16, to: &str) -> Fault {
    let message =
        format!("{method} redirects (HTTP {status}) to {}", first_line(&crate::slack::secret::mask(to)));
    Fault::new(format!("http_{status}"), message, Asks::RetryFew).advise("A redirect is not followed, since it would carry the token elsewhere; give that address with --api-url if it is right")
}

fn not_json(method: &Url, status: u16, wait: Option<std::time::Duration>, body: &str) -> Fault {
    let what = first_line(&crate::slack::secret::mask(body));
    if (200..300).contains(&status) {
        let message = format!("{method} answered with {what}, not with JSON");
        return Fault::new("not_json", message, Asks::RetryFew)
            .advise("Is this Slack's API? A captive portal or a proxy may have answered; see --api-url");
    }
    let message = format!("{method} answered with HTTP {status} and {what}");
    Fault::new(format!("http_{status}"), message, asked_by_status(status, wait))
        .advise("If it lasts, see the address and status.slack.com")
}

/// What a code of Slack's asks of us.
fn refused(code: &str, answer: &Value) -> Fault {
    if let Some((_, what, advice)) = FATAL.iter().find(|(known, ..)| *known == code) {
        let mut message = format!("Slack refuses the connection ({code}): {what}");
        if let (Some(needed), Some(provided)) = (answer["needed"].as_str(), answer["provided"].as_str()) {
            message = format!("{message}. It needs {needed} and has {provided}");
        }
        return Fault::new(code.to_owned(), message, Asks::Stop).advise(*advice);
    }
    if PASSING.contains(&code) {
        let message = format!("Slack is in trouble ({code})");
        return Fault::passing(code.to_owned(), message)
            .advise("It passes; if it lasts, see status.slack.com");
    }
    if code == "socket_mode_disabled" {
        return Fault::new(code.to_owned(), SWITCHED_OFF, Asks::Probe);
    }
    let message = format!("Slack refuses the connection with a code that sockscope does not know: {code}");
    Fault::new(code.to_owned(), message, Asks::RetryFew)
        .advise("Look for it at docs.slack.dev under apps.connections.open")
}

/// For `link_disabled` and `socket_mode_disabled` alike.
pub const SWITCHED_OFF: &str = "Socket Mode is switched off for this app. Switch it on at api.slack.com/apps, your app, Settings, Socket Mode; then reconnect (R), or wait for the look that sockscope takes once a minute";

/// Codes that the user has to do something about: what they mean, and what to do.
const FATAL: [(&str, &str, &str); 19] = [
    ("not_authed", "no token arrived", "Set SLACK_APP_TOKEN to an app-level token (xapp-…)"),
    (
        "invalid_auth",
        "the token is not valid",
        "Copy it anew from api.slack.com/apps, your app, Basic Information, App-Level Tokens",
    ),
    (
        "account_inactive",
        "the token's user or workspace was deleted",
        "Install the app anew and make a new token",
    ),
    ("token_revoked", "the token was revoked", "Make a new one under Basic Information, App-Level Tokens"),
    ("token_expired", "the token has expired", "Make a new one under Basic Information, App-Level Tokens"),
    (
        "not_allowed_token_type",
        "this is a bot or user token",
        "Socket Mode needs an app-level token (xapp-…)",
    ),
    (
        "missing_scope",
        "the token lacks the scope connections:write",
        "Make an app-level token with connections:write",
    ),
    ("no_permission", "the token may not do this", "Make an app-level token with connections:write"),
    ("access_denied", "the app may not use this workspace", "Ask its administrators"),
    ("accesslimited", "access to this method is limited for the app", "Ask Slack's support"),
    ("forbidden_team", "the app may not be used in this workspace", "Ask its administrators"),
    ("enterprise_is_restricted", "the method cannot be called for this enterprise", "Ask its administrators"),
    (
        "ekm_access_denied",
        "the workspace's administrators have suspended access to its data (EKM)",
        "Ask them",
    ),
    (
        "two_factor_setup_required",
        "the workspace asks for two-factor authentication",
        "Set it up for your account",
    ),
    ("org_login_required", "the workspace is being moved to an enterprise", "Wait until the move is over"),
    ("is_bot", "a bot's token cannot call this method", "Socket Mode needs an app-level token (xapp-…)"),
    ("method_deprecated", "Slack has retired this method", "Look for a newer sockscope"),
    ("insecure_request", "the request came over plain HTTP", "Use an https address with --api-url"),
    (
        "socket_mode_not_enabled",
        "Socket Mode was never switched on for this app",
        "See Settings, Socket Mode",
    ),
];

/// Codes that pass with time.
const PASSING: [&str; 5] =
    ["internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn judged(status: u16, body: &str) -> Result<Url, Fault> {
        judge(&"https://slack.test/api/apps.connections.open".parse().unwrap(), status, None, body)
    }

    fn asks(status: u16, body: &str) -> (String, Asks) {
        let fault = judged(status, body).unwrap_err();
        (fault.code.into_owned(), fault.asks)
    }

    #[test]
    fn the_url_is_taken_as_it_was_issued() {
        let url =
            judged(200, r#"{"ok":true,"url":"wss:\/\/wss-primary.slack.test\/link\/?ticket=a&app_id=b"}"#);
        assert_eq!(url.unwrap().as_str(), "wss://wss-primary.slack.test/link/?ticket=a&app_id=b");
    }

    #[test]
    fn every_answer_gets_what_it_asks_for() {
        let error = |code: &str| format!(r#"{{"ok":false,"error":"{code}"}}"#);
        for (code, ..) in FATAL {
            assert_eq!(asks(200, &error(code)), (code.to_owned(), Asks::Stop));
        }
        for code in PASSING {
            assert_eq!(asks(200, &error(code)), (code.to_owned(), Asks::Retry));
        }
        let half_a_minute = Asks::Wait(Duration::from_secs(30));
        for (status, body, code, asked) in [
            (200, error("socket_mode_disabled").as_str(), "socket_mode_disabled", Asks::Probe),
            (200, error("brand_new").as_str(), "brand_new", Asks::RetryFew),
            (200, error("ratelimited").as_str(), "ratelimited", half_a_minute),
            (429, "", "ratelimited", half_a_minute),
            (502, "<html><title>Bad Gateway</title>", "http_502", Asks::Retry),
            (404, "{}", "http_404", Asks::RetryFew),
            (200, "<!doctype html>", "not_json", Asks::RetryFew),
            (200, "", "not_json", Asks::RetryFew),
            (200, "[1]", "not_json", Asks::RetryFew),
            (200, "{}", "no_url", Asks::RetryFew),
            (200, r#"{"ok":true,"url":7}"#, "no_url", Asks::RetryFew),
            (200, r#"{"ok":true,"url":"not a url"}"#, "bad_url", Asks::RetryFew),
            (200, r#"{"ok":true,"url":"https://slack.test/"}"#, "bad_url", Asks::RetryFew),
            (200, r#"{"ok":true,"url":"ws://"}"#, "bad_url", Asks::RetryFew),
        ] {
            assert_eq!(asks(status, body), (code.to_owned(), asked), "{status} {body}");
        }
    }

    #[test]
    fn a_missing_scope_says_what_there_is() {
        let fault = judged(
            200,
            r#"{"ok":false,"error":"missing_scope","needed":"connections:write","provided":"identify"}"#,
        );
        let message = fault.unwrap_err().message;
        assert!(message.ends_with("needs connections:write and has identify"), "{message}");
    }

    #[test]
    fn the_method_is_found_with_and_without_a_slash() {
        for base in ["https://slack.com/api/", "https://slack.com/api"] {
            let url = method_url(&base.parse().unwrap());
            assert_eq!(url.as_str(), "https://slack.com/api/apps.connections.open");
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_fail(status: u16, body in ".{0,200}") {
            let _ = judged(status, &body);
        }
    }
}
