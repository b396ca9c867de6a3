use super::*;
use crate::snapshot::StatusBoard;
use crate::watchdog::{Fault, FaultKind};

#[test]
fn what_is_long_is_said_when_it_begins_and_when_it_is_over() {
    use RuntimeState::{Dead, Lagging, Late, Stalled, Turning};
    let said = |was, is| match news("main", was, is) {
        Some(Event::Stalled { runtime }) if runtime == "main" => "stalled",
        Some(Event::Turns { runtime }) if runtime == "main" => "turns",
        Some(other) => panic!("{other:?}"),
        None => "",
    };
    let [short, long] = [[Turning, Lagging, Late].as_slice(), &[Stalled, Dead]];
    for (from, was) in [(short, false), (long, true)] {
        for (to, is) in [(short, false), (long, true)] {
            let expected = match (was, is) {
                (false, true) => "stalled",
                (true, false) => "turns",
                _ => "",
            };
            for was in from {
                for is in to {
                    assert_eq!(said(*was, *is), expected, "{was} {is}");
                }
            }
        }
    }
}

#[test]
fn a_fault_that_stands_is_one_fault() {
    let hub = Hub::new(&[], StatusBoard::leak(tokio::time::Instant::now()));
    let fault = |what: &str| Fault {
        kind: FaultKind::WorkerStuck,
        what: what.to_owned(),
    };
    hub.accuse(vec![fault("a")]);
    let before = hub.published();
    hub.accuse(vec![fault("a")]);
    assert!(Arc::ptr_eq(&before, &hub.published()));
    hub.accuse(vec![fault("a"), fault("b")]);
    assert_eq!(hub.published().faults().len(), 2);
}
