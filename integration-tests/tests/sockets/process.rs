//! Real signals to a real process.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use integration_tests::patience::{patiently, pause};
use integration_tests::wire::Wire;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

pub(crate) struct Service {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    pub(crate) addr: SocketAddr,
    admin: SocketAddr,
}

impl Service {
    pub(crate) async fn start(lame_duck: Duration, deadline: Duration) -> Self {
        let service = Self::launch(lame_duck, deadline, &[]).await;
        let mut wire = Wire::connect(service.addr).await;
        assert_eq!(wire.get("/health/ready").await.plain(), (200, "ok"));
        service
    }

    pub(crate) async fn launch(lame_duck: Duration, deadline: Duration, more: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_draining_host"))
            .args([lame_duck, deadline].map(|time| time.as_millis().to_string()))
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut address = async || {
            let line = patiently("an address", output.next_line()).await;
            line.unwrap().unwrap().parse().unwrap()
        };
        let (addr, admin) = (address().await, address().await);
        Self {
            process,
            input,
            output,
            addr,
            admin,
        }
    }

    /// Begins a download that is fed from here.
    pub(crate) async fn download(&mut self) -> Wire {
        let mut wire = Wire::connect(self.addr).await;
        wire.request("GET", "/lines").await;
        self.feed("one").await;
        assert_eq!(wire.head().await.status, 200);
        assert_eq!(wire.chunk().await.unwrap().unwrap(), b"one");
        wire
    }

    pub(crate) async fn feed(&mut self, line: &str) {
        self.input
            .write_all(format!("{line}\n").as_bytes())
            .await
            .unwrap();
    }

    pub(crate) async fn signal(&self, name: &str) {
        let pid = self.process.id().expect("it still runs").to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status().await;
        assert!(sent.unwrap().success());
    }

    async fn shutdown_by_hook(&self) {
        let mut wire = Wire::connect(self.admin).await;
        assert_eq!(wire.get("/shutdown").await.status, 200);
    }

    /// Waits until it no longer accepts.
    pub(crate) async fn closed(&self) {
        let closed = async {
            while TcpStream::connect(self.addr).await.is_ok() {
                pause().await;
            }
        };
        patiently("the listener to close", closed).await;
    }

    /// Sends it again and again, as somebody does who wants it to end now: the first may come so soon after the one before that
    /// both are taken for one.
    pub(crate) async fn insist(&mut self, name: &str) {
        let ended = async {
            while self.process.try_wait().unwrap().is_none() {
                self.signal(name).await;
                pause().await;
            }
        };
        patiently("the signal to be obeyed", ended).await;
    }

    /// Waits until the process ends by itself, as well as any; returns what it printed.
    pub(crate) async fn end(mut self) -> [String; 2] {
        let status = patiently("the process to end", self.process.wait())
            .await
            .unwrap();
        assert_eq!(status.code(), Some(0));
        let [first, second] = [self.output.next_line().await, self.output.next_line().await];
        [first, second].map(|line| line.unwrap().unwrap_or_default())
    }
}

#[tokio::test]
async fn a_signal_drains_a_download_and_the_process_ends_well() {
    for (signal, trigger) in [("TERM", "Terminate"), ("INT", "Interrupt")] {
        let mut service = Service::start(Duration::from_millis(200), Duration::from_secs(60)).await;
        let mut download = service.download().await;
        service.signal(signal).await;
        service.closed().await;
        for line in ["two", "three"] {
            service.feed(line).await;
            assert_eq!(download.chunk().await.unwrap().unwrap(), line.as_bytes());
        }
        service.feed("end").await;
        assert_eq!(
            download.chunk().await.unwrap(),
            None,
            "the download is whole"
        );
        let report = [
            format!("{trigger} clean=true"),
            "remaining=0 forced=false".to_owned(),
        ];
        assert_eq!(service.end().await, report);
    }
}

#[tokio::test]
async fn a_second_signal_ends_it_now() {
    for second in ["TERM", "INT"] {
        let hour = Duration::from_secs(3600);
        let mut service = Service::start(hour, 2 * hour).await;
        let mut download = service.download().await;
        service.signal("TERM").await;
        let mut wire = Wire::connect(service.addr).await;
        let draining = async {
            while wire.get("/health/ready").await.status != 503 {
                pause().await;
            }
        };
        patiently("the first signal to be heard", draining).await;
        let mut fresh = Wire::connect(service.addr).await;
        assert_eq!(fresh.get("/health/live").await.plain(), (200, "ok"));
        service.feed("still").await;
        assert_eq!(download.chunk().await.unwrap().unwrap(), b"still");

        service.insist(second).await;
        let report = ["Terminate clean=false", "remaining=1 forced=true"];
        assert_eq!(service.end().await, report);
        assert!(
            download.chunk().await.is_err(),
            "nobody pretends that it was whole"
        );
    }
}

#[tokio::test]
async fn a_download_that_never_ends_is_given_up_at_the_deadline() {
    let mut service = Service::start(Duration::ZERO, Duration::from_millis(300)).await;
    let mut download = service.download().await;
    service.signal("TERM").await;
    let report = ["Terminate clean=false", "remaining=1 forced=false"];
    assert_eq!(service.end().await, report);
    assert!(
        download.chunk().await.is_err(),
        "nobody pretends that it was whole"
    );
}

/// The kubelet's SIGTERM follows the preStop hook; a wrapper or a process group may get two signals at once. Neither is somebody
/// who wants it to end now.
#[tokio::test]
async fn a_signal_that_is_not_a_second_wish_cuts_nothing_short() {
    for (hook, signals, trigger) in [
        (true, &["TERM"][..], "Requested"),
        (false, &["TERM", "INT"][..], "Terminate"),
    ] {
        let mut service = Service::start(Duration::from_millis(200), Duration::from_secs(60)).await;
        let mut download = service.download().await;
        if hook {
            service.shutdown_by_hook().await;
        }
        for signal in signals {
            service.signal(signal).await;
        }
        service.closed().await;
        service.feed("two").await;
        assert_eq!(download.chunk().await.unwrap().unwrap(), b"two");
        service.feed("end").await;
        assert_eq!(
            download.chunk().await.unwrap(),
            None,
            "the download is whole"
        );
        let [first, second] = service.end().await;
        assert_eq!(second, "remaining=0 forced=false");
        // Of two signals at once, either may be first.
        assert!(
            first.ends_with("clean=true") && (first.starts_with(trigger) || !hook),
            "{first}"
        );
    }
}
