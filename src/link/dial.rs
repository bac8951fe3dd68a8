//! From a WebSocket URL to a WebSocket: DNS, proxy, TCP, TLS, upgrade.

use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;

use hyper_util::client::proxy::matcher::Intercept;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::generate_request;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use url::Url;

use super::fault::{Asks, Fault, asked_by_status, chain, first_line, retry_after};
use super::head::{self, Head};
use super::net::{Net, USER_AGENT};
use super::open::tls_advice;
use super::wire::{Carrier, Wire};
use crate::slack::secret;

/// A client should take at least 5 MB (protocol.md, section 2); this is where memory ends.
pub const LONGEST_MESSAGE: usize = 64 << 20;
/// What may wait to be written to a peer that does not read.
const LONGEST_QUEUE: usize = 8 << 20;

/// Opens the socket. Nobody hurries it: the caller bounds the time.
pub async fn dial(net: &Net, url: &Url) -> Result<WebSocketStream<Wire>, Fault> {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(443);
    let tcp = match net.proxy(url) {
        Some(proxy) => through(&proxy, host, port).await?,
        None => tcp(host, port).await?,
    };
    let carrier = match url.scheme() {
        "wss" => Carrier::Tls(Box::new(tls(net, host, tcp).await?)),
        _ => Carrier::Plain(tcp),
    };
    upgrade(url, carrier).await
}

/// Finds the host's addresses and connects to the first that answers.
pub async fn tcp(host: &str, port: u16) -> Result<TcpStream, Fault> {
    connect(host, port, &resolve(host, port).await?).await
}

/// Connects to the first of a host's addresses that answers.
pub async fn connect(host: &str, port: u16, addresses: &[SocketAddr]) -> Result<TcpStream, Fault> {
    let mut failed = None;
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // An ack is one small frame that must not wait for a second one.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => failed = Some((address, error)),
        }
    }
    let cause = match failed {
        Some((address, error)) => format!("{address}: {error}"),
        None => "its name has no address".to_owned(),
    };
    Err(Fault::passing("connect", format!("no TCP connection to {host}:{port} ({cause})"))
        .advise("See whether the server runs and whether a firewall stands between"))
}

/// The addresses of a host.
pub async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Fault> {
    let found = tokio::net::lookup_host((bare(host), port)).await.map_err(|error| {
        Fault::passing("dns", format!("{host} has no address ({error})"))
            .advise("See the name, the network and its DNS")
    })?;
    Ok(found.collect())
}

/// A tunnel through an HTTP proxy.
async fn through(proxy: &Intercept, host: &str, port: u16) -> Result<TcpStream, Fault> {
    let (proxy_host, proxy_port) = proxy_address(proxy)?;
    let stream = tcp(proxy_host, proxy_port).await.map_err(|fault| Fault {
        code: "proxy".into(),
        message: format!("the proxy does not lead to {host}:{port}: {}", fault.message),
        ..fault.advise(PROXY_ADVICE)
    })?;
    tunnel(proxy, stream, host, port).await
}

const PROXY_ADVICE: &str = "See HTTPS_PROXY, or name the host in NO_PROXY";

/// Where a proxy listens.
pub fn proxy_address(proxy: &Intercept) -> Result<(&str, u16), Fault> {
    let at = proxy.uri();
    let host = at.host().unwrap_or_default();
    match at.scheme_str() {
        Some("http") => Ok((host, at.port_u16().unwrap_or(80))),
        other => {
            let scheme = other.unwrap_or("missing");
            let message = format!(
                "the proxy {host} cannot be used: its scheme is {scheme}, and only http is understood"
            );
            Err(Fault::new("proxy_scheme", message, Asks::RetryFew).advise(PROXY_ADVICE))
        }
    }
}

/// Asks a proxy for the way to a host.
pub async fn tunnel(
    proxy: &Intercept,
    mut stream: TcpStream,
    host: &str,
    port: u16,
) -> Result<TcpStream, Fault> {
    let (proxy_host, proxy_port) = proxy_address(proxy)?;
    let failed = |why: String| {
        let message = format!("the proxy {proxy_host}:{proxy_port} does not lead to {host}:{port}: {why}");
        Fault::passing("proxy", message).advise(PROXY_ADVICE)
    };
    let mut request =
        format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: {USER_AGENT}\r\n");
    if let Some(auth) = proxy.basic_auth().and_then(|auth| auth.to_str().ok()) {
        let _ = write!(request, "Proxy-Authorization: {auth}\r\n");
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await.map_err(|error| failed(error.to_string()))?;
    let mut head = head::read(&mut stream).await.map_err(|error| failed(error.to_string()))?;
    if !(200..300).contains(&head.status) {
        let body = head::body(&mut head, &mut stream).await;
        let status = head.status;
        let fault = failed(format!("it answers CONNECT with HTTP {status} and {}", told(&body)));
        return Err(Fault { code: format!("proxy_{status}").into(), ..fault });
    }
    Ok(stream)
}

/// TLS, with the roots of the system or of `SSL_CERT_FILE`.
pub async fn tls(
    net: &Net,
    host: &str,
    tcp: TcpStream,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, Fault> {
    handshake(net, host, tcp).await.map_err(|error| {
        Fault::passing("tls", format!("no TLS connection to {host}: {}", chain(&error)))
            .advise(tls_advice(net))
    })
}

/// The same; where it fails, a `rustls::Error` within tells what was wrong.
pub async fn handshake(
    net: &Net,
    host: &str,
    tcp: TcpStream,
) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let name = ServerName::try_from(bare(host).to_owned()).map_err(io::Error::other)?;
    TlsConnector::from(net.tls.clone()).connect(name, tcp).await
}

/// An IPv6 address without the brackets that it has in a URL.
pub fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// The WebSocket handshake.
pub async fn upgrade(url: &Url, mut carrier: Carrier) -> Result<WebSocketStream<Wire>, Fault> {
    let host = url.host_str().unwrap_or_default();
    let broken = |why: String| {
        Fault::passing("upgrade", format!("{host} did not finish the WebSocket handshake: {why}"))
            .advise("See whether a proxy stands between that knows no WebSockets")
    };
    let mut request = url.as_str().into_client_request().map_err(|error| broken(error.to_string()))?;
    request.headers_mut().insert("user-agent", HeaderValue::from_static(USER_AGENT));
    let (bytes, key) = generate_request(request).map_err(|error| broken(error.to_string()))?;
    let mut head = exchange(&mut carrier, &bytes).await.map_err(|error| broken(error.to_string()))?;
    if head.status != 101 {
        return Err(refused(host, &mut head, &mut carrier).await);
    }
    let accepted = head.header("sec-websocket-accept") == Some(derive_accept_key(key.as_bytes()).as_str());
    if !(accepted && head.lists("upgrade", "websocket") && head.lists("connection", "upgrade")) {
        return Err(broken("it answers 101, but not to our key".to_owned()));
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(LONGEST_MESSAGE))
        .max_frame_size(Some(LONGEST_MESSAGE))
        .max_write_buffer_size(LONGEST_QUEUE);
    let rest = std::mem::take(&mut head.rest);
    let wire = Wire::new(carrier, &rest);
    Ok(WebSocketStream::from_partially_read(wire, rest, Role::Client, Some(config)).await)
}

async fn exchange(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), request: &[u8]) -> io::Result<Head> {
    stream.write_all(request).await?;
    stream.flush().await?;
    head::read(stream).await
}

/// 408, 409 and 429 are what Slack refuses an upgrade with (protocol.md, section 2).
async fn refused(host: &str, head: &mut Head, carrier: &mut Carrier) -> Fault {
    let body = head::body(head, carrier).await;
    let status = head.status;
    let wait = retry_after(head.header("retry-after"));
    let advice = match status {
        408 => "Slack was slow; the next try gets a new ticket",
        409 => {
            "Several connections were opened together; sockscope opens one after the other, so look for another process"
        }
        429 => "Too many tries; waiting as told",
        300..400 => "A redirect, which is not followed: see the API's address and the proxy",
        _ => "See the API's address and whether a proxy answered",
    };
    let message = format!("{host} refuses the upgrade with HTTP {status} and {}", told(&body));
    Fault::new(format!("upgrade_{status}"), message, asked_by_status(status, wait)).advise(advice)
}

fn told(body: &str) -> String {
    first_line(&secret::mask(body))
}
