use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use integration_tests::patience::patiently;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// A service. It is killed when this is dropped, and ends by itself when the test does.
#[derive(Debug)]
pub(crate) struct Host {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    pub(crate) addr: SocketAddr,
}

impl Host {
    pub(crate) async fn start(server: &str, options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_grpc_host"))
            .arg(server)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = patiently("an address", output.next_line()).await.unwrap();
        let addr = line.expect("the host has gone").parse().unwrap();
        Self {
            child,
            input,
            output,
            addr,
        }
    }

    /// Gives an order, and returns the answer, if there is one in this time.
    pub(crate) async fn answer(&mut self, order: &str, patience: Duration) -> Option<String> {
        let line = format!("{order}\n");
        self.input.write_all(line.as_bytes()).await.unwrap();
        let answer = timeout(patience, self.output.next_line()).await.ok()?;
        Some(answer.unwrap().expect("the host has gone"))
    }

    pub(crate) async fn order(&mut self, order: &str) -> String {
        let answer = self.answer(order, Duration::from_secs(20)).await;
        answer.unwrap_or_else(|| panic!("no answer to {order}"))
    }

    pub(crate) async fn obey(&mut self, order: &str) {
        assert_eq!(self.order(order).await, "ok", "{order}");
    }

    /// Memory that the process has in use, in kilobytes, where the system says so.
    pub(crate) fn resident(&self) -> Option<u64> {
        self.memory("VmRSS:")
    }

    /// The most that it ever had.
    pub(crate) fn peak(&self) -> Option<u64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, what: &str) -> Option<u64> {
        let pid = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find(|line| line.starts_with(what))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }
}
