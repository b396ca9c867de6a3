//! The example service, as whoever tries it out meets it: its one check is a database that can be taken away.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use integration_tests::patience::{patiently, pause};
use integration_tests::wire::Wire;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::cases::raw;
use crate::client::{Client, Said, end};
use crate::curl::{post, request};
use crate::envoy::Envoy;
use crate::ongoing::Ongoing;
use crate::stage::{Verdict, expect};

const ORDERS: &str = "orders.v1.Orders";
const PATIENCE: Duration = Duration::from_secs(20);

/// A running example. It is killed when this is dropped.
#[derive(Debug)]
struct Example {
    child: Child,
    addr: SocketAddr,
    _output: Lines<BufReader<ChildStdout>>,
}

impl Example {
    async fn start() -> Self {
        let test = std::env::current_exe().unwrap();
        let binary = test.ancestors().nth(2).unwrap().join("examples/orders");
        let mut child = Command::new(&binary)
            .args(["--addr", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| {
                let hint = "build it with `cargo build --example orders`";
                panic!("{}: {error}: {hint}", binary.display())
            });
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = patiently("an address", output.next_line()).await.unwrap();
        let line = line.expect("the example has gone");
        let (_, rest) = line.split_once("http://").unwrap();
        let (addr, _) = rest.split_once(". ").unwrap();
        let example = Self {
            child,
            addr: addr.parse().unwrap(),
            _output: output,
        };
        let ready = async {
            while Wire::connect(example.addr)
                .await
                .get("/health/ready")
                .await
                .status
                != 200
            {
                pause().await;
            }
        };
        patiently("the example", ready).await;
        example
    }

    /// Takes the database away, or gives it back.
    async fn database(&self, what: &str) {
        let mut wire = Wire::connect(self.addr).await;
        let head = format!(
            "POST /admin/database/{what} HTTP/1.1\r\nhost: test\r\ncontent-length: 0\r\n\r\n"
        );
        wire.send(head).await;
        assert!(wire.answer().await.status < 300, "{what}");
    }

    fn terminate(&self) {
        let pid = self.child.id().expect("it runs");
        let pid = Pid::from_raw(pid.try_into().unwrap()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
    }

    async fn ends(mut self) -> Verdict {
        let status = patiently("the end of the example", self.child.wait()).await;
        expect(
            "the example's exit",
            &status.unwrap().to_string(),
            "exit status: 0",
        )
    }

    fn begin(&self, client: &Client, op: &'static str, text: &str) -> Ongoing {
        Ongoing {
            call: client.begin(op, self.addr, text, |_| {}),
            patience: PATIENCE,
        }
    }
}

/// What is seen instead of what should be.
pub(crate) async fn is_believed_by(client: &Arc<Client>) -> Verdict {
    let example = Example::start().await;
    match client.name {
        "curl" => by_curl(example).await,
        "Envoy" => by_envoy(example).await,
        _ => by_a_client(example, client).await,
    }
}

async fn by_a_client(example: Example, client: &Client) -> Verdict {
    for service in ["", "readiness", "liveness", "startup", ORDERS] {
        let mut check = example.begin(client, "check", service);
        check.tells("SERVING").await?;
        check.ends("OK").await?;
    }
    example
        .begin(client, "check", "orders.v1.Order")
        .ends("NOT_FOUND")
        .await?;
    if client.name != "tonic" {
        match example.begin(client, "list", "").next().await {
            Some(Said::Statuses(all)) if all.len() == 5 && all[ORDERS] == "SERVING" => {}
            other => return Err(format!("the list: {other:?}")),
        }
    }
    let mut orders = example.begin(client, "watch", ORDERS);
    let mut alive = example.begin(client, "watch", "liveness");
    orders.tells("SERVING").await?;
    alive.tells("SERVING").await?;
    example.database("break").await;
    orders.tells("NOT_SERVING").await?;
    example.database("mend").await;
    orders.tells("SERVING").await?;
    example.terminate();
    orders.tells("NOT_SERVING").await?;
    orders.says(end("UNAVAILABLE")).await?;
    // Not a word of all that: it was alive.
    alive.says(end("UNAVAILABLE")).await?;
    example.ends().await
}

async fn by_envoy(example: Example) -> Verdict {
    let envoy = Envoy::start(example.addr, &["", ORDERS]).await;
    for (change, healthy) in [("mend", true), ("break", false), ("mend", true)] {
        example.database(change).await;
        envoy.finds("", healthy, PATIENCE).await?;
        envoy.finds(ORDERS, healthy, PATIENCE).await?;
    }
    example.terminate();
    envoy.finds(ORDERS, false, PATIENCE).await?;
    example.ends().await
}

async fn by_curl(example: Example) -> Verdict {
    for service in ["", ORDERS] {
        let body = raw::framed(&request(service));
        raw::serving(&post(example.addr, "Check", &body, &[]).await)?;
    }
    example.terminate();
    example.ends().await
}
