use std::future::poll_fn;
use std::task::Poll;

use tokio_test::{assert_pending, assert_ready, task};

use super::*;

fn waiting(connection: &Connection, half: Half) -> task::Spawn<impl Future<Output = ()>> {
    task::spawn(poll_fn(move |cx| {
        if connection.wait(half, cx.waker()) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }))
}

#[test]
fn idle_waits_for_the_last_connection() {
    let connections = Connections::new();
    assert_ready!(task::spawn(connections.idle()).poll());
    let (first, second) = (connections.open(), connections.open());
    assert_eq!(connections.count(), 2);
    let mut idle = task::spawn(connections.idle());
    assert_pending!(idle.poll());
    drop(first);
    assert_pending!(idle.poll());
    drop(second);
    assert!(idle.is_woken());
    assert_ready!(idle.poll());
    assert_eq!(connections.count(), 0);
}

#[test]
fn the_end_wakes_both_halves_of_every_connection() {
    let connections = Connections::new();
    let open = [connections.open(), connections.open()];
    let halves = [Half::Read, Half::Write];
    let each = open.iter().flat_map(|one| halves.map(|half| (one, half)));
    let mut waiting: Vec<_> = each.map(|(one, half)| waiting(one, half)).collect();
    for half in &mut waiting {
        assert_pending!(half.poll());
        assert_pending!(half.poll());
    }
    connections.end();
    for half in &mut waiting {
        assert!(half.is_woken());
        assert_ready!(half.poll());
    }
}

#[test]
fn closing_wakes_who_reads_and_is_not_for_those_that_come_later() {
    let connections = Connections::new();
    let open = connections.open();
    let (mut read, mut write) = (waiting(&open, Half::Read), waiting(&open, Half::Write));
    assert_pending!(read.poll());
    assert_pending!(write.poll());
    assert!(!open.is_closing());
    connections.close();
    assert!(read.is_woken() && !write.is_woken());
    assert!(open.is_closing() && !open.is_ended());
    assert!(!connections.open().is_closing());
    connections.end();
    connections.close();
    assert!(write.is_woken() && open.is_ended());
}

#[test]
fn the_last_waker_of_a_half_counts() {
    let connections = Connections::new();
    let connection = connections.open();
    let mut before = waiting(&connection, Half::Read);
    let mut after = waiting(&connection, Half::Read);
    assert_pending!(before.poll());
    assert_pending!(after.poll());
    connections.end();
    assert!(after.is_woken() && !before.is_woken());
}

#[test]
fn what_comes_after_the_end_has_ended_and_counts_until_it_is_gone() {
    let connections = Connections::new();
    connections.end();
    let late = connections.open();
    assert!(late.is_ended() && late.wait(Half::Read, Waker::noop()));
    assert_eq!(connections.count(), 1);
    drop(late);
    assert_eq!(connections.count(), 0);
}

#[test]
fn connections_that_are_gone_leave_nothing_behind() {
    let connections = Connections::new();
    for _ in 0..1000 {
        drop(connections.open());
    }
    let room = connections.0.lines().open.capacity();
    assert!(room < 1000, "each takes the place of the one before");
    connections.end();
}

/// A place that was left is taken again, and comes before older ones then.
#[test]
fn the_oldest_are_named_first_whatever_place_they_have() {
    let connections = Connections::new();
    let from = |port: u16| connections.open_from(([10, 0, 0, 7], port).into());
    let (first, _second, _third) = (from(1), from(2), from(3));
    drop(first);
    let _fourth = from(4);
    let named = |most| {
        let all = connections.unfinished(most).into_iter();
        all.map(|one| one.what).collect::<Vec<_>>()
    };
    let expected = [2, 3, 4].map(|port| format!("a connection from 10.0.0.7:{port}"));
    assert_eq!(named(10), expected);
    assert_eq!(named(2), expected[..2]);
}
