use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::Probe;

fn asker(user_agent: &str) -> Asker<'_> {
    Asker::http(Probe::Readiness, "/health/ready", user_agent)
}

fn after(start: Instant, millis: u64) -> Instant {
    start + Duration::from_millis(millis)
}

#[test]
fn an_interval_is_known_after_four_questions_and_is_the_usual_one() {
    let (mut book, start) = (Book::default(), Instant::now());
    for turn in 0..3 {
        book.asked(asker("kube-probe/1.33"), true, after(start, turn * 5000));
    }
    assert_eq!(book.iter().next().unwrap().interval(), None);
    for turn in 3..20 {
        book.asked(asker("kube-probe/1.33"), true, after(start, turn * 5000));
    }
    // Somebody tries it by hand, and is called the same.
    book.asked(asker("kube-probe/1.33"), false, after(start, 95_100));
    let prober = book.iter().next().unwrap();
    assert_eq!(prober.interval(), Some(Duration::from_secs(5)));
    assert_eq!((prober.asked(), prober.was_told_up()), (21, false));
    assert_eq!(book.iter().count(), 1);
    let line = "kube-probe/1.33 asks readiness at `/health/ready` every 5.0s";
    assert_eq!(prober.to_string(), line);
}

/// As Envoy does for two clusters of the same instances.
#[test]
fn several_at_once_are_one_question() {
    let (mut book, start) = (Book::default(), Instant::now());
    for turn in 0..4 {
        for at_once in [0, 1, 3] {
            let at = after(start, turn * 2000 + at_once);
            book.asked(asker("Envoy/HC"), true, at);
        }
    }
    let prober = book.iter().next().unwrap();
    let interval = prober.interval().unwrap().as_secs_f64();
    assert!((1.9..=2.0).contains(&interval), "{interval}");
    assert_eq!(prober.asked(), 12);
}

#[test]
fn each_probe_place_and_name_is_one() {
    let (mut book, now) = (Book::default(), Instant::now());
    let grpc = Asker::grpc(Probe::Readiness, "", "");
    let named = Asker::grpc(Probe::Readiness, "pkg.Orders", "grpc-go/1.70");
    let live = Asker::http(Probe::Liveness, "/health/live", "a");
    for asker in [asker("a"), asker("b"), live, grpc, named, asker("a")] {
        book.asked(asker, true, now);
    }
    let lines: Vec<_> = book.iter().map(ToString::to_string).collect();
    let expected = [
        "a asks readiness at `/health/ready` now and then",
        "b asks readiness at `/health/ready` now and then",
        "a asks liveness at `/health/live` now and then",
        "a prober without a user agent asks readiness over gRPC now and then",
        "grpc-go/1.70 asks readiness over gRPC, as `pkg.Orders` now and then",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn made_up_names_push_out_nobody_who_asks_regularly() {
    let (mut book, start) = (Book::default(), Instant::now());
    let mut now = start;
    for turn in 0..1000_u64 {
        now = after(start, turn * 1000);
        book.asked(asker("ELB-HealthChecker/2.0"), true, now);
        for name in 0..100 {
            book.asked(asker(&format!("made-up/{turn}.{name}")), true, now);
        }
    }
    assert_eq!(book.iter().count(), MOST);
    let regulars: Vec<_> = book.regulars(now).map(Entry::report).collect();
    assert_eq!(regulars.len(), 1);
    assert_eq!(regulars[0].user_agent(), "ELB-HealthChecker/2.0");
    assert_eq!(regulars[0].asked(), 1000);
}

#[test]
fn where_all_are_regular_the_next_has_no_place_until_one_has_gone() {
    let (mut book, start) = (Book::default(), Instant::now());
    for turn in 0..4 {
        for name in 0..MOST {
            book.asked(asker(&name.to_string()), true, after(start, turn * 1000));
        }
    }
    book.asked(asker("late"), true, after(start, 4000));
    assert!(book.iter().all(|prober| prober.user_agent() != "late"));
    assert_eq!(book.turned_away, 1);
    book.asked(asker("late"), true, after(start, 60_000));
    assert!(book.iter().any(|prober| prober.user_agent() == "late"));
    assert_eq!(book.iter().count(), MOST);
}

#[test]
fn a_name_is_one_honest_line_and_short() {
    let (mut book, now) = (Book::default(), Instant::now());
    let long = format!("a\n[+]b\u{202e}{}", "é".repeat(100));
    book.asked(asker(&long), true, now);
    book.asked(asker(&long), true, now);
    let kept = book.iter().next().unwrap();
    assert!(kept.user_agent().starts_with("a [+]b é"));
    assert!(kept.user_agent().len() <= LONGEST);
    assert_eq!((kept.asked(), book.iter().count()), (2, 1));
}

proptest! {
    #[test]
    fn it_is_bounded_and_counts_each_once(
        asks in proptest::collection::vec((0..80_u32, 0..2000_u64), 0..600),
    ) {
        let (mut book, mut now) = (Book::default(), Instant::now());
        for (name, millis) in asks {
            now += Duration::from_millis(millis);
            book.asked(asker(&name.to_string()), true, now);
            prop_assert!(book.iter().count() <= MOST);
        }
        let mut names: Vec<_> = book.iter().map(|prober| prober.agent.clone()).collect();
        names.sort_unstable();
        let before = names.len();
        names.dedup();
        prop_assert_eq!(names.len(), before);
    }
}
