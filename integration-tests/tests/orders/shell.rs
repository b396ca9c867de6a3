//! Command lines, run as a user's shell runs them.

use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// Longer than the export of ten seconds takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Whether curl is there. If not, the test says so and returns, or fails where `REQUIRE_PEERS=1` demands it.
pub(crate) async fn curl_is_missing() -> bool {
    let found = Command::new("curl").arg("--version").output().await;
    if found.is_ok() {
        return false;
    }
    let required = std::env::var("REQUIRE_PEERS").is_ok_and(|required| required == "1");
    assert!(!required, "curl is not installed, and REQUIRE_PEERS=1");
    println!("SKIPPED: curl is not installed");
    true
}

/// What a line has printed.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The status that `curl -i` has put in front of the answer.
    pub(crate) fn status(&self) -> u16 {
        let status = self.stdout.split_whitespace().nth(1);
        let status = status.and_then(|status| status.parse().ok());
        status.unwrap_or_else(|| panic!("no status line: {self:?}"))
    }
}

/// Runs a line to its end, and fails the test if the line fails.
pub(crate) async fn run(line: &str) -> Ran {
    let mut command = shell(line);
    command.stderr(Stdio::piped());
    let output = timeout(PATIENCE, command.output()).await;
    let output: Output = output
        .unwrap_or_else(|_| panic!("still running: {line}"))
        .expect("sh runs");
    let ran = Ran {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    assert!(output.status.success(), "{line}: {ran:?}");
    ran
}

/// The status code that curl gets with these arguments.
pub(crate) async fn status(arguments: &str) -> u16 {
    run(&format!("curl -si {arguments}")).await.status()
}

/// A line that goes on while the test does something else.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    /// Starts the line, and waits for the first line of its output.
    pub(crate) async fn start(line: &str) -> Self {
        let mut child = shell(line).stderr(Stdio::null()).spawn().expect("sh runs");
        let stdout = child.stdout.take().expect("it is piped");
        let mut lines = BufReader::new(stdout).lines();
        let first = timeout(PATIENCE, lines.next_line()).await;
        let first = first.expect("output in time").expect("text");
        assert!(first.is_some(), "{line}: no output");
        Self { child, lines }
    }

    /// Reads the rest. Gives how many lines there were in all, and whether the command has succeeded.
    pub(crate) async fn finish(mut self) -> (usize, bool) {
        let rest = async {
            let mut count = 1;
            while let Some(_line) = self.lines.next_line().await.expect("text") {
                count += 1;
            }
            let status = self.child.wait().await.expect("it ends");
            (count, status.success())
        };
        timeout(PATIENCE, rest).await.expect("it ends in time")
    }
}

fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}
