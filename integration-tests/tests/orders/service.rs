//! The example as a process.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::shell::{self, PATIENCE, Ran};

/// A running example. Dropping it kills the process, also when a test fails.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    printed: Vec<String>,
}

impl Service {
    /// Starts it on a free port, and waits until it is ready.
    pub(crate) async fn start() -> Self {
        Self::start_by(None).await
    }

    /// The same, by who listens there.
    pub(crate) async fn start_by(notify_socket: Option<&Path>) -> Self {
        let mut child = command()
            .args(["--addr", "127.0.0.1:0"])
            .envs(notify_socket.map(|path| ("NOTIFY_SOCKET", path)))
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the example starts");
        let stdout = child.stdout.take().expect("it is piped");
        let mut service = Self {
            child,
            output: BufReader::new(stdout).lines(),
            printed: Vec::new(),
        };
        service.read_until("  kill ").await;
        service.poll("/health/ready", 200).await;
        service
    }

    /// The lines to try, as they were printed.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        let indented = self.printed.iter().filter(|line| line.starts_with("  "));
        let lines = indented.map(|line| line.trim_start());
        lines.filter(|line| !line.starts_with('#'))
    }

    /// The one printed line that ends with this, or has it before a space.
    pub(crate) fn line(&self, with: &str) -> &str {
        let spaced = format!("{with} ");
        let mut matching = self
            .lines()
            .filter(|line| line.ends_with(with) || line.contains(&spaced));
        let line = matching.next();
        line.unwrap_or_else(|| panic!("{with:?} was not printed: {:#?}", self.printed))
    }

    /// `http://127.0.0.1:port`
    pub(crate) fn url(&self) -> &str {
        let line = self.line("/health/ready");
        let url = line.split_whitespace().last().expect("a URL");
        url.strip_suffix("/health/ready").expect("ends with it")
    }

    /// Runs the printed line for the path again and again, until it shows that status.
    pub(crate) async fn poll(&self, path: &str, status: u16) -> Ran {
        let line = self.line(path);
        let give_up = Instant::now() + Duration::from_secs(20);
        loop {
            let ran = shell::run(line).await;
            if ran.status() == status {
                return ran;
            }
            assert!(Instant::now() < give_up, "{path} is not {status}: {ran:?}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn signal(&self, name: &str) {
        let kill = self.line(&self.child.id().expect("it runs").to_string());
        let line = kill.replace("kill ", &format!("kill -{name} "));
        shell::run(&line).await;
    }

    /// Signals again and again until it has ended: what comes within a moment of the first signal is taken for the same wish.
    pub(crate) async fn insist(&mut self, name: &str) {
        let mut look_again = tokio::time::interval(Duration::from_millis(50));
        let ended = async {
            while self.child.try_wait().expect("it was started").is_none() {
                self.signal(name).await;
                look_again.tick().await;
            }
        };
        timeout(PATIENCE, ended)
            .await
            .expect("the signals are obeyed");
    }

    /// Reads its output up to a line that begins with this.
    pub(crate) async fn read_until(&mut self, begin: &str) -> String {
        loop {
            let line = timeout(PATIENCE, self.output.next_line()).await;
            let line = line.unwrap_or_else(|_| panic!("{begin:?} is not printed in time"));
            let line = line.expect("text").unwrap_or_else(|| {
                panic!("it ended without {begin:?}; it printed {:#?}", self.printed)
            });
            self.printed.push(line.clone());
            if line.starts_with(begin) {
                return line;
            }
        }
    }

    /// Waits for its end. Gives its exit code and its last line.
    pub(crate) async fn end(mut self) -> (Option<i32>, String) {
        let report = self.read_until("done: ").await;
        let status = timeout(PATIENCE, self.child.wait()).await;
        let status = status.expect("it ends in time").expect("it was started");
        (status.code(), report)
    }
}

/// How long the drain took, from `done: drained 3.0 s after …`.
pub(crate) fn drained_after(report: &str) -> f64 {
    let seconds = report.strip_prefix("done: drained ");
    let seconds = seconds.and_then(|rest| rest.split(' ').next()?.parse().ok());
    seconds.unwrap_or_else(|| panic!("not clean: {report}"))
}

/// Runs it to its end.
pub(crate) async fn run(arguments: &[&str], address: Option<&str>) -> Output {
    let mut command = command();
    command.args(arguments).stderr(Stdio::piped());
    if let Some(address) = address {
        command.env("ORDERS_ADDR", address);
    }
    let output = timeout(PATIENCE, command.output()).await;
    output.expect("it ends in time").expect("it starts")
}

fn command() -> Command {
    let mut command = Command::new(binary());
    command
        .env_remove("ORDERS_ADDR")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// This test is `target/<profile>/deps/orders-<hash>`.
fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.ancestors().nth(2).expect("deps is in a folder");
    let binary = profile.join("examples/orders");
    let hint = "build it with `cargo build --example orders`";
    assert!(binary.exists(), "{} is missing: {hint}", binary.display());
    binary
}
