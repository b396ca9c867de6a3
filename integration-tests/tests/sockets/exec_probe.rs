//! A program that probes itself, run as the kubelet and Docker run it: what these tests share, and the entry.

use std::net::SocketAddr;
use std::process::{Output, Stdio};

use health_tower::{HealthLayer, ProbeServer};
use integration_tests::host::{healthy, listen};
use integration_tests::patience::patiently;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

/// What a run has left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Asserts the code, and one line that names the target and contains all of these.
    pub(crate) fn failed(&self, code: i32, target: &str, contains: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        let begin = format!("probing_host health-probe: {target}: ");
        assert!(self.stderr.starts_with(&begin), "{self:?}");
        for part in contains {
            assert!(self.stderr.contains(part), "{part:?} is not in {self:?}");
        }
    }

    pub(crate) fn passed_silently(&self) {
        assert_eq!((self.code, &*self.stdout, &*self.stderr), (Some(0), "", ""));
    }
}

/// Runs the program with these arguments.
pub(crate) async fn run(args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probing_host"));
    let command = command.args(args).stdin(Stdio::null()).kill_on_drop(true);
    let output: Output = patiently("the probe to end", command.output())
        .await
        .unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Probes a target, with more time than a busy machine takes.
pub(crate) async fn probe(target: &str) -> Ran {
    run(&["health-probe", "--timeout", "15s", target]).await
}

/// A server that sends these bytes to whoever asks anything, and then neither answers nor hangs up.
pub(crate) async fn says(bytes: &'static [u8]) -> SocketAddr {
    let (listener, addr) = listen().await;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut rest = Vec::new();
                let _gone = stream.read_buf(&mut rest).await;
                let _gone = stream.write_all(bytes).await;
                let _gone = stream.read_to_end(&mut rest).await;
            });
        }
    });
    addr
}

#[tokio::test]
async fn without_the_word_the_service_runs() {
    for args in [&[][..], &["--port", "8080"], &["serve", "health-probe"]] {
        let ran = run(args).await;
        let expected = (Some(0), "the service runs\n", "");
        assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_can_be_had_without_ending_the_process_and_inside_a_runtime() {
    let health = healthy();
    let probes = ProbeServer::new(&HealthLayer::new(&health));
    let probes = probes.bind("127.0.0.1:0").unwrap();
    let target = format!("http://{}/health/live", probes.local_addrs()[0]);
    let args = |word| ["orders", word, "--timeout=15s", &*target];
    let code = health_tower::exec_probe_from(args("health-probe"));
    assert_eq!(code, Some(0));
    assert_eq!(health_tower::exec_probe_from(args("serve")), None);
    assert_eq!(health_tower::exec_probe_from(["orders"]), None);
    assert_eq!(health_tower::exec_probe_from([""; 0]), None);
    let wrong = health_tower::exec_probe_from(["orders", "health-probe"]);
    assert_eq!(wrong, Some(1));
}
