use std::net::SocketAddr;
use std::time::Duration;

use integration_tests::ask::ask;
use integration_tests::patience::{patiently, pause};
use integration_tests::process::{Output, Process};

use crate::plan::{PULSE, STALLED, STUCK};
use crate::process;

/// A service with faults to order.
#[derive(Debug)]
pub(crate) struct Host {
    process: Process,
    output: Output,
    pub(crate) app: SocketAddr,
    pub(crate) probes: SocketAddr,
    pub(crate) bare: SocketAddr,
}

/// What both watchdogs have logged.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) faults: usize,
    pub(crate) kinds: Option<String>,
    /// When the other one was triggered first, and how long ago it was last.
    pub(crate) theirs: Option<(Duration, Duration)>,
}

impl Host {
    /// With limits so short that a test can wait for them. Its consumer has work, or none.
    pub(crate) async fn with_short_limits(consumer: &str) -> Self {
        let [stalled, stuck, pulse] = [STALLED, STUCK, PULSE].map(|limit| limit.as_millis());
        let [stalled, stuck] = [format!("stalled={stalled}"), format!("stuck={stuck}")];
        let pulse = format!("pulse={pulse}");
        Self::start(&["serve", consumer, &stalled, &stuck, &pulse]).await
    }

    pub(crate) async fn start(args: &[&str]) -> Self {
        let (process, mut output) = process::start(args);
        let mut value = async |name: &str| {
            let line = patiently(name, output.next_line()).await.unwrap().unwrap();
            let value = line
                .strip_prefix(name)
                .and_then(|line| line.strip_prefix(' '));
            value
                .unwrap_or_else(|| panic!("`{line}` is no {name}"))
                .to_owned()
        };
        let _pid = value("pid").await;
        let [app, probes, bare] = [
            value("app").await,
            value("probes").await,
            value("bare").await,
        ];
        Self {
            process,
            output,
            app: app.parse().unwrap(),
            probes: probes.parse().unwrap(),
            bare: bare.parse().unwrap(),
        }
    }

    /// Gives an order, and returns the answer.
    pub(crate) async fn order(&mut self, order: &str) -> String {
        self.process.tell(order).await;
        let answer = patiently(order, self.output.next_line()).await;
        answer.unwrap().expect("the host has gone")
    }

    pub(crate) async fn obey(&mut self, order: &str) {
        assert_eq!(self.order(order).await, "ok", "{order}");
    }

    pub(crate) async fn heard(&mut self) -> Heard {
        let answer = self.order("heard").await;
        let [faults, kinds, after, ago] = answer.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{answer}");
        };
        let millis = |text: &str| text.parse().ok().map(Duration::from_millis);
        Heard {
            faults: faults.parse().unwrap(),
            kinds: (kinds != "-").then(|| kinds.to_owned()),
            theirs: millis(after).zip(millis(ago)),
        }
    }

    /// SIGSTOP, and SIGCONT after this time.
    pub(crate) async fn stop_for(&self, time: Duration) {
        self.process.stop_for(time).await;
    }

    /// Waits until all is well, and the other watchdog has been silent for some of its beats.
    pub(crate) async fn is_well(&mut self) {
        let well = async {
            for (addr, path) in [
                (self.probes, "/health/ready"),
                (self.probes, "/health/live"),
                (self.app, "/health/live"),
                (self.app, "/plain-health"),
            ] {
                while ask(addr, path).await != Some(200) {
                    pause().await;
                }
            }
            let silent = |heard: Heard| {
                let theirs = heard.theirs.map(|(_, ago)| ago);
                theirs.is_none_or(|ago| ago > Duration::from_millis(500))
            };
            while !silent(self.heard().await) {
                pause().await;
            }
        };
        patiently("all to be well", well).await;
    }

    pub(crate) async fn end(self) {
        self.process.end().await;
    }
}
