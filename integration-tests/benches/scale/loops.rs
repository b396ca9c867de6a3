use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tower::ServiceExt as _;

use crate::setup::{APPLICATION, Answering, PROBE, Running, ask};

/// Between two requests of a loop.
const PAUSE: Duration = Duration::from_millis(1);
/// More than a loop makes.
const MOST_REQUESTS: usize = 1 << 16;

/// Sorted, once the loops have ended.
pub(crate) struct Latencies {
    pub(crate) probe: Vec<Duration>,
    pub(crate) application: Vec<Duration>,
}

impl Latencies {
    /// Room for all that a loop may find, so that it doesn't allocate while the heap is measured.
    pub(crate) fn room() -> Self {
        let [probe, application] = [(); 2].map(|()| Vec::with_capacity(MOST_REQUESTS));
        Self { probe, application }
    }
}

/// Does `work` while a thread asks for probes, and another asks the application.
pub(crate) fn with_loops<R>(
    room: Latencies,
    running: &Running,
    work: impl FnOnce() -> R,
) -> (Latencies, R) {
    let (handle, service) = (running.runtime.handle(), running.service());
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let begin = |path, room| {
            let (service, ended) = (service.clone(), &ended);
            scope.spawn(move || latencies(room, handle, &service, path, ended))
        };
        let probe = begin(PROBE, room.probe);
        let application = begin(APPLICATION, room.application);
        let result = work();
        ended.store(true, Ordering::Relaxed);
        let sorted = |asked: thread::ScopedJoinHandle<'_, Vec<Duration>>| {
            let mut latencies = asked.join().expect("nothing panics");
            latencies.sort_unstable();
            latencies
        };
        let (probe, application) = (sorted(probe), sorted(application));
        (Latencies { probe, application }, result)
    })
}

/// Hands each request to the runtime from outside, as a socket does.
fn latencies(
    mut latencies: Vec<Duration>,
    runtime: &Handle,
    service: &impl Answering,
    path: &'static str,
    ended: &AtomicBool,
) -> Vec<Duration> {
    while !ended.load(Ordering::Relaxed) {
        let begin = Instant::now();
        let answer = runtime.spawn(service.clone().oneshot(ask(path)));
        let answer = runtime.block_on(answer).expect("nothing panics");
        latencies.push(begin.elapsed());
        let _answer = black_box(answer);
        thread::sleep(PAUSE);
    }
    latencies
}
