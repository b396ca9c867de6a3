//! A program of ours that a test starts and orders about, line by line.

use std::process::Stdio;
use std::time::Duration;
use std::{io, thread};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::patience::patiently;

/// What a process prints.
pub type Output = Lines<BufReader<ChildStdout>>;

/// A process. It is killed when this is dropped, and ends by itself when the test does.
#[derive(Debug)]
pub struct Process {
    child: Child,
    input: ChildStdin,
}

impl Process {
    /// Starts it, with its standard input and output in the test's hands.
    pub fn start(command: &mut Command) -> (Self, Output) {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let input = child.stdin.take().expect("it is piped");
        let output = child.stdout.take().expect("it is piped");
        (Self { child, input }, BufReader::new(output).lines())
    }

    /// Tells it one line.
    pub async fn tell(&mut self, line: &str) {
        let line = format!("{line}\n");
        let told = self.input.write_all(line.as_bytes()).await;
        told.expect("the process listens");
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.id().cast_signed()).expect("no process is 0");
        kill_process(pid, signal).expect("it is ours");
    }

    /// SIGSTOP, and SIGCONT after this time. A shell does both, so that the process is never left stopped.
    pub async fn stop_for(&self, time: Duration) {
        let pid = self.id().to_string();
        let line = "kill -s STOP $0 && sleep $1; kill -s CONT $0";
        let seconds = time.as_secs_f64().to_string();
        let status = Command::new("sh")
            .args(["-c", line, &pid, &seconds])
            .status();
        assert!(status.await.expect("there is a shell").success());
    }

    /// Kills it.
    pub async fn end(mut self) {
        let killed = patiently("the process to be killed", self.child.kill()).await;
        killed.expect("it can be killed");
    }

    /// Waits until it ends by itself.
    pub async fn ended(mut self) {
        let ended = patiently("the process to end", self.child.wait()).await;
        let status = ended.expect("it can be waited for");
        assert!(status.success(), "{status}");
    }
}

/// The other side: ends this process when its standard input does.
pub fn end_with_input() {
    thread::spawn(|| {
        let _ended = io::copy(&mut io::stdin(), &mut io::sink());
        std::process::exit(0);
    });
}
