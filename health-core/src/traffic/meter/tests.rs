use std::task::Waker;
use std::thread;

use super::*;
use crate::traffic::{Ending, InFlightRequest};

const LATE: Duration = Duration::from_secs(5);

fn came(in_flight: InFlight) -> InFlightRequest {
    in_flight.enter_request().0
}

fn ends(in_flight: InFlight, ending: Ending) {
    let mut request = came(in_flight);
    request.answered();
    request.end(ending);
}

fn look(meter: &mut Meter) -> Second {
    let from = Instant::now() - Duration::from_secs(3600);
    meter.look(|_| LATE, from, Instant::now()).0
}

fn endings(second: &Second) -> [u64; 5] {
    [
        second.entered,
        second.completed,
        second.failed,
        second.cancelled,
        second.shed,
    ]
}

#[tokio::test(start_paused = true)]
async fn each_ending_is_counted_once_and_apart() {
    let in_flight = InFlight::leak();
    let mut meter = Meter::new(in_flight);
    assert_eq!(endings(&look(&mut meter)), [0; 5]);
    let stays = came(in_flight);
    for ending in [
        Ending::Completed,
        Ending::Failed,
        Ending::Shed,
        Ending::Completed,
    ] {
        ends(in_flight, ending);
    }
    drop(came(in_flight));
    let second = look(&mut meter);
    assert_eq!(endings(&second), [6, 2, 1, 1, 1]);
    assert_eq!((second.in_flight, second.unanswered), (1, 1));
    assert_eq!(endings(&look(&mut meter)), [0; 5], "nothing twice");
    drop(stays);
    assert_eq!(endings(&look(&mut meter)), [0, 0, 0, 1, 0]);
}

#[tokio::test(start_paused = true)]
async fn the_first_word_holds_unless_what_was_answered_fails() {
    let in_flight = InFlight::leak();
    let mut meter = Meter::new(in_flight);
    let end = |first, second| {
        let mut request = came(in_flight);
        request.end(first);
        request.end(second);
    };
    end(Ending::Completed, Ending::Failed);
    end(Ending::Failed, Ending::Completed);
    end(Ending::Shed, Ending::Failed);
    assert_eq!(endings(&look(&mut meter)), [3, 0, 2, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn holds_and_what_a_drain_ends_say_nothing() {
    let in_flight = InFlight::leak();
    let mut meter = Meter::new(in_flight);
    let hold = in_flight.enter();
    let request = came(in_flight);
    let second = look(&mut meter);
    assert_eq!(
        (second.in_flight, second.unanswered),
        (1, 1),
        "the hold is none"
    );
    drop(hold);
    in_flight.end();
    drop(request);
    assert_eq!(endings(&look(&mut meter)), [0; 5]);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_head_is_overdue_once_and_a_body_never() {
    let in_flight = InFlight::leak();
    let mut meter = Meter::new(in_flight);
    let mut waits = came(in_flight);
    waits.wait(Waker::noop(), || ("GET", "/waits"));
    let mut streams = came(in_flight);
    streams.wait(Waker::noop(), || ("GET", "/streams"));
    streams.answered();
    streams.wait(Waker::noop(), || ("GET", "/streams"));
    tokio::time::advance(LATE / 2).await;
    let second = look(&mut meter);
    assert_eq!((second.overdue, second.unanswered), (0, 1));
    let (name, age) = second.oldest.unwrap();
    assert_eq!((name.to_string().as_str(), age), ("GET /waits", LATE / 2));
    // Nobody was there before this moment.
    let from = Instant::now();
    tokio::time::advance(LATE / 2).await;
    assert_eq!(meter.look(|_| LATE, from, Instant::now()).0.overdue, 0);
    assert_eq!(look(&mut meter).overdue, 1);
    assert_eq!(look(&mut meter).overdue, 0, "it was told");
    waits.answered();
    let second = look(&mut meter);
    assert_eq!(
        (second.overdue, second.recovered, second.unanswered),
        (0, 1, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn times_are_those_until_the_head_and_in_the_queue() {
    let in_flight = InFlight::leak();
    let mut meter = Meter::new(in_flight);
    // Few come: all have their time taken.
    look(&mut meter);
    let mut request = came(in_flight);
    for _ in 0..2 {
        request.queued();
        tokio::time::advance(Duration::from_millis(100)).await;
    }
    request.admitted();
    tokio::time::advance(Duration::from_millis(100)).await;
    request.admitted();
    request.answered();
    tokio::time::advance(Duration::from_secs(100)).await;
    request.end(Ending::Completed);
    drop(request);
    let mut gives_up = came(in_flight);
    gives_up.wait(Waker::noop(), || ("GET", "/"));
    tokio::time::advance(Duration::from_secs(2)).await;
    drop(gives_up);
    let second = look(&mut meter);
    let about = |taken: &Taken, share, millis: u64| {
        let quantile = taken.quantile(share).unwrap();
        let expected = Duration::from_millis(millis);
        assert!(
            quantile >= expected && quantile < expected * 108 / 100,
            "{quantile:?}"
        );
    };
    assert_eq!((second.waited.count(), second.took.count()), (1, 2));
    about(&second.waited, 0.5, 200);
    about(&second.took, 0.1, 300);
    about(&second.took, 1.0, 2000);
}

#[tokio::test(start_paused = true)]
async fn a_group_has_its_own_share() {
    let in_flight = InFlight::leak();
    let mut meter = Meter::new(in_flight);
    let orders = in_flight.group("orders").unwrap();
    assert_eq!(in_flight.group("orders").unwrap().name(), orders.name());
    let mut request = came(in_flight);
    request.of_group(orders);
    request.answered();
    request.end(Ending::Failed);
    // It may end on another thread than it came on.
    thread::spawn(move || drop(request)).join().unwrap();
    let mut waits = came(in_flight);
    waits.of_group(orders);
    waits.wait(Waker::noop(), || ("GET", "/orders"));
    ends(in_flight, Ending::Completed);
    let (whole, groups) = meter.look(|_| LATE, Instant::now(), Instant::now());
    assert_eq!(endings(&whole), [3, 1, 1, 0, 0]);
    let [(group, second)] = &groups[..] else {
        panic!("{groups:?}");
    };
    assert_eq!(group.name(), "orders");
    assert_eq!(endings(second), [2, 0, 1, 0, 0]);
    assert_eq!((second.unanswered, second.took.count()), (1, 1));
    assert!(second.oldest.is_some());
}

#[test]
fn names_made_from_data_do_not_fill_memory() {
    let in_flight = InFlight::leak();
    let made = (0..100).filter_map(|name| in_flight.group(&format!("group {name}")));
    assert_eq!(made.count(), crate::traffic::in_flight::MOST_GROUPS);
    assert!(in_flight.group("group 0").is_some(), "it is there already");
}

/// A failure is counted just before its request has left.
#[test]
fn a_failure_that_is_seen_before_it_has_left_costs_no_completion() {
    let mut running = Running::default();
    let failed = |failed| Endings {
        failed,
        ..Endings::default()
    };
    let second = running.second(3, 1, failed(2));
    assert_eq!((second.failed, second.completed), (2, 0));
    let second = running.second(3, 3, failed(2));
    assert_eq!((second.failed, second.completed), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn what_waits_in_the_queue_or_by_design_is_not_overdue() {
    let in_flight = InFlight::leak();
    let mut meter = Meter::new(in_flight);
    let mut queued = came(in_flight);
    queued.queued();
    queued.wait(Waker::noop(), || ("GET", "/queued"));
    let mut polls = came(in_flight);
    polls.patient();
    polls.wait(Waker::noop(), || ("GET", "/polls"));
    tokio::time::advance(LATE).await;
    let second = look(&mut meter);
    assert_eq!((second.overdue, second.unanswered), (0, 1));
    assert_eq!(second.oldest.unwrap().0.to_string(), "GET /queued");
    // From when the service is ready for it, somebody is to answer it.
    queued.admitted();
    tokio::time::advance(LATE / 2).await;
    assert_eq!(look(&mut meter).overdue, 0);
    tokio::time::advance(LATE / 2).await;
    assert_eq!(look(&mut meter).overdue, 1);
    drop(polls);
    assert_eq!(endings(&look(&mut meter)), [0, 0, 0, 1, 0]);
}

#[tokio::test(start_paused = true)]
async fn each_group_has_its_own_patience() {
    let in_flight = InFlight::leak();
    let mut meter = Meter::new(in_flight);
    let group = in_flight.group("slow").unwrap();
    let from = Instant::now();
    let mut slow = came(in_flight);
    slow.of_group(group);
    slow.of_group(in_flight.group("other").unwrap());
    slow.wait(Waker::noop(), || ("GET", "/slow"));
    let limit = |of: Option<RouteGroup>| {
        of.map_or(LATE, |of| {
            assert_eq!(of, group, "the first one holds");
            2 * LATE
        })
    };
    tokio::time::advance(LATE).await;
    assert_eq!(meter.look(limit, from, Instant::now()).0.overdue, 0);
    tokio::time::advance(LATE).await;
    let (whole, groups) = meter.look(limit, from, Instant::now());
    assert_eq!((whole.overdue, groups[0].1.overdue), (1, 1));
    slow.answered();
    let (whole, groups) = meter.look(limit, from, Instant::now());
    assert_eq!((whole.recovered, groups[0].1.recovered), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_panics_has_failed_and_who_leaves_a_response_was_answered() {
    let in_flight = InFlight::leak();
    let mut meter = Meter::new(in_flight);
    let mut panicked = came(in_flight);
    panicked.running(true);
    drop(panicked);
    let mut returned = came(in_flight);
    returned.running(true);
    returned.running(false);
    drop(returned);
    let mut answered = came(in_flight);
    answered.answered();
    drop(answered);
    assert_eq!(endings(&look(&mut meter)), [3, 1, 1, 1, 0]);
}
