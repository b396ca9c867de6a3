//! The status and the body of one answer are of one moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use health_tower::{Check, Health, Probe};

use crate::world::{JSON, get, open};

const ENOUGH: usize = 300;
const OFTEN: Duration = Duration::from_millis(10);

/// A fatal error comes and goes as fast as it can, and a check flips with each run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_flips_meanwhile_the_status_and_the_body_agree() {
    let runs = Arc::new(AtomicUsize::new(0));
    let flips = Check::readiness("flips", move || {
        let run = runs.fetch_add(1, Ordering::Relaxed);
        async move { run.is_multiple_of(2) }
    });
    let flips = flips
        .fail_after(1)
        .pass_after(1)
        .every(OFTEN)
        .backoff(OFTEN);
    let health = Health::builder()
        .linked(false)
        .check(flips)
        .start()
        .unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let flipping = thread::spawn({
        let (health, stop) = (health.clone(), Arc::clone(&stop));
        move || {
            while !stop.load(Ordering::Relaxed) {
                health.report_fatal("disk", "full");
                health.clear_fatal("disk");
            }
        }
    });
    let layer = open(&health);
    // Down for the one reason, down for the other, up.
    let mut told = [0; 3];
    while told.iter().any(|times| *times < ENOUGH) {
        let answer = get(&layer, "/health/ready", JSON).await;
        let document = answer.json();
        let check = &document["checks"]["flips"][0];
        let noted = document.get("notes").is_some();
        let failed = check["status"] == "fail";
        assert_eq!(failed, check["state"] != "up", "{document}");
        let up = answer.status == 200;
        assert_eq!(up, document["status"] != "fail", "{document}");
        assert_eq!(up, !noted && !failed, "{}: {document}", answer.status);
        told[if noted { 0 } else { 1 + usize::from(up) }] += 1;

        let answer = get(&layer, "/health/ready?verbose", "*/*").await;
        let (text, up) = (answer.text(), answer.status == 200);
        let last = text.lines().next_back().unwrap();
        assert_eq!(up, last.starts_with("readiness ok ("), "{text}");
        assert_eq!(up, !text.contains("[-]"), "{}: {text}", answer.status);
        tokio::task::yield_now().await;
    }
    stop.store(true, Ordering::Relaxed);
    flipping.join().unwrap();
}

#[tokio::test]
async fn who_was_told_with_details_that_start_up_is_over_was_told() {
    let health = Health::builder().linked(false).start().unwrap();
    let layer = open(&health);
    let verbose = "/health/startup?verbose";
    let early = health.startup_task("early");
    assert_eq!(get(&layer, verbose, "*/*").await.status, 503);
    early.done();
    let untold = health.startup_task("in time");
    assert_eq!(get(&layer, verbose, "*/*").await.status, 503);
    untold.done();
    let answer = get(&layer, "/health/startup", JSON).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["status"]),
        (200, &"pass".into())
    );
    let late = health.startup_task("late");
    assert!(
        health.status(Probe::Startup).is_up(),
        "it can't be taken back"
    );
    let answer = get(&layer, verbose, "*/*").await;
    assert_eq!(answer.text(), "startup ok (serving, 0 in flight)\n");
    late.done();
}
