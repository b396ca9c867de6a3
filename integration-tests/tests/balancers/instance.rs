//! One instance of the service, as a process.

use std::io;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use integration_tests::patience::{patiently, pause};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::Instant;

use crate::mode::{ABRUPT, Mode};

/// A running instance. Dropping it kills the process, also when a test fails.
#[derive(Debug)]
pub(crate) struct Instance {
    child: Child,
    /// It ends when this does.
    _input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    addr: SocketAddr,
    pid: u32,
    gentle: bool,
}

/// How an instance has ended.
#[derive(Clone, Debug)]
pub(crate) struct Exit {
    /// From SIGTERM to the end of the process.
    pub(crate) took: Duration,
    /// What it says of its drain, where it had one.
    pub(crate) drain: Option<Drain>,
}

#[derive(Clone, Debug)]
pub(crate) struct Drain {
    pub(crate) lame_duck: Duration,
    pub(crate) closing: Duration,
    pub(crate) clean: bool,
}

impl Instance {
    /// Starts it, and waits until it is ready.
    pub(crate) async fn start(addr: SocketAddr, mode: Mode) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rolling_host"))
            .args([&addr.to_string(), mode.server])
            .args(mode.ending)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let listening = patiently("an address", output.next_line()).await;
        assert_eq!(listening.unwrap(), Some(addr.to_string()));
        let pid = child.id().unwrap();
        let instance = Self {
            _input: child.stdin.take().unwrap(),
            child,
            gentle: mode.ending != ABRUPT,
            output,
            addr,
            pid,
        };
        while !instance.is_ready().await {
            pause().await;
        }
        instance
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Asks it once. Whoever doesn't answer isn't ready.
    pub(crate) async fn is_ready(&self) -> bool {
        let asked = patiently("an answer to a probe", ask(self.addr)).await;
        asked.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
    }

    /// Sends SIGTERM, and says when.
    pub(crate) fn terminate(&self) -> Instant {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        let now = Instant::now();
        kill_process(pid.unwrap(), Signal::TERM).unwrap();
        now
    }

    /// Waits until the process has ended.
    pub(crate) async fn exit(mut self, terminated: Instant) -> Exit {
        let waiting = patiently("the process to end", self.child.wait());
        let status = waiting.await.unwrap();
        let took = terminated.elapsed();
        assert_eq!(status.success(), self.gentle, "{status}");
        let report = self.output.next_line().await.unwrap();
        let drain = report.map(|report| {
            let words: Vec<&str> = report.split(' ').collect();
            let millis = |at: usize| Duration::from_millis(words[at].parse().unwrap());
            Drain {
                lame_duck: millis(0),
                closing: millis(1),
                clean: words[2] == "true",
            }
        });
        Exit { took, drain }
    }
}

async fn ask(addr: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(addr).await?;
    let request = "GET /health/ready HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
