#![allow(clippy::unwrap_used)]
use super::*;
use crate::link::fault::Asks;

fn tls(error: impl Into<Box<dyn std::error::Error + Send + Sync>>, count: usize) -> Failure {
    let error = io::Error::new(io::ErrorKind::InvalidData, error);
    Failure::tls(&error, "slack.test", count, "SSL_CERT_FILE (/a.pem)")
}

fn at(second: u64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(second))
}

#[test]
fn every_certificate_error_is_told_apart() {
    use CertificateError as E;
    let wrong_host = E::NotValidForNameContext {
        expected: "slack.test".try_into().unwrap(),
        presented: vec!["portal.test".to_owned()],
    };
    for (error, count, code, says) in [
        (E::UnknownIssuer, 3, "tls_untrusted", "SSL_CERT_FILE (/a.pem)"),
        (E::BadSignature, 3, "tls_untrusted", "another key"),
        (E::UnknownIssuer, 0, "tls_no_roots", "no root certificate"),
        (E::ExpiredContext { time: at(9), not_after: at(0) }, 3, "tls_expired", "1970-01-01"),
        (E::Expired, 3, "tls_expired", "has expired"),
        (E::NotValidYetContext { time: at(0), not_before: at(u64::MAX) }, 3, "tls_not_yet", "calendars"),
        (wrong_host, 3, "tls_wrong_host", "but for portal.test"),
        (E::NotValidForName, 3, "tls_wrong_host", "not for slack.test"),
        (E::Revoked, 3, "tls", "slack.test"),
    ] {
        let failure = tls(Tls::InvalidCertificate(error), count);
        assert_eq!(failure.code, code);
        assert!(failure.message.contains(says), "{failure:?}");
        assert!(!failure.advice.is_empty(), "{failure:?}");
    }
}

#[test]
fn what_is_no_tls_is_told_apart_from_a_cut() {
    let invalid = Tls::InvalidMessage(rustls::InvalidMessage::InvalidContentType);
    assert_eq!(tls(invalid, 3).code, "tls_not_spoken");
    assert_eq!(tls("odd", 3).code, "tls");
    let cut = Failure::tls(&io::ErrorKind::UnexpectedEof.into(), "slack.test", 3, "the system's roots");
    assert_eq!(cut.code, "tls_cut");
}

#[test]
fn codes_find_their_row_and_families_theirs() {
    assert_ne!(advice("proxy_407"), advice("proxy"));
    assert_eq!(advice("proxy_502"), advice("proxy_504"));
    assert_ne!(advice("upgrade_409"), advice("upgrade_500"));
    assert_eq!(advice("upgrade_500"), advice("upgrade_302"));
    assert_eq!(advice("invalid_auth"), None);
    for (at, (code, text)) in ADVICE.iter().enumerate() {
        assert_eq!(advice(code), Some(*text), "row {at} ({code}) is hidden by an earlier one");
        assert!(text.ends_with('.'), "{code}");
    }
}

#[test]
fn what_the_table_does_not_know_keeps_the_links_advice() {
    let fault = Fault::new("token_revoked", "it was revoked", Asks::Stop).advise("Make a new one");
    assert_eq!(Failure::from(fault).advice, "Make a new one");
    let fault = Fault::passing("proxy_407", "no way").advise("See HTTPS_PROXY");
    assert_eq!(Failure::from(fault).advice, advice("proxy_407").unwrap());
}

#[test]
fn lines_are_what_happened_and_what_to_do() {
    let failure = Failure::lines("no_token", "no token\n make one\n at home");
    assert_eq!((failure.message.as_str(), failure.advice.as_ref()), ("no token", "make one at home"));
    let failure = Failure::lines("token_file", "cannot read it");
    assert_eq!(failure.advice, advice("token_file").unwrap());
}

#[test]
fn a_late_stage_is_named_for_what_did_not_come() {
    let codes = [Stage::Hello, Stage::Ping, Stage::ApiTcp]
        .map(|stage| Failure::late(stage, Duration::from_secs(10)).code.into_owned());
    assert_eq!(codes, ["hello_timeout", "pong_timeout", "timeout"]);
}
