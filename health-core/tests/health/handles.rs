use std::time::Duration;

use health_core::{Check, CheckState, Probe};

use crate::support::{Switch, builder, until};

#[tokio::test(start_paused = true)]
async fn the_last_handle_dropped_stops_every_check_and_readiness() {
    let database = Switch::new(true);
    let health = builder().check(database.check("database")).start().unwrap();
    until(&health, |now| now.status(Probe::Readiness).is_up()).await;
    let board = health.board();
    drop(health.clone());
    tokio::time::sleep(Duration::from_secs(60)).await;
    let (runs, up) = (database.runs(), board.status(Probe::Readiness).is_up());
    assert!(runs > 10 && up, "a clone was dropped, not the last handle");

    drop(health);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(database.runs(), runs);
    assert!(!board.status(Probe::Readiness).is_up());
}

/// Synchronous checks run on threads of their own, which nothing but the last handle ends.
#[tokio::test]
async fn the_last_handle_dropped_ends_the_threads_of_synchronous_checks() {
    struct Captured(std::sync::mpsc::Sender<()>);
    impl Drop for Captured {
        fn drop(&mut self) {
            let _listening = self.0.send(());
        }
    }
    let (dropped, ended) = std::sync::mpsc::channel();
    let mut all = builder();
    for name in ["one", "another"] {
        let captured = Captured(dropped.clone());
        let check = Check::liveness(name, (), move |()| {
            let _captured = &captured;
            true
        });
        all = all.check(check.every(Duration::from_millis(10)));
    }
    let health = all.start().unwrap();
    until(&health, |now| {
        now.checks().all(|check| check.state() == CheckState::Up)
    })
    .await;
    let tasks = tokio::runtime::Handle::current().metrics();
    drop(health);
    // What a check captured goes with its task: none can run again.
    for _ in 0..2 {
        ended.recv_timeout(Duration::from_secs(60)).unwrap();
    }
    let all_gone = async {
        while tasks.num_alive_tasks() > 0 {
            tokio::task::yield_now().await;
        }
    };
    let gone = tokio::time::timeout(Duration::from_secs(60), all_gone).await;
    assert!(gone.is_ok(), "tasks go on without a handle");
}

#[tokio::test(start_paused = true)]
async fn two_healths_in_one_process_know_nothing_of_each_other() {
    let [one, other] = [Switch::new(true), Switch::new(false)];
    let first = builder().check(one.check("database")).start().unwrap();
    let second = builder().check(other.check("database")).start().unwrap();
    until(&first, |now| now.status(Probe::Readiness).is_up()).await;
    let _hold = first.hold();
    assert_eq!(
        (first.in_flight().count(), second.in_flight().count()),
        (1, 0)
    );
    second.shutdown();
    assert!(first.status(Probe::Readiness).is_up() && !second.status(Probe::Readiness).is_up());
}

#[test]
fn handles_can_be_sent_and_shared() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    check::<health_core::Health>();
    check::<health_core::Snapshot>();
    fn send<T: Send + 'static>() {}
    send::<health_core::HealthBuilder>();
    send::<health_core::Closing>();
    send::<health_core::Subscription>();
}
