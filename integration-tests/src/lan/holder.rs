use tokio::process::Command;

use crate::patience::patiently;
use crate::process::Process;
use crate::shell::{feed, run};

/// A program that does nothing, and for which the kernel keeps a network namespace.
#[derive(Debug)]
pub(super) struct Holder(Process);

impl Holder {
    pub(super) async fn start() -> Self {
        let mut command = Command::new("unshare");
        command.args(["--net", "sh", "-c", "echo here; exec cat"]);
        let (process, mut output) = Process::start(&mut command);
        let line = patiently("a network namespace", output.next_line()).await;
        let line = line.expect("it is read");
        assert_eq!(line.as_deref(), Some("here"), "{command:?}");
        let holder = Self(process);
        // Who is in it also talks to itself.
        holder.run("ip", &["link", "set", "lo", "up"]).await;
        holder
    }

    pub(super) fn id(&self) -> String {
        self.0.id().to_string()
    }

    /// Runs a program in it, which must succeed.
    pub(super) async fn run(&self, program: &str, args: &[&str]) {
        run(
            "nsenter",
            &[&["-t", &self.id(), "-n", program], args].concat(),
        )
        .await;
    }

    pub(super) async fn feed(&self, program: &str, args: &[&str], input: &str) {
        let id = self.id();
        let args = [&["-t", &id, "-n", program], args].concat();
        feed("nsenter", &args, input).await;
    }
}
