use std::sync::mpsc;
use std::time::Duration;

use health_core::{Fault, FaultKind, Health, Probe, RuntimeState, Snapshot, Watchdog};
use tokio::runtime::{Builder, Runtime};

use crate::support::builder;

mod pulses;

const SECOND: Duration = Duration::from_secs(1);

fn runtime(workers: usize) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .unwrap()
}

fn watched(runtime: &Runtime, watchdog: Watchdog) -> Health {
    let health = builder().runtime(runtime.handle().clone());
    health.watchdog(watchdog).start().unwrap()
}

/// Sharp limits: everything else is as by default.
fn sharp() -> Watchdog {
    Watchdog::default().stalled_after(SECOND)
}

/// Waits for what the watchdog's thread will see, in real time.
fn until(health: &Health, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
    let began = std::time::Instant::now();
    loop {
        let snapshot = health.snapshot();
        if wanted(&snapshot) {
            return snapshot;
        }
        assert!(began.elapsed() < 60 * SECOND, "never: {snapshot:?}");
        std::thread::yield_now();
    }
}

/// Looks for so long whether liveness stays up.
fn stays_alive(health: &Health, so_long: Duration) {
    let began = std::time::Instant::now();
    while began.elapsed() < so_long {
        let now = health.snapshot();
        assert!(now.status(Probe::Liveness).is_up(), "{now:?}");
        std::thread::yield_now();
    }
}

fn kinds(snapshot: &Snapshot) -> Vec<FaultKind> {
    snapshot.faults().map(Fault::kind).collect()
}

/// Blocks that many workers until the returned value is dropped.
fn block(runtime: &Runtime, workers: usize) -> Vec<mpsc::Sender<()>> {
    let (blocked, is_blocked) = mpsc::channel();
    let block = |_| {
        let (release, released) = mpsc::channel::<()>();
        let blocked = blocked.clone();
        runtime.spawn(async move {
            blocked.send(()).unwrap();
            let _released = released.recv();
        });
        is_blocked.recv().unwrap();
        release
    };
    (0..workers).map(block).collect()
}

#[test]
fn a_runtime_whose_workers_all_hang_fails_liveness_until_one_turns() {
    let runtime = runtime(2);
    let health = watched(&runtime, sharp());
    until(&health, |now| now.runtimes().next().is_some());
    let blocked = block(&runtime, 2);
    let dead = until(&health, |now| !now.status(Probe::Liveness).is_up());
    assert_eq!(kinds(&dead), [FaultKind::RuntimeStalled]);
    let said = dead.faults().next().unwrap().to_string();
    assert_eq!(said, "no worker of runtime `main` has turned for 1s");
    assert_eq!(dead.runtimes().next().unwrap().state(), RuntimeState::Dead);
    drop(blocked);
    let well = until(&health, |now| now.status(Probe::Liveness).is_up());
    assert_eq!(kinds(&well), []);
}

#[test]
fn one_stuck_worker_among_good_ones_is_found() {
    let runtime = runtime(4);
    let health = watched(&runtime, sharp().stuck_after(2 * SECOND));
    let blocked = block(&runtime, 1);
    let dead = until(&health, |now| !now.status(Probe::Liveness).is_up());
    assert_eq!(kinds(&dead), [FaultKind::WorkerStuck]);
    let report = dead.runtimes().next().unwrap();
    assert_eq!((report.workers(), report.stuck().len()), (4, 1));
    assert!(report.state() < RuntimeState::Stalled, "others turn");
    drop(blocked);
    until(&health, |now| now.status(Probe::Liveness).is_up());
}

/// Everything that was spawned from outside waits in one queue, and the watchdog's canary at its end.
#[test]
fn a_saturated_runtime_is_not_restarted_for_being_busy() {
    let runtime = runtime(1);
    let health = watched(&runtime, Watchdog::default().stalled_after(2 * SECOND));
    until(&health, |now| now.runtimes().next().is_some());
    let short = SECOND / 10_000;
    for _ in 0..40_000 {
        runtime.spawn(async move {
            let began = std::time::Instant::now();
            while began.elapsed() < short {}
        });
    }
    let late = until(&health, |now| {
        now.runtimes().next().unwrap().state() >= RuntimeState::Late
    });
    assert_eq!(
        late.runtimes().next().unwrap().state(),
        RuntimeState::Late,
        "{late:?}"
    );
    while runtime.metrics().num_alive_tasks() > 100 {
        stays_alive(&health, short);
    }
}

#[test]
fn work_that_blocks_where_it_may_is_not_a_stuck_worker() {
    let runtime = runtime(2);
    let limit = 3 * SECOND;
    let watchdog = Watchdog::default().stalled_after(limit).stuck_after(limit);
    let health = watched(&runtime, watchdog);
    let (blocked, is_blocked) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    runtime.spawn(async move {
        tokio::task::block_in_place(|| {
            blocked.send(()).unwrap();
            let _released = released.recv();
        });
    });
    is_blocked.recv().unwrap();
    stays_alive(&health, limit + SECOND);
    drop(release);
}

#[test]
fn a_runtime_that_was_shut_down_is_no_longer_watched() {
    let (main, other) = (runtime(1), runtime(1));
    let health = watched(&main, sharp().watch("other", other.handle().clone()));
    until(&health, |now| now.runtimes().count() == 2);
    other.shutdown_background();
    let left = until(&health, |now| now.runtimes().count() == 1);
    assert_eq!(left.runtimes().next().unwrap().name(), "main");
    assert_eq!(kinds(&left), []);
}

#[test]
fn why_liveness_failed_is_written_for_the_orchestrator_and_taken_back() {
    let path = std::env::temp_dir().join(format!("termination-log-{}", std::process::id()));
    std::fs::write(&path, "").unwrap();
    let runtime = runtime(1);
    let health = watched(&runtime, sharp().termination_log(&path));
    let pulse = health.pulse("consumer").overdue_after(SECOND);
    let working = pulse.begin("commit");
    let read = || std::fs::read_to_string(&path).unwrap();
    let said = "liveness failed\n- pulse `consumer` is overdue: `commit` has not ended for 1s\n";
    until(&health, |_| read() == said);
    drop(working);
    until(&health, |_| read().is_empty());
    std::fs::remove_file(&path).unwrap();
    let _working = pulse.begin("commit");
    until(&health, |now| !now.status(Probe::Liveness).is_up());
    assert!(
        !path.exists(),
        "the file is the orchestrator's to make or not"
    );
}

#[test]
fn limits_that_would_restart_what_is_well_and_names_that_mislead_are_refused() {
    let runtime = runtime(1);
    for (watchdog, said) in [
        (
            Watchdog::default().stalled_after(SECOND / 2),
            "shorter than a second",
        ),
        (
            Watchdog::default().stuck_after(59 * SECOND),
            "one stuck worker is less than all of them",
        ),
        (
            Watchdog::default().watch("main", runtime.handle().clone()),
            "`main` is the runtime that the checks run on",
        ),
    ] {
        let health = builder().runtime(runtime.handle().clone());
        let error = health.watchdog(watchdog).start().unwrap_err().to_string();
        assert!(
            error.contains("the watchdog: ") && error.contains(said),
            "{error}"
        );
    }
}

/// Whoever is woken for a change is somebody else's code.
#[test]
fn a_waker_that_panics_does_not_end_the_watch() {
    struct Panics;
    impl std::task::Wake for Panics {
        fn wake(self: std::sync::Arc<Self>) {
            // Without the hook, which would print it.
            std::panic::resume_unwind(Box::new("somebody else's"));
        }
    }
    let runtime = runtime(1);
    let health = watched(&runtime, sharp());
    let mut changes = health.subscribe();
    let mut changed = Box::pin(changes.changed());
    let waker = std::sync::Arc::new(Panics).into();
    let mut context = std::task::Context::from_waker(&waker);
    assert!(changed.as_mut().poll(&mut context).is_pending());
    let pulse = health.pulse("consumer").overdue_after(SECOND);
    for _ in 0..2 {
        let working = pulse.begin("commit");
        until(&health, |now| !now.status(Probe::Liveness).is_up());
        drop(working);
        until(&health, |now| now.status(Probe::Liveness).is_up());
    }
    pulse.finish();
}
