use super::*;
use crate::snapshot::StatusBoard;

fn until(wanted: impl Fn() -> bool) {
    let began = Instant::now();
    while !wanted() {
        assert!(began.elapsed().as_secs() < 60, "never");
        thread::yield_now();
    }
}

#[test]
fn dropped_it_ends_and_accuses_nobody() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap();
    let hub = Arc::new(Hub::new(
        &[],
        StatusBoard::leak(tokio::time::Instant::now()),
    ));
    let pulses = Arc::new(Pulses::new(true));
    let config = Watchdog::default().stalled_after(9 * TICK);
    let watch = WatchThread::start(
        config,
        runtime.handle(),
        &hub,
        Arc::clone(&pulses),
        Box::new(|| 0),
        Box::new(|_, _| {}),
    )
    .unwrap();
    until(|| !hub.published().faults().is_empty());
    drop(watch);
    until(|| Arc::strong_count(&pulses) == 1);
    assert!(hub.published().faults().is_empty());
}

#[test]
fn it_ends_where_nobody_is_left_to_tell() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap();
    let board = StatusBoard::leak(tokio::time::Instant::now());
    let hub = Arc::new(Hub::new(&[], board));
    let pulses = Arc::new(Pulses::new(true));
    let off = Watchdog::default();
    let _watch = WatchThread::start(
        off,
        runtime.handle(),
        &hub,
        Arc::clone(&pulses),
        Box::new(|| 0),
        Box::new(|_, _| {}),
    )
    .unwrap();
    drop(hub);
    until(|| Arc::strong_count(&pulses) == 1);
}
