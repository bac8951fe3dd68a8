//! TLS and proxies: the same roots and the same rules for API and socket.

use std::sync::Arc;

use hyper_util::client::proxy::matcher::Matcher;
use rustls::RootCertStore;
use rustls::pki_types::PrivateKeyDer;
use sockscope::link::Timing;
use sockscope::link::dial::{dial, resolve};
use sockscope::link::net::Net;
use sockscope::link::open::open;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use url::Url;

/// A TLS server for this name that issues URLs and takes upgrades; its port and its certificate.
async fn tls_server(name: &str) -> (u16, RootCertStore) {
    let issued = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(issued.cert.der().clone()).unwrap();
    let key = PrivateKeyDer::try_from(issued.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("wss://{name}:{port}/link/?ticket=t");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: "));
            let answer = if let Some(key) = key {
                let key = tokio_tungstenite::tungstenite::handshake::derive_accept_key(key.as_bytes());
                format!(
                    "HTTP/1.1 101 Ok\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {key}\r\n\r\n"
                )
            } else {
                let body = format!(r#"{{"ok":true,"url":"{url}"}}"#);
                format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                )
            };
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (port, roots)
}

/// A proxy that leads every CONNECT to this machine, or refuses it; what it was asked is sent back.
async fn proxy(refuses: bool) -> (u16, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (to, asked) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let target = head.split(' ').nth(1).unwrap().rsplit(':').next().unwrap().to_owned();
            let _ = to.send(head);
            if refuses {
                let _ =
                    stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nnot today").await;
                continue;
            }
            tokio::spawn(async move {
                let mut server = TcpStream::connect(format!("127.0.0.1:{target}")).await.unwrap();
                stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut server).await;
            });
        }
    });
    (port, asked)
}

fn net(api_url: &Url, roots: RootCertStore, proxy: &str) -> Net {
    let proxies = Matcher::builder().https(proxy.to_owned()).build();
    Net::new(api_url, &Timing::default(), roots, proxies).unwrap()
}

#[tokio::test]
async fn a_trusted_certificate_opens_api_and_socket() {
    let (port, roots) = tls_server("localhost").await;
    let api_url: Url = format!("https://localhost:{port}/api/").parse().unwrap();
    let net = net(&api_url, roots, "");
    let url = open(&net, &api_url, "xapp-1-EXAMPLE").await.unwrap();
    assert_eq!(url.scheme(), "wss");
    dial(&net, &url).await.unwrap();
}

#[tokio::test]
async fn an_untrusted_certificate_is_named_with_what_to_do() {
    let (port, _) = tls_server("localhost").await;
    let (_, other) = tls_server("localhost").await;
    let api_url: Url = format!("https://localhost:{port}/api/").parse().unwrap();
    for roots in [other, RootCertStore::empty()] {
        let net = net(&api_url, roots, "");
        let by_api = open(&net, &api_url, "xapp-1-EXAMPLE").await.unwrap_err();
        let by_socket = dial(&net, &format!("wss://localhost:{port}/").parse().unwrap()).await.unwrap_err();
        for fault in [by_api, by_socket] {
            assert_eq!(fault.code, "tls", "{fault}");
            assert!(fault.advice.contains("SSL_CERT_FILE"), "{fault}");
        }
    }
}

#[tokio::test]
async fn the_socket_goes_through_the_proxy_with_its_password() {
    let (port, roots) = tls_server("slack.test").await;
    let (proxy_port, mut asked) = proxy(false).await;
    let api_url: Url = format!("https://slack.test:{port}/api/").parse().unwrap();
    let net = net(&api_url, roots, &format!("http://user:pass@127.0.0.1:{proxy_port}"));
    dial(&net, &format!("wss://slack.test:{port}/link").parse().unwrap()).await.unwrap();
    let head = asked.recv().await.unwrap();
    assert!(head.starts_with(&format!("CONNECT slack.test:{port} HTTP/1.1\r\n")), "{head}");
    assert!(head.contains("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n"), "{head}");
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_and_this_machine_needs_none() {
    let (proxy_port, _asked) = proxy(true).await;
    let (port, roots) = tls_server("localhost").await;
    let api_url: Url = "https://slack.test/api/".parse().unwrap();
    let net = net(&api_url, roots, &format!("http://user:pass@127.0.0.1:{proxy_port}"));
    let fault = dial(&net, &"wss://slack.test/link".parse().unwrap()).await.unwrap_err();
    assert_eq!(fault.code, "proxy_403");
    assert!(fault.message.contains("403") && fault.message.contains("\"not today\""), "{fault}");
    assert!(!fault.message.contains("pass"), "{fault}");
    dial(&net, &format!("wss://localhost:{port}/").parse().unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_name_without_an_address_is_told() {
    let fault = resolve("nobody.invalid", 443).await.unwrap_err();
    assert_eq!(fault.code, "dns");
}
