//! The clients that are programs, as `integration-tests/run` installs them.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;
use tokio::sync::mpsc;

use crate::client::{Client, Ears, Order};
use crate::tonic_client;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/grpc_health");

/// Whether this succeeds. Where it doesn't, says that the peer is missing, or fails where `REQUIRE_PEERS=1` demands it.
pub(crate) async fn is_there(peer: &str, mut proof: Command) -> bool {
    proof.stdin(Stdio::null());
    proof.stdout(Stdio::null()).stderr(Stdio::null());
    let found = proof.status().await.is_ok_and(|status| status.success());
    if !found {
        let required = std::env::var("REQUIRE_PEERS").is_ok_and(|required| required == "1");
        assert!(!required, "{peer} is not installed, and REQUIRE_PEERS=1");
        println!("SKIPPED: {peer} is not installed");
    }
    found
}

/// `grpcio` and `grpcio-health-checking` for Python.
pub(crate) async fn grpcio() -> Option<Client> {
    let python = || Command::new(in_venv("python"));
    let mut proof = python();
    proof.args(["-c", "import grpc_health.v1.health_pb2_grpc"]);
    let there = is_there("grpcio-health-checking", proof).await;
    let mut command = python();
    command.arg(format!("{SCRIPTS}/grpcio.py"));
    there.then(|| start("grpcio", command))
}

/// `@grpc/grpc-js` and `grpc-health-check` for Node.
pub(crate) async fn grpc_js() -> Option<Client> {
    let node = || {
        let mut node = Command::new("node");
        node.env("NODE_PATH", format!("{ROOT}/.node/node_modules"));
        node
    };
    let mut proof = node();
    proof.args([
        "-e",
        "require('@grpc/grpc-js'), require('grpc-health-check')",
    ]);
    let there = is_there("grpc-health-check", proof).await;
    let mut command = node();
    command.arg(format!("{SCRIPTS}/grpc-js.js"));
    there.then(|| start("grpc-js", command))
}

/// A peer that has no orders: it is started for each case. What else a case calls, tonic's client does.
pub(crate) async fn on_its_own(name: &'static str, program: String) -> Option<Client> {
    let mut proof = Command::new(program);
    proof.arg("--version");
    let there = is_there(name, proof).await;
    there.then(|| tonic_client::start_as(name))
}

pub(crate) fn in_venv(program: &str) -> String {
    format!("{ROOT}/.venv/bin/{program}")
}

/// It is killed when the client is dropped, and ends by itself when the test does.
fn start(name: &'static str, mut command: Command) -> Client {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let (orders, mut ordered) = mpsc::unbounded_channel::<Order>();
    let ears = Ears::default();
    let client = Client::new(name, orders, ears.clone());
    tokio::spawn(async move {
        let tell = async {
            while let Some(order) = ordered.recv().await {
                let line = serde_json::to_string(&order).unwrap() + "\n";
                input.write_all(line.as_bytes()).await.unwrap();
            }
        };
        let hear = async {
            while let Ok(Some(line)) = output.next_line().await {
                ears.hear_line(&line);
            }
        };
        // Whichever ends first: the client is dropped, or its process has died.
        tokio::select! { () = tell => {}, () = hear => {} }
        drop(child);
    });
    client
}
