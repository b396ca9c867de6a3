use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use health_core::{Check, HealthBuilder};
use tokio::time::sleep;

use crate::recorder::Recorder;
use crate::support::builder;

pub(crate) async fn a_check_that_blocks_its_runtime_is_named() {
    let (recorder, _guard) = Recorder::here();
    let blocks = Arc::new(Mutex::new(Duration::from_millis(10)));
    let runs = Arc::new(AtomicUsize::new(0));
    let (seen, counted) = (Arc::clone(&blocks), Arc::clone(&runs));
    let check = Check::external("blocks", move || {
        let (seen, counted) = (Arc::clone(&seen), Arc::clone(&counted));
        async move {
            sleep(Duration::from_millis(1)).await;
            thread::sleep(*seen.lock().unwrap());
            counted.fetch_add(1, Ordering::SeqCst);
            true
        }
    });
    let health = builder().check(check).start().unwrap();
    for (millis, told) in [(10, 0), (60, 1), (70, 1), (200, 2)] {
        *blocks.lock().unwrap() = Duration::from_millis(millis);
        let before = runs.load(Ordering::SeqCst);
        while runs.load(Ordering::SeqCst) < before + 3 {
            sleep(Duration::from_secs(1)).await;
        }
        let said = recorder.said();
        let named = said
            .matches("check `blocks` blocked its runtime for")
            .count();
        assert_eq!(named, told, "after {millis} ms: {said}");
        let way_out = "make it a plain `fn`, or a `Check::external_blocking`, which runs on a thread of its own";
        assert_eq!(said.matches(way_out).count(), told, "{said}");
    }
    drop(health);
}

pub(crate) async fn a_liveness_check_that_blocks_is_named(elsewhere: &Recorder) {
    let runs = Arc::new(AtomicUsize::new(0));
    let millis = |millis| {
        let runs = Arc::clone(&runs);
        move |(): &()| {
            thread::sleep(Duration::from_millis(millis));
            runs.fetch_add(1, Ordering::SeqCst) < usize::MAX
        }
    };
    let slow = Check::liveness("slow", (), millis(120));
    let fast = Check::liveness("fast", (), millis(1));
    // It may: it has a thread for it.
    let blocking = Check::readiness_blocking("blocking", || {
        thread::sleep(Duration::from_millis(120));
        true
    });
    let short = Duration::from_millis(20);
    let checks = [slow, fast, blocking].map(|check| check.every(short));
    let health = checks.into_iter().fold(builder(), HealthBuilder::check);
    let health = health.start().unwrap();
    while runs.load(Ordering::SeqCst) < 50 {
        thread::sleep(short);
    }
    drop(health);
    let said = elsewhere.said();
    let named = said.matches("liveness check `slow` took 1");
    assert_eq!(named.count(), 1, "{said}");
    assert!(
        said.contains("it must answer from memory, at once"),
        "{said}"
    );
    for name in ["fast", "blocking"] {
        assert!(!said.contains(&format!("check `{name}` took")), "{said}");
        assert!(!said.contains(&format!("check `{name}` blocked")), "{said}");
    }
}
