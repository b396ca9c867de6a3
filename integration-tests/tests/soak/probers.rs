//! Those who ask.

use std::net::SocketAddr;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use futures_util::future::select_all;
use health_tower::HealthService;
use http::Request;
use http_body_util::BodyExt as _;
use integration_tests::wire::Wire;
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use crate::judge::Judge;
use crate::tally::{Asked, Tally};
use crate::witness::Witness;

const TURNS: [(Asked, &str); 5] = [
    (Asked::External, "/health/external"),
    (Asked::Ready, "/health/ready"),
    (Asked::Live, "/health/live"),
    (Asked::Ready, "/health/ready"),
    (Asked::Startup, "/health/startup"),
];

const WIRES: usize = 3;
const IN_PROCESS: usize = 2;

/// They go on until the witness says stop.
pub(crate) fn start(
    addr: SocketAddr,
    service: &HealthService<Router>,
    witness: &Arc<Witness>,
    [wire, here]: [&Arc<Tally>; 2],
) -> Vec<JoinHandle<()>> {
    let wires = (1..=WIRES).map(|number| {
        let asking = over_a_wire(addr, 100 * number, Arc::clone(witness), Arc::clone(wire));
        tokio::spawn(asking)
    });
    let in_process = (0..IN_PROCESS).map(|_| {
        let asking = in_process(service.clone(), Arc::clone(witness), Arc::clone(here));
        tokio::spawn(asking)
    });
    wires.chain(in_process).collect()
}

/// Does something while they ask. One that dies meanwhile is what went wrong, and not what is waited for in vain without it.
pub(crate) async fn beside<T>(
    probers: &mut [JoinHandle<()>],
    something: impl Future<Output = T>,
) -> T {
    tokio::select! {
        done = something => done,
        (ended, ..) = select_all(probers.iter_mut()) => match ended {
            Ok(()) => panic!("a prober has stopped by itself"),
            Err(died) => resume_unwind(died.into_panic()),
        },
    }
}

/// Asks on one connection after the other, each for a while.
async fn over_a_wire(addr: SocketAddr, turns: usize, witness: Arc<Witness>, tally: Arc<Tally>) {
    let mut judge = Judge::new(&witness);
    while !witness.stop.load(Ordering::Relaxed) {
        let mut wire = Wire::connect(addr).await;
        for _ in 0..turns {
            for (asked, path) in TURNS {
                let asking = async {
                    let answer = wire.get(path).await;
                    (answer.status, answer.body)
                };
                ask(asked, asking, &mut judge, &witness, &tally).await;
            }
        }
    }
}

/// Asks the service itself.
async fn in_process(service: HealthService<Router>, witness: Arc<Witness>, tally: Arc<Tally>) {
    let mut judge = Judge::new(&witness);
    while !witness.stop.load(Ordering::Relaxed) {
        for (asked, path) in TURNS {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let asking = async {
                let answer = service.clone().oneshot(request).await.unwrap();
                let status = answer.status().as_u16();
                let body = answer.into_body().collect().await.unwrap().to_bytes();
                (status, body.to_vec())
            };
            ask(asked, asking, &mut judge, &witness, &tally).await;
        }
        tokio::task::yield_now().await;
    }
}

async fn ask(
    asked: Asked,
    asking: impl Future<Output = (u16, Vec<u8>)>,
    judge: &mut Judge,
    witness: &Witness,
    tally: &Tally,
) {
    let had_started = witness.started.load(Ordering::SeqCst);
    let before = judge.before(asked, witness);
    let answer = asking.await;
    let up = match (answer.0, &*answer.1) {
        (200, b"ok") => true,
        (503, b"unavailable") => false,
        _ => panic!("not an answer: {answer:?}"),
    };
    tally.answered(asked, up);
    if asked == Asked::Startup {
        witness.judge_startup(had_started, up);
    } else {
        tally.judged(judge.judge(asked, &before, up, witness));
    }
}
