use std::sync::{Arc, Barrier, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use integration_tests::beats::Said;
use integration_tests::injected::Lift;
use integration_tests::trap::Trap;
use tokio::runtime::Handle;

use crate::belief::Belief;
use crate::narrator::say;
use crate::service::WORKERS;

/// No thread waits for so long for its turn.
const FROZEN: Duration = Duration::from_secs(1);
const LOOKS: usize = 100;

/// Brings a fault about. It is complete when this returns.
pub(crate) fn inject(name: &str, (runtime, belief): (&Handle, &Belief)) -> Result<Lift, String> {
    match name.split_once(' ') {
        // Until it is lifted.
        None if name == "block" => {
            let trap = Trap::of_workers(WORKERS, runtime);
            Ok(Box::new(move || trap.open()))
        }
        // For so many milliseconds.
        Some(("block", millis)) => {
            let time = Duration::from_millis(millis.parse().map_err(|_| "no time")?);
            let trap = Trap::of_workers(WORKERS, runtime);
            thread::spawn(move || {
                thread::sleep(time);
                trap.open();
            });
            Ok(Box::new(|| ()))
        }
        // It goes on until the process has been frozen.
        None if name == "work" => {
            let begun = Arc::new(Barrier::new(WORKERS + 1));
            for _ in 0..WORKERS {
                let (belief, begun) = (belief.clone(), Arc::clone(&begun));
                thread::spawn(move || work(&belief, &begun));
            }
            begun.wait();
            Ok(Box::new(|| ()))
        }
        None if name == "deadlock" => {
            deadlock(runtime);
            Ok(Box::new(|| ()))
        }
        _ => Err(format!("no such fault: {name}")),
    }
}

/// Two tasks wait for what the other one holds, and all others for the first. For good.
fn deadlock(runtime: &Handle) {
    let locks = Arc::new([Mutex::new(()), Mutex::new(())]);
    let both = Arc::new(Barrier::new(3));
    for first in [0, 1] {
        let (locks, both) = (Arc::clone(&locks), Arc::clone(&both));
        runtime.spawn(async move {
            let _held = locks[first].lock().unwrap_or_else(PoisonError::into_inner);
            both.wait();
            let _never = locks[1 - first].lock();
        });
    }
    both.wait();
    // Any number of requests would do the same.
    for _ in 0..8 * WORKERS {
        let locks = Arc::clone(&locks);
        runtime.spawn(async move { drop(locks[0].lock()) });
    }
}

/// Looks before each step whether it may take it, without a rest, so that its looks are the first after the process was frozen.
fn work(belief: &Belief, begun: &Barrier) {
    let mut last = belief.look();
    begun.wait();
    loop {
        let looked = belief.look();
        if looked.at - last.at > FROZEN {
            let mut first = vec![looked];
            first.resize_with(LOOKS, || belief.look());
            for looked in first {
                say(&Said::Looked(looked));
            }
            return;
        }
        last = looked;
    }
}
