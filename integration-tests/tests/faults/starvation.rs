use std::time::Duration;

use tokio::time::sleep;

use crate::host::Host;
use crate::plan::Plan;
use crate::process;
use crate::row::Row;
use crate::trial::acquit;
use crate::watch::Watch;

const SPINNING: usize = 16;
const LONG: Duration = Duration::from_secs(8);

/// Takes the processors away from two hosts: one with short limits, one with those by default.
pub(crate) async fn run(plan: &Plan) -> [Row; 2] {
    let name = format!("{SPINNING} processes that spin");
    let mut rows = [Row::new(name.clone(), None), Row::new(name, None)];
    rows[1].only_must_hold();
    let mut hosts = [
        Host::with_short_limits("working").await,
        Host::start(&["serve", "working"]).await,
    ];
    for _ in 0..plan.repetitions {
        for host in &mut hosts {
            host.is_well().await;
            host.obey("mark").await;
        }
        let spinning = [(); SPINNING].map(|()| process::start(&["spin"]).0);
        let watches = hosts.each_ref().map(Watch::start);
        sleep(LONG).await;
        for ((host, row), watch) in hosts.iter_mut().zip(&mut rows).zip(&watches) {
            acquit(host, row, watch).await;
        }
        for process in spinning {
            process.end().await;
        }
    }
    for host in hosts {
        host.end().await;
    }
    rows
}
