use std::time::{Duration, Instant};

use integration_tests::ask::ask;
use integration_tests::patience::{patiently, pause};
use tokio::time::sleep;

use crate::host::Host;
use crate::row::Row;
use crate::watch::Watch;

/// Longer than any of the short limits, and than any machine needs.
const PATIENCE: Duration = Duration::from_secs(20);
/// So much longer a fault lasts after it was detected: the other watchdog may be a little later.
const AFTERWARDS: Duration = Duration::from_millis(500);
/// A false alarm about what was before comes within this time, if it comes.
const SUSPENSE: Duration = Duration::from_millis(1500);

/// What is done to a host.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trial {
    /// A fault that must be detected, and as what.
    Detected(&'static str, &'static [&'static str]),
    /// All workers are blocked, and the process stopped in the middle of that. The time counts from when it goes on.
    BlockedAndStopped(Duration),
    /// What must not be accused for so long.
    Innocent(&'static str, Duration),
    /// SIGSTOP, SIGCONT.
    Stopped(Duration),
}

impl Trial {
    /// As what the fault is to be found, if a restart cures it.
    pub(crate) fn expected(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Detected(_, kinds) => Some(kinds),
            Self::BlockedAndStopped(_) => Some(&["runtime_stalled"]),
            Self::Innocent(..) | Self::Stopped(_) => None,
        }
    }

    /// Does it once, and leaves the host as it was.
    pub(crate) async fn run(self, host: &mut Host, row: &mut Row) {
        host.is_well().await;
        match self {
            Self::Detected(fault, _) => {
                host.obey(&format!("inject {fault}")).await;
                detect(host, row, None).await;
            }
            Self::BlockedAndStopped(time) => {
                host.obey("inject all-blocked").await;
                detect(host, row, Some(time)).await;
            }
            Self::Innocent(what, time) => {
                host.obey(&format!("inject {what}")).await;
                let watch = Watch::start(host);
                sleep(time).await;
                if what == "dependency-down" {
                    until_unready(host).await;
                }
                acquit(host, row, &watch).await;
            }
            Self::Stopped(time) => {
                host.obey("mark").await;
                let watch = Watch::start(host);
                until_asked(&watch).await;
                host.stop_for(time).await;
                sleep(SUSPENSE).await;
                acquit(host, row, &watch).await;
            }
        }
        host.obey("lift").await;
    }
}

async fn detect(host: &mut Host, row: &mut Row, stop: Option<Duration>) {
    let watch = Watch::start(host);
    if let Some(time) = stop {
        host.stop_for(time).await;
    }
    let since = Instant::now();
    while watch.failed().is_none() && since.elapsed() < PATIENCE {
        pause().await;
    }
    let detected = watch.failed().map(|at| at.saturating_duration_since(since));
    sleep(AFTERWARDS).await;
    until_asked(&watch).await;
    let heard = host.heard().await;
    row.add(&watch.seen(), heard, detected);
}

pub(crate) async fn acquit(host: &mut Host, row: &mut Row, watch: &Watch) {
    let heard = host.heard().await;
    row.add(&watch.seen(), heard, None);
}

/// Until each route has answered once, or hasn't.
async fn until_asked(watch: &Watch) {
    let asked = async {
        while !watch.seen().of_all() {
            pause().await;
        }
    };
    patiently("all routes to be asked", asked).await;
}

/// That the dependency is down is told where it belongs.
async fn until_unready(host: &Host) {
    let unready = async {
        while ask(host.probes, "/health/ready").await != Some(503) {
            pause().await;
        }
    };
    patiently("readiness to fail", unready).await;
}
