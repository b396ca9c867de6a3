use std::thread;
use std::time::Duration;

use tokio::time::timeout;
use tokio_test::{assert_pending, task};

use super::*;
use crate::Health;
use crate::lifecycle::Closing;

fn start() -> Health {
    let policy = DrainPolicy::default().lame_duck(Duration::ZERO);
    Health::builder()
        .linked(false)
        .drain(policy)
        .start()
        .expect("nothing is wrong")
}

async fn resolves(closing: Closing) {
    let resolved = timeout(Duration::from_secs(60), closing).await;
    assert!(resolved.is_ok(), "a drain that nobody drives");
}

/// The listener has got hold of the latch, and then the last `Health` goes before it comes to ask.
#[tokio::test(start_paused = true)]
async fn a_signal_after_the_last_handle_begins_nothing_that_nobody_ends() {
    let health = start();
    let (latch, mut closing) = (Arc::clone(health.latch()), task::spawn(health.closing()));
    drop(health);
    latch.request(Trigger::Terminate, false);
    assert_eq!(latch.hub.published().shutdown(), None);
    assert_pending!(closing.poll());
}

#[tokio::test(start_paused = true)]
async fn a_signal_before_it_is_driven_to_the_end() {
    let health = start();
    let (latch, closing) = (Arc::clone(health.latch()), health.closing());
    latch.request(Trigger::Terminate, false);
    drop(health);
    resolves(closing).await;
}

#[tokio::test]
async fn a_signal_at_that_moment_is_one_of_the_two() {
    for _ in 0..200 {
        let health = start();
        let (latch, closing) = (Arc::clone(health.latch()), health.closing());
        let signal = {
            let latch = Arc::clone(&latch);
            thread::spawn(move || latch.request(Trigger::Terminate, false))
        };
        drop(health);
        signal.join().unwrap();
        if latch.hub.published().shutdown().is_some() {
            resolves(closing).await;
        }
    }
}
