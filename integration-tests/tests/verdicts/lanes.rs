use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::case::Case;
use crate::catalogue::{CASES, PATIENT};
use crate::fault::Fault;
use crate::plan::Plan;
use crate::row::Row;
use crate::{deploy, trial};

/// Runs all cases: so many at once, and the patient one beside them.
pub(crate) async fn run(plan: &Plan) -> Vec<Row> {
    let wanted = |case: &&Case| {
        let only = plan.only.as_deref();
        only.is_none_or(|only| case.name.contains(only))
    };
    let patient = [PATIENT];
    let patient = patient.iter().filter(wanted);
    let patient = patient.map(|case| tokio::spawn(repeat(*case, plan.clone(), None)));
    let patient: Vec<_> = patient.collect();

    let room = Arc::new(Semaphore::new(plan.lanes));
    let mut running = JoinSet::new();
    for case in CASES.iter().filter(wanted) {
        running.spawn(repeat(*case, plan.clone(), Some(Arc::clone(&room))));
    }
    let mut rows = running.join_all().await;
    for row in patient {
        rows.push(row.await.unwrap());
    }
    let place = |row: &Row| CASES.iter().position(|case| case.name == row.case.name);
    // The patient one isn't among them, and comes first.
    rows.sort_by_key(place);
    rows
}

async fn repeat(case: Case, plan: Plan, room: Option<Arc<Semaphore>>) -> Row {
    let mut row = Row::new(case);
    if let Some(missing) = case.fault.missing().await {
        let required = std::env::var("REQUIRE_PEERS").is_ok_and(|required| required == "1");
        let required = required && case.fault.is_a_matter_of_setup();
        assert!(!required, "{}: {missing}, and REQUIRE_PEERS=1", case.name);
        println!("SKIPPED: {}: {missing}", case.name);
        row.missing = Some(missing);
        return row;
    }
    let repetitions = match case.fault {
        Fault::Nothing => 1,
        _ => plan.repetitions,
    };
    for _ in 0..repetitions {
        let _room = match &room {
            Some(room) => {
                let weight = case.fault.weight().min(plan.lanes);
                Some(room.acquire_many(weight as u32).await.unwrap())
            }
            None => None,
        };
        let outcome = match case.fault {
            Fault::Deploy => deploy::run(&case, &plan).await,
            _ => trial::run(&case, &plan).await,
        };
        row.outcomes.push(outcome);
    }
    row
}
