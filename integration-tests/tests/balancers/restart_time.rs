//! A restart takes the lame duck and the work that is left, and nothing else.

use std::time::Duration;

use integration_tests::wire::Wire;
use integration_tests::work;

use crate::instance::{Exit, Instance};
use crate::mode::Mode;
use crate::place::Place;

/// A lame duck of 300 ms, and a deadline beyond anybody's patience.
const PROMPT: Mode = Mode {
    server: "axum",
    ending: &["health", "300", "3600000"],
};

/// How long a restart took with a download that had this long to go.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) work: Duration,
    pub(crate) exit: Exit,
}

/// Ends an instance just after a download has begun that has this time between its pieces.
async fn restart(pace: Option<Duration>) -> Taken {
    let instance = Instance::start(Place::new().free(), PROMPT).await;
    let Some(pace) = pace else {
        let terminated = instance.terminate();
        let exit = instance.exit(terminated).await;
        return Taken {
            work: Duration::ZERO,
            exit,
        };
    };
    let mut wire = Wire::connect(instance.addr()).await;
    let path = format!("{}{}", work::DOWNLOAD, pace.as_millis());
    wire.request("GET", &path).await;
    assert_eq!(wire.head().await.status, 200);
    let terminated = instance.terminate();
    let mut pieces = Vec::new();
    while let Some(piece) = wire.chunk().await.unwrap() {
        pieces.extend(piece);
    }
    let work = terminated.elapsed();
    assert_eq!(pieces, work::whole(), "nothing of it is lost");
    let exit = instance.exit(terminated).await;
    Taken { work, exit }
}

pub(crate) async fn measure() -> Vec<Taken> {
    let mut times = Vec::new();
    for pace in [
        None,
        Some(work::PACE),
        Some(2 * work::PACE),
        Some(work::SLOW_PACE),
    ] {
        times.push(restart(pace).await);
    }
    times
}

/// With a deadline of an hour, only the end of the work can be what ends it.
#[tokio::test]
async fn a_restart_ends_with_its_lame_duck_or_with_its_work() {
    let idle = restart(None).await;
    let short = restart(Some(work::PACE)).await;
    let long = restart(Some(work::SLOW_PACE)).await;
    println!("{idle:?}\n{short:?}\n{long:?}");
    for taken in [&idle, &short, &long] {
        let drain = taken.exit.drain.as_ref().unwrap();
        assert!(drain.clean);
        assert_eq!(drain.lame_duck, Duration::from_millis(300));
        assert!(taken.exit.took >= drain.lame_duck + drain.closing);
        assert!(taken.exit.took >= taken.work);
    }
    let ends = [idle, short, long].map(|taken| taken.exit.took);
    assert!(ends.is_sorted(), "{ends:?}");
}
