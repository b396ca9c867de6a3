use health_tower::{CheckState, Probe, Step, Synthetic};
use http::Request;
use tower::{Service as _, ServiceExt as _};

use crate::world::{SECOND, World};

const NAME: &str = "GET /status/200";

#[tokio::test(start_paused = true)]
async fn every_thirty_seconds_however_often_the_probe_is_asked() {
    let world = World::new();
    world.start(Synthetic::get("/status/200"));
    assert!(!world.health.status(Probe::External).is_up());
    world.state(NAME, CheckState::Up).await;
    let mut service = world.service.clone();
    for _ in 0..1000 {
        let probe = Request::get("/health/external").body(Default::default());
        let answer = service.ready().await.unwrap().call(probe.unwrap()).await;
        assert_eq!(answer.unwrap().status(), 200);
        tokio::time::advance(SECOND / 1000).await;
    }
    let first = world.seen();
    assert_eq!(first.len(), 1, "{first:?}");
    tokio::time::sleep(300 * SECOND).await;
    let all = world.seen();
    assert!((9..=10).contains(&all.len()), "{}", all.len());
    for pair in all.windows(2) {
        let apart = pair[1].at - pair[0].at;
        assert!(apart >= 30 * SECOND && apart < 31 * SECOND, "{apart:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn intervals_vary_by_a_tenth() {
    let world = World::new();
    let synthetic = Synthetic::get("/status/200");
    let started = synthetic
        .through(world.service.clone())
        .start(&world.health);
    started.unwrap();
    tokio::time::sleep(900 * SECOND).await;
    let all = world.seen();
    let apart: Vec<_> = all.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    assert!(
        apart
            .iter()
            .all(|apart| *apart >= 27 * SECOND && *apart <= 33 * SECOND + SECOND / 100)
    );
    assert!(
        apart
            .iter()
            .max()
            .unwrap()
            .abs_diff(*apart.iter().min().unwrap())
            > SECOND
    );
}

#[tokio::test(start_paused = true)]
async fn as_often_as_is_said_in_words_or_as_a_duration_and_after_a_delay() {
    let world = World::new();
    let words = Synthetic::new("words").step(Step::get("/words/0"));
    world.start(words.every("1m 30s").initial_delay("10s"));
    let duration = Synthetic::new("duration").step(Step::get("/duration/0"));
    world.start(duration.every(45 * SECOND));
    tokio::time::sleep(9 * SECOND).await;
    let early = world.seen();
    assert!(matches!(&early[..], [one] if one.path == "/duration/0"));
    tokio::time::sleep(352 * SECOND).await;
    let all = world.seen();
    let count = |path| all.iter().filter(|seen| seen.path == path).count();
    assert_eq!((count("/words/0"), count("/duration/0")), (4, 8));
}

/// One that takes longer than its interval is followed at once, and never met by the next.
#[tokio::test(start_paused = true)]
async fn runs_never_overlap() {
    let world = World::new();
    let slow = Synthetic::get("/slow/3");
    world.start(slow.every("1s").timeout("10s"));
    tokio::time::sleep(31 * SECOND).await;
    let all = world.seen();
    assert!((10..=11).contains(&all.len()), "{}", all.len());
    assert!(
        all.windows(2)
            .all(|pair| pair[1].at - pair[0].at >= 3 * SECOND)
    );
}
