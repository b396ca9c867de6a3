use std::net::SocketAddr;

use integration_tests::gray::Seen;
use integration_tests::patience::patiently;
use integration_tests::process::{Output, Process};
use tokio::process::Command;

use crate::host::PROGRAM;

/// Requests a second, where it isn't about overload.
pub(crate) const RATE: u32 = 100;

/// Clients of a service, a process of their own.
#[derive(Debug)]
pub(crate) struct Clients {
    process: Process,
    output: Output,
}

impl Clients {
    pub(crate) fn start(addr: SocketAddr, rate: u32, mix: &str) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(["load", &addr.to_string(), &rate.to_string(), mix]);
        let (process, output) = Process::start(&mut command);
        Self { process, output }
    }

    /// What they saw since they were asked last.
    pub(crate) async fn seen(&mut self) -> Seen {
        self.process.tell("seen").await;
        self.process.tell("mark").await;
        let seen = patiently("what clients saw", self.output.next_line()).await;
        serde_json::from_str(&seen.unwrap().unwrap()).unwrap()
    }

    pub(crate) async fn end(self) {
        self.process.end().await;
    }
}
