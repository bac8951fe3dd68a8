//! A local Slack on a thread of its own, for tests that wait for a program rather than for a future.

use std::time::Duration;

use sockscope::simulator::workspace::Workspace;
use sockscope::simulator::{Handle, Options, Simulator};
use tokio::runtime::Runtime;

pub struct Slack {
    pub handle: Handle,
    pub api_url: String,
    runtime: Runtime,
    _simulator: Simulator,
}

impl Slack {
    pub fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let simulator = runtime.block_on(Simulator::start(Options::default())).unwrap();
        Self { handle: simulator.handle(), api_url: simulator.api_url(), runtime, _simulator: simulator }
    }

    /// Blocks until the workspace is so.
    pub fn wait_until(&self, what: &str, is: impl FnMut(&Workspace) -> bool) {
        let waited =
            async { tokio::time::timeout(Duration::from_secs(30), self.handle.wait_until(is)).await };
        assert!(self.runtime.block_on(waited).is_ok(), "never came: {what}");
    }

    /// Sends many envelopes of a sample, from another thread.
    pub fn flood(&self, sample: &'static str, count: u32, pause: Duration) {
        let handle = self.handle.clone();
        self.runtime.spawn(async move { handle.flood(sample, count, pause).await.unwrap() });
    }
}

/// Looks like one, serves for nothing.
pub const TOKEN: &str = "xapp-1-A0EXAMPLE-1-example";
