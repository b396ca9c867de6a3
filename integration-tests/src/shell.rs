//! Programs that are run to their end.

use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Runs a program that must succeed.
pub async fn run(program: &str, args: &[&str]) {
    feed(program, args, "").await;
}

/// The same with something on its standard input.
pub async fn feed(program: &str, args: &[&str], input: &str) {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped());
    let mut child = command
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let mut stdin = child.stdin.take().expect("it is piped");
    // One that does not read has another way to say so.
    let _ended = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let status = child.wait().await.expect("it can be waited for");
    assert!(status.success(), "{program} {args:?}: {status}");
}

/// Whether a program is there, and may do this.
pub async fn can(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().await.is_ok_and(|status| status.success())
}
