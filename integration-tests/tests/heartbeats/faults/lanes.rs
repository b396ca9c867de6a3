use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::case::{Case, SETTINGS};
use super::catalogue::CASES;
use super::plan::Plan;
use super::row::Row;
use super::trial;

/// Runs all cases, so many at once: mostly, they wait.
pub(crate) async fn run(plan: &Plan) -> Vec<Row> {
    let wanted = |case: &&Case| {
        let only = plan.only.as_deref();
        only.is_none_or(|only| case.name.contains(only))
    };
    let room = Arc::new(Semaphore::new(plan.lanes));
    let mut running = JoinSet::new();
    for (place, case) in CASES.iter().enumerate().filter(|(_, case)| wanted(case)) {
        let (plan, room) = (plan.clone(), Arc::clone(&room));
        running.spawn(async move { (place, repeat(*case, &plan, &room).await) });
    }
    let mut rows = running.join_all().await;
    rows.sort_by_key(|(place, _)| *place);
    rows.into_iter().flat_map(|(_, rows)| rows).collect()
}

async fn repeat(case: Case, plan: &Plan, room: &Semaphore) -> Vec<Row> {
    let missing = case.fault.missing().await;
    if let Some(missing) = &missing {
        let required = std::env::var("REQUIRE_PEERS").is_ok_and(|required| required == "1");
        assert!(!required, "{}: {missing}, and REQUIRE_PEERS=1", case.name);
        println!("SKIPPED: {}: {missing}", case.name);
    }
    // As the stage has its members.
    let members = SETTINGS.iter().flat_map(|setting| {
        let kinds = case.kinds.iter();
        kinds.map(move |kind| (*kind, *setting))
    });
    let row = |(kind, setting)| Row {
        case,
        kind,
        setting,
        missing: missing.clone(),
        outcomes: Vec::new(),
    };
    let mut rows: Vec<_> = members.map(row).collect();
    let repetitions = if missing.is_none() {
        plan.repetitions
    } else {
        0
    };
    for _ in 0..repetitions {
        let _room = room.acquire().await.unwrap();
        let outcomes = trial::run(&case, plan).await;
        for (row, outcome) in rows.iter_mut().zip(outcomes) {
            row.outcomes.push(outcome);
        }
    }
    rows
}
