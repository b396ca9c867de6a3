use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Runs a program that must succeed.
pub(crate) async fn run(program: &str, args: &[&str]) {
    feed(program, args, "").await;
}

/// The same with something on its standard input.
pub(crate) async fn feed(program: &str, args: &[&str], input: &str) {
    let mut command = Command::new(program);
    let mut child = command.args(args).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    let status = child.wait().await.unwrap();
    assert!(status.success(), "{program} {args:?}: {status}");
}

/// Whether a program is there, and may do this.
pub(crate) async fn can(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().await.is_ok_and(|status| status.success())
}
