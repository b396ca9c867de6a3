//! Prometheus' own judgement, by Debian's `promtool`.

use std::ffi::OsStr;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Whether it is there. If not, the test says so and returns, or fails where `REQUIRE_PEERS=1` demands it.
pub(crate) fn is_missing() -> bool {
    if Command::new("promtool").arg("--version").output().is_ok() {
        return false;
    }
    let required = std::env::var("REQUIRE_PEERS").is_ok_and(|required| required == "1");
    assert!(!required, "promtool is not installed, and REQUIRE_PEERS=1");
    println!("SKIPPED: promtool is not installed (Debian's package prometheus)");
    true
}

/// Runs it with this input; what it says, if it isn't content.
pub(crate) fn judge<S: AsRef<OsStr>>(
    arguments: impl IntoIterator<Item = S>,
    input: &str,
) -> Result<(), String> {
    let mut judge = Command::new("promtool")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = judge.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let ran = judge.wait_with_output().unwrap();
    let said = [ran.stdout, ran.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    if ran.status.success() {
        Ok(())
    } else {
        Err(said)
    }
}
