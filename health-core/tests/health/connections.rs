use std::future::pending;
use std::io;
use std::task::Waker;
use std::time::Duration;

use health_core::{Half, Phase};
use tokio::time::{Instant, sleep, sleep_until};

use crate::support::{builder, until};

const SECOND: Duration = Duration::from_secs(1);
const HALF: Duration = Duration::from_millis(500);

#[tokio::test(start_paused = true)]
async fn a_drain_waits_for_the_last_connection_and_for_what_was_left_behind() {
    let health = builder().start().unwrap();
    let (connection, hold) = (health.connections().open(), health.hold());
    let began = Instant::now();
    health.shutdown();
    let run = tokio::spawn({
        let health = health.clone();
        async move { health.run(async { Ok::<_, io::Error>(()) }).await.unwrap() }
    });
    sleep_until(began + 3 * SECOND).await;
    assert!(connection.is_closing() && !connection.is_ended());
    assert_eq!(health.snapshot().connections(), 1);
    drop(connection);
    sleep_until(began + 4 * SECOND).await;
    assert_eq!(health.snapshot().phase(), Phase::Closing);
    drop(hold);
    let report = run.await.unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!(began.elapsed(), 4 * SECOND);
}

/// There was a moment with nothing in flight before the last connection went: it says nothing.
#[tokio::test(start_paused = true)]
async fn what_came_on_the_last_connection_and_outlives_it_is_waited_for() {
    let health = builder().start().unwrap();
    let connection = health.connections().open();
    let began = Instant::now();
    let run = tokio::spawn({
        let health = health.clone();
        async move { health.run(async { Ok::<_, io::Error>(()) }).await.unwrap() }
    });
    sleep_until(began + 3 * SECOND).await;
    let hold = health.hold();
    drop(connection);
    sleep_until(began + 4 * SECOND).await;
    assert_eq!(health.snapshot().phase(), Phase::Closing);
    drop(hold);
    let report = run.await.unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!(began.elapsed(), 4 * SECOND);
}

/// There was a moment without a connection before the server ended: it says nothing.
#[tokio::test(start_paused = true)]
async fn a_connection_that_a_server_leaves_behind_is_waited_for() {
    let health = builder().start().unwrap();
    let (caller, closing) = (health.clone(), health.closing());
    let server = async move {
        closing.await;
        sleep(SECOND).await;
        let connection = caller.connections().open();
        tokio::spawn(async move {
            sleep(5 * SECOND).await;
            drop(connection);
        });
        Ok::<_, io::Error>(())
    };
    let began = Instant::now();
    health.shutdown();
    let report = health.run(server).await.unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!(began.elapsed(), 16 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_requests_are_ended_first_and_connections_half_a_second_later() {
    let health = builder().start().unwrap();
    let (connection, hold) = (health.connections().open(), health.hold());
    let began = Instant::now();
    health.shutdown();
    let run = tokio::spawn({
        let health = health.clone();
        async move { health.run(pending::<io::Result<()>>()).await.unwrap() }
    });
    let deadline = began + 25 * SECOND;
    sleep_until(deadline + HALF / 2).await;
    assert!(hold.flags().is_ended() && !connection.is_ended());
    sleep_until(deadline + HALF + HALF / 2).await;
    assert!(connection.is_ended() && connection.wait(Half::Write, Waker::noop()));
    let report = run.await.unwrap();
    assert_eq!(began.elapsed(), 26 * SECOND);
    assert_eq!((report.remaining, report.connections), (1, 1));
    assert_eq!(
        report.to_string(),
        "gave up 25.0 s after a call of shutdown(): 1 still in flight, 1 connection open, and the server had not ended: \
         a hold for 25.0 s, a connection for 25.0 s"
    );
}

#[tokio::test(start_paused = true)]
async fn a_connection_alone_makes_a_drain_unclean() {
    let health = builder().start().unwrap();
    let connections = [health.connections().open(), health.connections().open()];
    health.shutdown();
    let report = health.run(async { Ok::<_, io::Error>(()) }).await.unwrap();
    assert!(!report.is_clean() && report.server_ended);
    assert_eq!((report.remaining, report.connections), (0, 2));
    until(&health, |now| now.phase() == Phase::Closed).await;
    drop(connections);
    assert_eq!(health.snapshot().connections(), 0);
}
