//! The example as a process.

use std::net::SocketAddr;
use std::path::PathBuf;

use integration_tests::patience::{patiently, pause};
use integration_tests::process::{Output, Process};
use integration_tests::wire::Wire;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Command;

use crate::metrics::page::Page;

/// A running example.
pub(crate) struct Service {
    process: Process,
    output: Output,
    orders: SocketAddr,
    inside: SocketAddr,
}

impl Service {
    /// Starts it on free ports, and waits until it is ready.
    pub(crate) async fn start() -> Self {
        let free = ["127.0.0.1:0", "127.0.0.1:0"];
        let (process, mut output) = Process::start(Command::new(binary()).args(free));
        let mut printed = Vec::new();
        while !printed
            .last()
            .is_some_and(|line: &String| line.contains("kill "))
        {
            let line = patiently("a line of the example", output.next_line()).await;
            printed.push(line.unwrap().expect("it runs"));
        }
        let addr = |path: &str| {
            let line = printed.iter().find(|line| line.contains(path)).unwrap();
            let (_, url) = line.split_once("http://").unwrap();
            url.split('/').next().unwrap().parse().unwrap()
        };
        let service = Self {
            orders: addr("/unplug"),
            inside: addr("/metrics"),
            process,
            output,
        };
        service.until_ready_is(200).await;
        service
    }

    /// On the port of the application.
    pub(crate) async fn unplug(&self) {
        let mut wire = Wire::connect(self.orders).await;
        wire.request("POST", "/unplug").await;
        assert_eq!(wire.answer().await.status, 200);
    }

    /// What readiness is answered with.
    pub(crate) async fn ready(&self) -> u16 {
        let mut wire = Wire::connect(self.inside).await;
        wire.get("/health/ready").await.status
    }

    pub(crate) async fn until_ready_is(&self, status: u16) {
        let asking = async {
            while self.ready().await != status {
                pause().await;
            }
        };
        patiently("readiness to turn", asking).await;
    }

    pub(crate) async fn scrape(&self) -> Page {
        let answer = Wire::connect(self.inside).await.get("/metrics").await;
        let content_type = answer.header("content-type");
        assert_eq!(content_type, Some("text/plain; version=0.0.4"));
        let (status, text) = answer.plain();
        assert_eq!(status, 200);
        Page::of(text)
    }

    /// Scrapes until a page is as wanted.
    pub(crate) async fn until(&self, what: &str, wanted: impl Fn(&Page) -> bool) -> Page {
        let scraping = async {
            loop {
                let page = self.scrape().await;
                if wanted(&page) {
                    return page;
                }
                pause().await;
            }
        };
        patiently(what, scraping).await
    }

    pub(crate) fn terminate(&self) {
        let id = i32::try_from(self.process.id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), Signal::TERM).unwrap();
    }

    /// Waits for its end. Gives its last line.
    pub(crate) async fn ended(mut self) -> String {
        let line = patiently("the report of the drain", self.output.next_line()).await;
        self.process.ended().await;
        line.unwrap().expect("a report")
    }
}

/// This test is `target/<profile>/deps/observing-<hash>`.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).expect("deps is in a folder");
    let binary = profile.join("examples/metrics");
    let hint = "build it with `cargo build -p integration-tests --example metrics`";
    assert!(binary.exists(), "{} is missing: {hint}", binary.display());
    binary
}
