use tokio::task::JoinSet;

use crate::catalogue::{DEFAULTS, LANES};
use crate::host::Host;
use crate::plan::Plan;
use crate::row::Row;
use crate::trial::Trial;

/// Runs all lanes at once.
pub(crate) async fn run(plan: &Plan) -> Vec<Row> {
    let mut running = JoinSet::new();
    let repetitions = plan.repetitions;
    for (at, (consumer, trials)) in LANES.into_iter().enumerate() {
        running.spawn(async move {
            let host = Host::with_short_limits(consumer).await;
            (at, run_all(host, trials, repetitions).await)
        });
    }
    for (consumer, trials) in DEFAULTS {
        running.spawn(async move {
            let host = Host::start(&["serve", consumer]).await;
            let mut rows = run_all(host, trials, 1).await;
            rows.iter_mut().for_each(Row::only_must_hold);
            (usize::MAX, rows)
        });
    }
    if let Some(time) = plan.longest_stop {
        running.spawn(async move {
            let mut host = Host::with_short_limits("working").await;
            let mut row = Row::new(format!("SIGSTOP for {} s, once", time.as_secs()), None);
            Trial::Stopped(time).run(&mut host, &mut row).await;
            (LANES.len(), vec![row])
        });
    }
    let mut lanes = running.join_all().await;
    lanes.sort_by_key(|(at, _)| *at);
    lanes.into_iter().flat_map(|(_, rows)| rows).collect()
}

async fn run_all(
    mut host: Host,
    trials: &'static [(&'static str, Trial)],
    repetitions: usize,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, trial) in trials {
        let mut row = Row::new(*name, trial.expected());
        for _ in 0..repetitions {
            trial.run(&mut host, &mut row).await;
        }
        rows.push(row);
    }
    host.is_well().await;
    host.end().await;
    rows
}
