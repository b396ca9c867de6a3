use std::process::Stdio;

use integration_tests::patience::patiently;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// What a process prints.
pub(crate) type Output = Lines<BufReader<ChildStdout>>;

/// A process of the host. It is killed when this is dropped, and ends by itself when the test does.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    input: ChildStdin,
}

impl Process {
    pub(crate) fn start(args: &[&str]) -> (Self, Output) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_faulty_host"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        (Self { child, input }, output)
    }

    pub(crate) async fn tell(&mut self, line: &str) {
        let line = format!("{line}\n");
        self.input.write_all(line.as_bytes()).await.unwrap();
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    pub(crate) async fn end(mut self) {
        patiently("the process to be killed", self.child.kill())
            .await
            .unwrap();
    }
}
