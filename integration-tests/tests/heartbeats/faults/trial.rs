use std::time::Duration;

use integration_tests::beats::{Said, now};
use rustix::process::Signal;
use tokio::time::sleep;

use super::case::Case;
use super::fault::Fault;
use super::judge::{Outcome, Seen, Times, judge};
use super::plan::Plan;
use super::stage::Stage;

/// As members before the fault: a few beats.
const CALM: Duration = Duration::from_secs(2);

/// Brings the fault about once, and gives what became of each member, in their order.
pub(crate) async fn run(case: &Case, plan: &Plan) -> Vec<Outcome> {
    let fault = case.fault;
    let mut stage = Stage::set_for(case).await;
    sleep(CALM).await;
    let strike = now();
    let befallen = fault.strike(&mut stage).await;
    sleep(fault.watch(plan)).await;

    let mut killed = None;
    if fault.then_killed() {
        killed = Some(now());
        let members = stage.members.iter();
        members.for_each(|member| member.signal(Signal::KILL));
    } else {
        fault.lift(&mut stage, &befallen).await;
    }
    sleep(fault.watch_afterwards()).await;
    if !fault.is_final() {
        stage.recover().await;
    }
    let times = Times {
        strike,
        killed,
        end: now(),
    };
    let mut outcomes = Vec::new();
    for place in 0..stage.members.len() {
        let mut answers = stage.members[place].asker.end().await;
        let member = &stage.members[place];
        let said = member.said();
        answers.extend(said.iter().filter_map(|(_, said)| match said {
            Said::Looked(looked) => Some(*looked),
            _ => None,
        }));
        let seen = Seen {
            said,
            gone: stage.observer.gone(&member.name),
            answers,
        };
        outcomes.push(Outcome {
            returned: fault.is_final() || stage.is_back(member),
            ..judge(&seen, times, fault.freezes())
        });
    }
    if fault == Fault::Clock {
        // Whoever is killed leaves shared memory of the library behind.
        for member in stage.members.drain(..) {
            member.end().await;
        }
    }
    outcomes
}
