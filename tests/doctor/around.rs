//! The program in a clean environment, and the servers that it meets.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustls::pki_types::PrivateKeyDer;
use serde_json::Value;
use sockscope::simulator::fault::RefuseOpen;
use sockscope::simulator::{Options, Simulator};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio_rustls::TlsAcceptor;

pub const TOKEN: &str = "xapp-1-A0EXAMPLE-EXAMPLE";

/// A run of `sockscope doctor`, before it starts.
pub struct Doctor {
    api_url: String,
    variables: BTreeMap<&'static str, String>,
}

/// What it said.
pub struct Said {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
}

impl Doctor {
    pub fn at(api_url: impl Into<String>) -> Self {
        let variables = BTreeMap::from([("SLACK_APP_TOKEN", TOKEN.to_owned())]);
        Self { api_url: api_url.into(), variables }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.insert(name, value.into());
        self
    }

    /// Runs in an environment of its own, in a folder without `.env`.
    pub async fn run(self, arguments: &[&str]) -> Said {
        let home = tempfile::tempdir().unwrap();
        let running = Command::new(env!("CARGO_BIN_EXE_sockscope"))
            .args(["doctor", "--api-url", &self.api_url])
            .args(arguments)
            .env_clear()
            .envs(self.variables)
            .env("HOME", home.path())
            .current_dir(home.path())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(Duration::from_secs(60), running).await.unwrap().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let said =
            Said { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() };
        for secret in [&TOKEN[5..], "ticket=0", "hunter2"] {
            assert!(!said.stdout.contains(secret) && !said.stderr.contains(secret), "{}", said.stdout);
        }
        said
    }

    /// Runs with `--json`; what it printed, once it holds together.
    pub async fn examine(self) -> Examined {
        let said = self.run(&["--json"]).await;
        assert_eq!(said.stderr, "");
        assert_eq!(said.stdout.lines().count(), 1);
        let examined = Examined(serde_json::from_str(&said.stdout).unwrap());
        let ok = examined.0["ok"].as_bool().unwrap();
        assert_eq!(said.code, Some(i32::from(!ok)));
        assert_eq!(examined.0["stages"].as_array().unwrap().len(), 13);
        examined
    }
}

/// The object that `--json` prints.
pub struct Examined(pub Value);

impl Examined {
    pub fn stage(&self, name: &str) -> &Value {
        let stages = self.0["stages"].as_array().unwrap();
        stages.iter().find(|stage| stage["name"] == name).unwrap()
    }

    pub fn fact(&self, name: &str) -> &str {
        self.stage(name)["fact"].as_str().unwrap()
    }

    /// The one stage that failed, and its error; none that comes after it was reached.
    pub fn failed(&self) -> (&str, &Value) {
        let stages = self.0["stages"].as_array().unwrap();
        let at = stages.iter().position(|stage| stage["ok"] == false).expect("nothing failed");
        for stage in &stages[at + 1..] {
            assert_eq!((&stage["ok"], &stage["fact"]), (&Value::Null, &"not reached".into()));
        }
        (stages[at]["name"].as_str().unwrap(), &stages[at]["error"])
    }

    /// Asserts where and why it failed; its message and advice.
    pub fn failed_at(&self, name: &str, code: &str) -> (&str, &str) {
        let (stage, error) = self.failed();
        assert_eq!((stage, &error["code"]), (name, &code.into()), "{error}");
        let text = |key: &str| error[key].as_str().filter(|text| !text.is_empty()).unwrap();
        (text("message"), text("advice"))
    }
}

pub async fn simulator() -> Simulator {
    Simulator::start(Options::default()).await.unwrap()
}

/// A simulator behind TLS, as `name`: its API and its sockets.
pub struct Encrypted {
    pub simulator: Simulator,
    pub port: u16,
    pub api_url: String,
    /// Holds the certificate as PEM.
    pub pem: tempfile::NamedTempFile,
}

pub async fn encrypted(name: &str, shape: impl FnOnce(&mut rcgen::CertificateParams)) -> Encrypted {
    let simulator = simulator().await;
    let inner =
        simulator.api_url().strip_prefix("http://").unwrap().strip_suffix("/api/").unwrap().to_owned();
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
    shape(&mut params);
    let cert = params.self_signed(&key).unwrap();
    let pem = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(pem.path(), cert.pem()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, inner) = (acceptor.clone(), inner.clone());
            tokio::spawn(async move {
                let Ok(mut outside) = acceptor.accept(stream).await else { return };
                let mut inside = TcpStream::connect(inner).await.unwrap();
                let _ = copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    let url = format!("wss://{name}:{port}/link/?ticket={{ticket}}&app_id={{app}}");
    simulator.handle().refuse_open(RefuseOpen::Url { url }, None);
    Encrypted { simulator, port, api_url: format!("https://{name}:{port}/api/"), pem }
}

/// A proxy on this machine.
pub struct Proxy {
    pub port: u16,
    asked: Arc<AtomicU32>,
}

impl Proxy {
    /// Leads every CONNECT to this machine, or answers with `refusal`.
    pub async fn start(refusal: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(lead(stream, refusal));
            }
        });
        Self { port, asked }
    }

    pub fn url(&self) -> String {
        format!("http://user:hunter2@127.0.0.1:{}", self.port)
    }

    /// How many connections it was asked for.
    pub fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn lead(mut stream: TcpStream, refusal: Option<&str>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    if let Some(status) = refusal {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 9\r\n\r\nnot today");
        return stream.write_all(answer.as_bytes()).await.ok();
    }
    let head = String::from_utf8(head).unwrap();
    let port = head.strip_prefix("CONNECT ")?.split_once(' ')?.0.rsplit(':').next()?.to_owned();
    let mut server = TcpStream::connect(format!("127.0.0.1:{port}")).await.ok()?;
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.ok()?;
    copy_bidirectional(&mut stream, &mut server).await.ok().map(drop)
}

/// A port of this machine at which nothing listens.
pub async fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}
