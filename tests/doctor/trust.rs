//! Ports and certificates.

use crate::around::{Doctor, closed_port, encrypted, simulator};

#[tokio::test]
async fn a_refused_port_is_told() {
    let port = closed_port().await;
    let examined = Doctor::at(format!("http://127.0.0.1:{port}/api/")).examine().await;
    let (message, _) = examined.failed_at("api_tcp", "connect");
    assert!(message.contains(&format!("127.0.0.1:{port}")) && message.contains("refused"), "{message}");
}

#[tokio::test]
async fn a_name_without_an_address_is_told() {
    let examined = Doctor::at("http://nobody.invalid/api/").examine().await;
    examined.failed_at("api_dns", "dns");
}

#[tokio::test]
async fn a_certificate_is_trusted_once_it_is_named() {
    let server = encrypted("localhost", |_| {}).await;
    let other = encrypted("localhost", |_| {}).await;
    let untrusted = Doctor::at(&server.api_url).with("SSL_CERT_FILE", other.pem.path().to_str().unwrap());
    let examined = untrusted.examine().await;
    let (message, advice) = examined.failed_at("api_tls", "tls_untrusted");
    assert!(message.contains(other.pem.path().to_str().unwrap()), "{message}");
    assert!(advice.contains("SSL_CERT_FILE"), "{advice}");

    let trusted = Doctor::at(&server.api_url).with("SSL_CERT_FILE", server.pem.path().to_str().unwrap());
    let examined = trusted.examine().await;
    assert_eq!(examined.0["ok"], true, "{}", examined.0);
    for stage in ["api_tls", "socket_tls"] {
        let fact = examined.fact(stage);
        assert!(fact.starts_with("TLS 1.3") && fact.contains("SSL_CERT_FILE"), "{fact}");
    }
}

#[tokio::test]
async fn an_expired_certificate_and_one_of_another_host_are_told_apart() {
    let expired = encrypted("localhost", |params| params.not_after = rcgen::date_time_ymd(2020, 1, 2)).await;
    let file = expired.pem.path().to_str().unwrap();
    let examined = Doctor::at(&expired.api_url).with("SSL_CERT_FILE", file).examine().await;
    let (message, _) = examined.failed_at("api_tls", "tls_expired");
    assert!(message.contains("2020-01-02"), "{message}");

    let named = encrypted("slack.test", |_| {}).await;
    let file = named.pem.path().to_str().unwrap();
    let api_url = named.api_url.replace("slack.test", "localhost");
    let examined = Doctor::at(api_url).with("SSL_CERT_FILE", file).examine().await;
    let (message, _) = examined.failed_at("api_tls", "tls_wrong_host");
    assert!(message.contains("slack.test"), "{message}");
}

#[tokio::test]
async fn no_roots_and_no_tls_are_told() {
    let server = encrypted("localhost", |_| {}).await;
    let empty = Doctor::at(&server.api_url).with("SSL_CERT_FILE", "/nowhere/roots.pem");
    let examined = empty.examine().await;
    let (message, _) = examined.failed_at("api_tls", "tls_no_roots");
    assert!(message.contains("/nowhere/roots.pem"), "{message}");

    let plain = simulator().await;
    let examined = Doctor::at(plain.api_url().replace("http:", "https:")).examine().await;
    examined.failed_at("api_tls", "tls_not_spoken");
}
