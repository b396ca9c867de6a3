//! One who may see details, and asks for nothing else. Each answer is of one snapshot: what it says must follow from what it shows.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use health_tower::{Details, HealthService, Probe, Snapshot};
use http::Request;
use http_body_util::BodyExt as _;
use integration_tests::wire::Wire;
use serde::Deserialize;
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use crate::follows::failing;
use crate::judge::Judge;
use crate::tally::{Asked, Tally};
use crate::witness::Witness;

const TOKEN: &str = "t0ken";
const JSON: &str = "application/health+json";
const TURNS: [(Asked, &str, Form); 8] = [
    (Asked::External, "/health/external", Form::Json),
    (Asked::External, "/health/external?verbose", Form::Verbose),
    (Asked::Ready, "/health/ready", Form::Json),
    (Asked::Live, "/health/live?verbose", Form::Verbose),
    (Asked::Ready, "/health/ready?verbose", Form::Verbose),
    (Asked::Startup, "/health/startup", Form::Json),
    (Asked::Live, "/health/live", Form::Json),
    (Asked::Startup, "/health/startup?verbose", Form::Verbose),
];

#[derive(Clone, Copy, Debug)]
enum Form {
    Json,
    Verbose,
}

impl Form {
    fn accept(self) -> &'static str {
        match self {
            Self::Json => JSON,
            Self::Verbose => "*/*",
        }
    }
}

/// What is read of a document.
#[derive(Deserialize)]
struct Document {
    status: String,
    phase: String,
    #[serde(default)]
    notes: Vec<String>,
    checks: BTreeMap<String, Vec<Shows>>,
}

#[derive(Deserialize)]
struct Shows {
    status: String,
}

/// What an answer says, and what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) up: bool,
    /// Checks that keep the probe down.
    pub(crate) failing: usize,
    /// Nothing else does, as far as can be seen.
    serving: bool,
}

impl Shown {
    /// What the details of a probe must show at this moment.
    pub(crate) fn of(now: &Snapshot, probe: Probe) -> (bool, usize) {
        (now.status(probe).is_up(), failing(now, probe))
    }

    fn read(asked: Asked, form: Form, status: u16, text: &str) -> Self {
        let up = status == 200;
        assert!(up || status == 503, "{status}: {text}");
        let mut phase = String::new();
        let (says, failing, notes) = match form {
            Form::Json => {
                let document: Document = serde_json::from_str(text).expect(text);
                let checks = document.checks.values().flatten();
                let failing = checks.filter(|check| check.status == "fail");
                phase = document.phase;
                (
                    document.status != "fail",
                    failing.count(),
                    !document.notes.is_empty(),
                )
            }
            Form::Verbose => {
                let last = text.lines().next_back().unwrap();
                // What has not yet come to a result keeps every probe down but liveness.
                let mild = |line: &str| {
                    let pending = line.contains(" has not run yet")
                        || line.contains(" has not succeeded yet");
                    let counts_for_little =
                        line.contains(" (degrades)") || line.contains(" (observe)");
                    counts_for_little || pending && asked == Asked::Live
                };
                let failing = text.lines().filter(|line| line.starts_with("[-]"));
                let failing = failing.filter(|line| !mild(line));
                let (checks, notes) = failing.partition::<Vec<_>, _>(|line| {
                    line.starts_with("[-]patient ") || line.starts_with("[-]warm ")
                });
                let told = last
                    .split_once('(')
                    .and_then(|(_, rest)| rest.split_once(','));
                told.expect(last).0.clone_into(&mut phase);
                (last.contains(" ok ("), checks.len(), !notes.is_empty())
            }
        };
        assert_eq!(says, up, "{status}, but {text}");
        Self {
            up,
            failing,
            serving: phase == "serving" && !notes,
        }
    }

    fn assert_follows(self, asked: Asked, text: &str) {
        match asked {
            Asked::Ready => assert_eq!(self.up, self.failing == 0 && self.serving, "{text}"),
            Asked::Live | Asked::External => assert_eq!(self.up, self.failing == 0, "{text}"),
            // Whoever was told that it is over is told so again, be the snapshot a moment older.
            Asked::Startup => assert!(self.up || self.failing == 1, "{text}"),
        }
    }
}

pub(crate) fn guard() -> Details {
    Details::bearer_token(TOKEN)
}

/// One over a wire, one in process; they go on until the witness says stop.
pub(crate) fn start(
    addr: SocketAddr,
    service: &HealthService<Router>,
    witness: &Arc<Witness>,
    tally: &Arc<Tally>,
) -> Vec<JoinHandle<()>> {
    let wire = over_a_wire(addr, Arc::clone(witness), Arc::clone(tally));
    let here = in_process(service.clone(), Arc::clone(witness), Arc::clone(tally));
    vec![tokio::spawn(wire), tokio::spawn(here)]
}

async fn over_a_wire(addr: SocketAddr, witness: Arc<Witness>, tally: Arc<Tally>) {
    let mut judge = Judge::new(&witness);
    let mut wire = Wire::connect(addr).await;
    while !witness.stop.load(Ordering::Relaxed) {
        for (asked, path, form) in TURNS {
            let accept = form.accept();
            let head = format!(
                "GET {path} HTTP/1.1\r\nhost: test\r\naccept: {accept}\r\nauthorization: Bearer {TOKEN}\r\n\r\n"
            );
            let asking = async {
                wire.send(head).await;
                let answer = wire.answer().await;
                (answer.status, answer.body)
            };
            ask(asked, form, asking, &mut judge, &witness, &tally).await;
        }
    }
}

async fn in_process(service: HealthService<Router>, witness: Arc<Witness>, tally: Arc<Tally>) {
    let mut judge = Judge::new(&witness);
    while !witness.stop.load(Ordering::Relaxed) {
        for (asked, path, form) in TURNS {
            let request = Request::get(path).header("accept", form.accept());
            let request = request.header("authorization", format!("Bearer {TOKEN}"));
            let request = request.body(Body::empty()).unwrap();
            let asking = async {
                let answer = service.clone().oneshot(request).await.unwrap();
                let status = answer.status().as_u16();
                let body = answer.into_body().collect().await.unwrap().to_bytes();
                (status, body.to_vec())
            };
            ask(asked, form, asking, &mut judge, &witness, &tally).await;
            tokio::task::yield_now().await;
        }
    }
}

async fn ask(
    asked: Asked,
    form: Form,
    asking: impl Future<Output = (u16, Vec<u8>)>,
    judge: &mut Judge,
    witness: &Witness,
    tally: &Tally,
) {
    let had_started = witness.started.load(Ordering::SeqCst);
    let before = judge.before_details(asked, witness);
    let (status, body) = asking.await;
    let text = str::from_utf8(&body).unwrap();
    let shown = Shown::read(asked, form, status, text);
    shown.assert_follows(asked, text);
    tally.answered(asked, shown.up);
    if asked == Asked::Startup {
        witness.judge_startup(had_started, shown.up);
    } else {
        tally.judged(judge.judge_details(asked, &before, shown, witness));
    }
}
