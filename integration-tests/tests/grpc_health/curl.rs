//! Exact frames, sent by curl.

use std::net::SocketAddr;
use std::process::Stdio;

use integration_tests::patience::patiently;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// What curl received.
#[derive(Debug)]
pub(crate) struct Received {
    /// Whether it got all of it.
    pub(crate) whole: bool,
    pub(crate) status: String,
    head: String,
    trailers: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        value(&self.head, name)
    }

    pub(crate) fn grpc_status(&self) -> Option<&str> {
        value(&self.head, "grpc-status").or_else(|| value(&self.trailers, "grpc-status"))
    }

    /// A status in the head, and nothing after it.
    pub(crate) fn is_trailers_only(&self) -> bool {
        self.header("grpc-status").is_some() && self.body.is_empty() && self.trailers.is_empty()
    }
}

fn value<'text>(block: &'text str, name: &str) -> Option<&'text str> {
    let lines = block.lines().filter_map(|line| line.split_once(": "));
    let mut found = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.trim())
}

/// A message as it is framed; the length is what it says.
pub(crate) fn frame(compressed: u8, length: usize, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(length).expect("four bytes of length");
    [&[compressed][..], &length.to_be_bytes(), message].concat()
}

/// A request that names a service, shorter than 128 bytes.
pub(crate) fn request(service: &str) -> Vec<u8> {
    let length = u8::try_from(service.len()).expect("a short name");
    [&[10, length][..], service.as_bytes()].concat()
}

/// Sends a body to a method of the health service, as gRPC unless the arguments say otherwise.
pub(crate) async fn post(
    addr: SocketAddr,
    method: &str,
    body: &[u8],
    arguments: &[&str],
) -> Received {
    let path = format!("/grpc.health.v1.Health/{method}");
    let grpc = [
        "--http2-prior-knowledge",
        "--data-binary",
        "@-",
        // curl would announce a form.
        "--header",
        "content-type: application/grpc",
        "--header",
        "te: trailers",
    ];
    curl(addr, &path, body, &[&grpc[..], arguments].concat()).await
}

pub(crate) async fn curl(
    addr: SocketAddr,
    path: &str,
    body: &[u8],
    arguments: &[&str],
) -> Received {
    let folder = TempDir::new().unwrap();
    let [heads, received] = ["heads", "body"].map(|name| folder.path().join(name));
    let mut child = Command::new("curl")
        .args(["--silent", "--max-time", "20", "--dump-header"])
        .arg(&heads)
        .arg("--output")
        .arg(&received)
        .args(arguments)
        .arg(format!("http://{addr}{path}"))
        .stdin(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // It may have been told enough before it has read all.
    let _told = input.write_all(body).await;
    drop(input);
    let whole = patiently("curl", child.wait()).await.unwrap().success();
    let text = std::fs::read_to_string(heads).unwrap_or_default();
    let (head, trailers) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    Received {
        whole,
        status: head.split(' ').nth(1).unwrap_or("none").to_owned(),
        head: head.to_owned(),
        trailers: trailers.trim().to_owned(),
        body: std::fs::read(received).unwrap_or_default(),
    }
}
