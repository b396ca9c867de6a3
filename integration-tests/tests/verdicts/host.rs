use std::net::SocketAddr;
use std::time::Duration;

use health_tower::Verdict;
use integration_tests::ask::ask;
use integration_tests::patience::{patiently, pause};
use integration_tests::process::Process;
use integration_tests::wire::Wire;
use serde_json::Value;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::case::Case;
use crate::stage::Stage;
use crate::timeline::Timeline;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_gray_host");

/// A service with faults to order.
#[derive(Debug)]
pub(crate) struct Host {
    process: Process,
    answers: UnboundedReceiver<String>,
    pub(crate) verdicts: Timeline,
    pub(crate) app: SocketAddr,
    pub(crate) probes: SocketAddr,
}

impl Host {
    /// Starts one on this stage, and waits until it is ready and healthy.
    pub(crate) async fn start(stage: &Stage, case: &Case) -> Self {
        let (process, mut output) = Process::start(&mut stage.command(case));
        let (answer, mut answers) = mpsc::unbounded_channel();
        let verdicts = Timeline::default();
        let timeline = verdicts.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = output.next_line().await {
                if !timeline.hear(&line) && answer.send(line).is_err() {
                    break;
                }
            }
        });
        let mut value = async |name: &str| {
            let line = patiently(name, answers.recv()).await.unwrap();
            let (known, value) = line.split_once(' ').unwrap();
            assert_eq!(known, name);
            value.parse::<u32>().unwrap()
        };
        assert_eq!(value("pid").await, process.id());
        let app = u16::try_from(value("app").await).unwrap();
        let probes = u16::try_from(value("probes").await).unwrap();
        let ip = stage.address();
        let host = Self {
            process,
            answers,
            verdicts,
            app: (ip, app).into(),
            probes: (ip, probes).into(),
        };
        let ready = async {
            while ask(host.probes, "/health/ready").await != Some(200) {
                pause().await;
            }
            // The verdict looks once a second, and may be a little behind.
            while host.verdicts.last() != Some(Verdict::Healthy) {
                pause().await;
            }
        };
        patiently("the host to be ready, and found healthy", ready).await;
        host
    }

    pub(crate) async fn obey(&mut self, order: &str) {
        self.process.tell(order).await;
        let answer = patiently(order, self.answers.recv()).await;
        assert_eq!(answer.as_deref(), Some("ok"), "{order}");
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) async fn stop_for(&self, time: Duration) {
        self.process.stop_for(time).await;
    }

    /// What the details of readiness say: whoever looks there must hear the same as whoever follows the snapshots.
    pub(crate) async fn details_disagree(&self) -> Option<String> {
        let before = self.verdicts.last();
        let mut wire = Wire::connect(self.probes).await;
        let head =
            "GET /health/ready HTTP/1.1\r\nhost: test\r\naccept: application/health+json\r\n\r\n";
        wire.send(head).await;
        let answer: Value = serde_json::from_slice(&wire.answer().await.body).unwrap();
        let shown = answer["verdict"]["is"].as_str();
        let known = [before, self.verdicts.last()];
        let agreed = known.iter().any(|said| said.map(Verdict::name) == shown);
        (!agreed).then(|| {
            format!(
                "details show {}, and the host said {known:?}",
                answer["verdict"]
            )
        })
    }

    pub(crate) async fn end(self) {
        self.process.end().await;
    }

    /// SIGTERM; waits until it has drained, and ended by itself.
    pub(crate) async fn retire(self) {
        integration_tests::shell::run("kill", &["-s", "TERM", &self.id().to_string()]).await;
        self.process.ended().await;
    }
}
