use std::time::SystemTime;

use tokio::time::sleep;

use crate::case::Case;
use crate::clients::{Clients, RATE};
use crate::host::Host;
use crate::outcome::{Outcome, Times, judge};
use crate::peers::Peers;
use crate::plan::Plan;
use crate::proxy::Proxy;
use crate::stage::Stage;

/// One instance goes, and the next takes over, behind something that leads new connections to the one that is meant.
pub(crate) async fn run(case: &Case, plan: &Plan) -> Outcome {
    let stage = Stage::set_for(case.fault).await;
    let leaving = Host::start(&stage, case).await;
    let front = Proxy::before(leaving.app).await;
    let addr = (leaving.app.ip(), front.port).into();
    let begin = SystemTime::now();
    let mut clients = Clients::start(addr, RATE, case.mix);
    let peers = Peers::watch(addr, &stage.heart);
    sleep(plan.warm_up).await;

    let before = clients.seen().await;
    let fault = SystemTime::now();
    let coming = Host::start(&stage, case).await;
    front.lead_to(coming.app);
    let verdicts = [leaving.verdicts.clone(), coming.verdicts.clone()];
    leaving.retire().await;
    sleep(case.watch(plan.clean)).await;
    let during = clients.seen().await;
    let details = coming.details_disagree().await;
    let end = SystemTime::now();
    let times = Times { begin, fault, end };
    let outcome = judge(case, times, &verdicts, &peers, [before, during]);
    drop(peers);
    clients.end().await;
    coming.end().await;
    Outcome { details, ..outcome }
}
