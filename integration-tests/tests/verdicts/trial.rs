use std::time::SystemTime;

use tokio::time::sleep;

use crate::case::Case;
use crate::clients::{Clients, RATE};
use crate::host::Host;
use crate::outcome::{Outcome, Times, judge};
use crate::peers::Peers;
use crate::plan::Plan;
use crate::stage::Stage;

/// Brings the fault about once, in a service of its own.
pub(crate) async fn run(case: &Case, plan: &Plan) -> Outcome {
    let stage = Stage::set_for(case.fault).await;
    let mut host = Host::start(&stage, case).await;
    let begin = SystemTime::now();
    let mut clients = Clients::start(host.app, RATE, case.mix);
    let peers = Peers::watch(host.app, &stage.heart);
    sleep(plan.warm_up).await;

    let before = clients.seen().await;
    // It counts from here, though some faults take a moment until they are complete.
    let fault = SystemTime::now();
    let more = case.fault.strike(&stage, &mut host).await;
    sleep(case.watch(plan.clean)).await;
    let mut during = clients.seen().await;
    let details = host.details_disagree().await;
    let end = SystemTime::now();
    if let Some(mut more) = more {
        during.add(more.seen().await);
        more.end().await;
    }
    let times = Times { begin, fault, end };
    let outcome = judge(
        case,
        times,
        &[host.verdicts.clone()],
        &peers,
        [before, during],
    );
    drop(peers);
    clients.end().await;
    host.end().await;
    Outcome { details, ..outcome }
}
