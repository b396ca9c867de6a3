use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;
use crate::pulse::Pulses;
use crate::pulse::cell::End;

fn opened(cell: &Cell) -> usize {
    cell.slots.opened().count()
}

fn pulse() -> (Pulse, Arc<Cell>) {
    let cell = Arc::new(Cell::new("consumer".into()));
    (Pulse::new(Arc::clone(&cell)), cell)
}

#[test]
fn a_panic_closes_the_guard_and_is_a_death() {
    let (pulse, cell) = pulse();
    let works = AssertUnwindSafe(|| {
        let _working = pulse.begin("commit");
        assert_eq!(opened(&cell), 1);
        std::panic::resume_unwind(Box::new("the disk is full"));
    });
    assert!(catch_unwind(works).is_err());
    assert_eq!((opened(&cell), cell.end()), (0, End::NotYet));
    let ends = AssertUnwindSafe(move || {
        let _working = pulse.begin("commit");
        let _moved = pulse;
        std::panic::resume_unwind(Box::new("the disk is full"));
    });
    assert!(catch_unwind(ends).is_err());
    assert_eq!((opened(&cell), cell.end()), (0, End::Dropped));
}

#[test]
fn guards_go_where_the_work_is_done_and_outlive_the_pulse() {
    fn is_send_and_sync<T: Send + Sync + 'static>(_: &T) {}
    let (pulse, cell) = pulse();
    is_send_and_sync(&pulse);
    let guards: Vec<_> = (0..100).map(|_| pulse.begin("commit")).collect();
    is_send_and_sync(&guards);
    let threads = guards
        .into_iter()
        .map(|guard| std::thread::spawn(move || drop(guard)));
    let threads: Vec<_> = threads.collect();
    pulse.finish();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!((opened(&cell), cell.end()), (0, End::Finished));
}

#[test]
fn places_are_used_again() {
    let (pulse, cell) = pulse();
    for _ in 0..10_000 {
        drop([pulse.begin("one"), pulse.begin("other")]);
    }
    let last = cell.slots.open(0);
    assert_eq!(last, 0, "room for two is enough");
    pulse.finish();
}

#[test]
fn where_nobody_watches_it_costs_nothing_and_works() {
    let off = Pulses::new(false);
    let pulse = off.declare("consumer".into());
    let cell = Arc::clone(&pulse.0);
    assert_eq!(Arc::strong_count(&cell), 2, "nobody else holds it");
    drop(pulse.begin("commit"));
    assert!(off.take().is_empty());
    pulse.overdue_after(Duration::from_secs(9)).finish();
    assert_eq!(cell.end(), End::Finished);
}
