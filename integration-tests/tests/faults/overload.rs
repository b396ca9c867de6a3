use std::time::Duration;

use integration_tests::patience::{patiently, pause};
use tokio::time::sleep;

use crate::host::Host;
use crate::latency::{Latencies, Probers};
use crate::plan::Plan;
use crate::process;
use crate::row::Row;
use crate::trial::acquit;
use crate::watch::Watch;

/// Ten times as many as the host serves at once.
pub(crate) const CLIENTS: usize = 320;
const LONG: Duration = Duration::from_secs(5);

/// How fast liveness is answered under overload: on its own port, on the application's, by the route that was written by hand, and
/// what this machine can do at best.
#[derive(Clone, Debug, Default)]
pub(crate) struct Probed {
    pub(crate) isolated: Latencies,
    pub(crate) on_app: Latencies,
    pub(crate) plain: Latencies,
    pub(crate) bare: Latencies,
}

pub(crate) async fn run(plan: &Plan) -> (Row, Probed) {
    let mut row = Row::new("10 × overload by slow and by computing requests", None);
    let mut probed = Probed::default();
    let mut host = Host::with_short_limits("working").await;
    for _ in 0..plan.repetitions {
        host.is_well().await;
        host.obey("mark").await;
        let addr = host.app.to_string();
        let (load, _) = process::start(&["load", &addr, &CLIENTS.to_string()]);
        until_in_flight(&mut host, |count| count > CLIENTS * 9 / 10).await;

        let probers = [
            Probers::start(host.probes, "/health/live", 1),
            Probers::start(host.app, "/health/live", 12),
            Probers::start(host.app, "/plain-health", 12),
            Probers::start(host.bare, "/", 1),
        ];
        let watch = Watch::start(&host);
        sleep(LONG).await;
        acquit(&mut host, &mut row, &watch).await;
        drop(watch);
        let stopped = tokio::task::spawn_blocking(|| probers.map(Probers::stop));
        let [isolated, on_app, plain, bare] = stopped.await.unwrap();
        probed.isolated.add(isolated);
        probed.on_app.add(on_app);
        probed.plain.add(plain);
        probed.bare.add(bare);
        load.end().await;
        until_in_flight(&mut host, |count| count == 0).await;
    }
    host.end().await;
    (row, probed)
}

async fn until_in_flight(host: &mut Host, holds: impl Fn(usize) -> bool) {
    let looking = async {
        while !holds(host.order("in-flight").await.parse().unwrap()) {
            pause().await;
        }
    };
    patiently("as many requests", looking).await;
}
