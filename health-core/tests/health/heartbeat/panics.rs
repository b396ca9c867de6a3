use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use super::*;

/// Of a task whose runtime panics when it is told.
struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("made to panic");
    }
}

/// Whoever waits is woken on the thread that beats.
#[test]
fn who_panics_when_told_costs_a_membership_and_not_the_beats() {
    let runtime = runtime(1);
    let health = builder().runtime(runtime.handle().clone()).start().unwrap();
    let coordinator = InMemory::new();
    let membership = heartbeat(coordinator.clone()).start(&health).unwrap();
    let tenure = runtime.block_on(membership.joined()).unwrap();
    let waker = Waker::from(Arc::new(Panics));
    let mut cx = Context::from_waker(&waker);
    let fenced = pin!(tenure.fenced());
    assert!(fenced.poll(&mut cx).is_pending());
    coordinator.inject(Step::Beat, Fault::Gone, 1);
    until(|| !tenure.is_member());
    let again = pin!(membership.joined());
    // It may be a member already.
    let _waits = again.poll(&mut cx);
    until(|| membership.report().incarnation() >= 2 && membership.is_member());
    until(|| membership.report().acked() >= 3);
    assert_eq!(membership.state(), HeartbeatState::Member);
}
