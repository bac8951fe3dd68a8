//! What every request and every socket of a link shares: the HTTP client, the roots of trust, the proxies.

use std::sync::Arc;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::tungstenite::http::Uri;
use url::{Host, Url};

use super::fault::{Asks, Fault, chain};
use super::timing::Timing;

/// What servers see of us.
pub const USER_AGENT: &str = concat!("sockscope/", env!("CARGO_PKG_VERSION"));

/// Built once a link. API and socket use the same roots and the same proxy rules, so that what works for
/// one works for the other (python-slack-sdk 948 is what happens otherwise).
#[derive(Debug)]
pub struct Net {
    pub http: reqwest::Client,
    pub tls: Arc<ClientConfig>,
    /// How many root certificates were found; with none every TLS handshake fails.
    pub roots: usize,
    proxies: Matcher,
}

impl Net {
    /// Roots from the system or `SSL_CERT_FILE`, proxies from the environment.
    pub fn from_env(api_url: &Url, timing: &Timing) -> Result<Self, Fault> {
        let found = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(found.certs);
        Self::new(api_url, timing, roots, Matcher::from_system())
    }

    /// With these roots and these proxies.
    pub fn new(
        api_url: &Url,
        timing: &Timing,
        roots: RootCertStore,
        proxies: Matcher,
    ) -> Result<Self, Fault> {
        let failed = |error: &(dyn std::error::Error + 'static)| {
            Fault::new("tls", format!("TLS cannot be set up here: {}", chain(error)), Asks::Stop)
        };
        let found = roots.len();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(timing.open);
        // This machine is never asked for through a proxy: the simulator works behind any of them.
        if is_loopback(api_url) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| failed(&error))?;
        Ok(Self { http, tls: Arc::new(tls), roots: found, proxies })
    }

    /// The proxy between us and this address, if there is one.
    pub fn proxy(&self, url: &Url) -> Option<Intercept> {
        if is_loopback(url) {
            return None;
        }
        self.proxies.intercept(&ruled(url)?)
    }
}

/// The address as proxy rules know it: `https` where there is TLS, else `http`.
pub fn ruled(url: &Url) -> Option<Uri> {
    let scheme = if matches!(url.scheme(), "wss" | "https") { "https" } else { "http" };
    let host = url.host_str()?;
    let port = url.port_or_known_default()?;
    format!("{scheme}://{host}:{port}/").parse().ok()
}

/// Whether an address means this machine by its spelling alone.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
