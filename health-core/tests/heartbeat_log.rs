//! What is logged of a heartbeat: one event for each change of its state. A binary of its own with one test: the log has a thread of
//! its own, which only a global subscriber hears.

#![cfg(feature = "heartbeat")]
#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::mpsc;
use std::time::{Duration, Instant};

use health_core::heartbeat::{Fault, InMemory, Step};
use health_core::{Health, Heartbeat};

mod recorder;

use recorder::Recorder;

/// Waits for as many lines as there should be, each with all of these words.
fn hears(recorder: &Recorder, expected: &[&[&str]]) {
    let is_one = |line: &String| line.contains(" heartbeat=");
    let began = Instant::now();
    while recorder.lines().iter().filter(|line| is_one(line)).count() < expected.len() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{}",
            recorder.said()
        );
        std::thread::yield_now();
    }
    let mut lines = recorder.take();
    lines.retain(is_one);
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, words) in lines.iter().zip(expected) {
        assert!(
            words.iter().all(|word| line.contains(word)),
            "{words:?}: {lines:#?}"
        );
    }
}

#[test]
fn each_change_of_a_heartbeat_is_one_event() {
    let recorder = Recorder::everywhere();
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let builder = Health::builder()
        .linked(false)
        .runtime(runtime.handle().clone());
    let health = builder.start().unwrap();
    let coordinator = InMemory::new();
    coordinator.inject(Step::Join, Fault::Refuse("the list is full".to_owned()), 3);
    coordinator.inject(Step::Leave, Fault::Refuse("no leader".to_owned()), 1);
    let membership = Heartbeat::to(coordinator.clone())
        .name("orders-1")
        .every(Duration::from_millis(100))
        .revoke_after(Duration::from_secs(2))
        .start(&health)
        .unwrap();
    let named = "heartbeat=\"orders-1\" backend=\"in-memory\"";
    hears(
        &recorder,
        &[
            // Three refusals are one event.
            &[
                "WARN",
                named,
                "is still joining",
                r#"reason="the list is full""#,
                "incarnation=1",
            ],
            &[
                "INFO",
                named,
                "from=\"joining\" to=\"member\"",
                "incarnation=4",
            ],
        ],
    );

    let (release, released) = mpsc::channel::<()>();
    runtime.spawn(async move { released.recv() });
    hears(
        &recorder,
        &[
            &[
                "WARN",
                named,
                "from=\"member\" to=\"withheld\"",
                "nothing earns a beat",
            ],
            &[
                "WARN",
                named,
                "from=\"withheld\" to=\"stalled\"",
                "membership is given back",
            ],
            &[
                "WARN",
                named,
                "is still stalled",
                "it could not leave",
                "no leader",
            ],
        ],
    );
    drop(release);
    hears(
        &recorder,
        &[
            &["INFO", named, "from=\"stalled\" to=\"joining\""],
            &[
                "INFO",
                named,
                "from=\"joining\" to=\"member\"",
                "incarnation=5",
            ],
        ],
    );

    coordinator.inject(Step::Beat, Fault::Gone, 1);
    hears(
        &recorder,
        &[
            &[
                "WARN",
                named,
                "from=\"member\" to=\"fenced\"",
                "there is no such member",
            ],
            &["INFO", named, "from=\"fenced\" to=\"joining\""],
            &[
                "INFO",
                named,
                "from=\"joining\" to=\"member\"",
                "incarnation=6",
            ],
        ],
    );
    let warning = Fault::Warn("it is\nfull".to_owned());
    coordinator.inject(Step::Beat, warning, usize::MAX);
    hears(
        &recorder,
        &[&[
            "WARN",
            named,
            "is member, and its backend warns",
            "reason=\"it is full\"",
        ]],
    );
    coordinator.heal();
    // For the fourth time within a minute, that it is a member is told no more; on a machine that took longer, it would be.
    let again = began.elapsed() < Duration::from_secs(30);
    if again {
        coordinator.inject(Step::Beat, Fault::Gone, 1);
        let joined = || membership.report().incarnation() == 7 && membership.is_member();
        while !joined() {
            std::thread::yield_now();
        }
        assert!(began.elapsed() < Duration::from_secs(60));
    }
    health.shutdown();
    let nothing = async { Ok::<_, std::io::Error>(()) };
    runtime.block_on(health.run(nothing)).unwrap();
    let left: &[_] = &["INFO", named, "from=\"member\" to=\"left\""];
    let lines: &[&[&str]] = if again {
        &[
            &["WARN", named, "from=\"member\" to=\"fenced\""],
            &["INFO", named, "from=\"fenced\" to=\"joining\""],
            left,
        ]
    } else {
        &[left]
    };
    hears(&recorder, lines);
}
