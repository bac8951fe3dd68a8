//! Proxies: the same rules for the API and for the socket.

use crate::around::{Doctor, Proxy, closed_port, encrypted, simulator};

#[tokio::test]
async fn a_proxy_that_leads_on_is_named_for_api_and_socket() {
    let server = encrypted("slack.test", |_| {}).await;
    let proxy = Proxy::start(None).await;
    let examined = Doctor::at(&server.api_url)
        .with("SSL_CERT_FILE", server.pem.path().to_str().unwrap())
        .with("HTTPS_PROXY", proxy.url())
        .examine()
        .await;
    assert_eq!(examined.0["ok"], true, "{}", examined.0);
    for stage in ["api_proxy", "socket_proxy"] {
        let expected =
            format!("127.0.0.1:{} leads to slack.test:{}; HTTPS_PROXY decides", proxy.port, server.port);
        assert_eq!(examined.fact(stage), expected);
    }
    // Ours to the API, the API client's own, and the socket.
    assert_eq!(proxy.asked(), 3);
    assert_eq!(server.simulator.handle().state().connections.len(), 1);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_with_its_status() {
    for (status, code, advises) in [
        ("407 Proxy Authentication Required", "proxy_407", "password"),
        ("403 Forbidden", "proxy_403", "wss-*.slack.com"),
        ("502 Bad Gateway", "proxy_502", "resolves"),
        ("404 Not Found", "proxy_404", "NO_PROXY"),
    ] {
        let proxy = Proxy::start(Some(status)).await;
        let examined = Doctor::at("https://slack.test/api/").with("HTTPS_PROXY", proxy.url()).examine().await;
        let (message, advice) = examined.failed_at("api_proxy", code);
        assert!(message.contains(&code[6..]) && message.contains("not today"), "{message}");
        assert!(advice.contains(advises), "{advice}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told() {
    let proxy = format!("http://127.0.0.1:{}", closed_port().await);
    let examined = Doctor::at("https://slack.test/api/").with("ALL_PROXY", &proxy).examine().await;
    let (message, _) = examined.failed_at("api_tcp", "proxy_unreachable");
    assert!(message.contains("refused"), "{message}");
    let said = Doctor::at("https://slack.test/api/").with("ALL_PROXY", &proxy).run(&[]).await;
    assert!(said.stdout.contains("ms  proxy_unreachable\n"), "{}", said.stdout);

    let examined =
        Doctor::at("https://slack.test/api/").with("HTTPS_PROXY", "socks5://127.0.0.1:1").examine().await;
    let (message, _) = examined.failed_at("api_proxy", "proxy_scheme");
    assert!(message.contains("socks5"), "{message}");
}

#[tokio::test]
async fn no_proxy_and_this_machine_go_past_it() {
    let (simulator, proxy) = (simulator().await, Proxy::start(Some("403 Forbidden")).await);
    // Not loopback by its spelling, and yet this machine.
    let api_url = simulator.api_url().replace("127.0.0.1", "0.0.0.0");
    let doctor = || Doctor::at(&api_url).with("HTTP_PROXY", proxy.url());
    let examined = doctor().with("NO_PROXY", "slack.com, 0.0.0.0").examine().await;
    assert_eq!(examined.0["ok"], true, "{}", examined.0);
    assert_eq!(examined.fact("api_proxy"), "none: NO_PROXY names 0.0.0.0");
    assert_eq!(examined.fact("socket_proxy"), "none: this machine is never asked for through a proxy");
    assert_eq!(proxy.asked(), 0);

    let examined = doctor().examine().await;
    assert!(examined.fact("api_proxy").ends_with("HTTP_PROXY decides"));
    examined.failed_at("open", "http_403");
}
