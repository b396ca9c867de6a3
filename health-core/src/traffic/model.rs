//! Run with `RUSTFLAGS="--cfg health_loom" cargo test -p health-core --release --lib model`.

use loom::sync::Arc;
use loom::sync::Notify;
use loom::thread;

use super::stripe::Stripe;

/// Two stripes, a request on each, and a drain that waits for both, in every interleaving: loom reports a lost wake-up
/// as a deadlock.
#[test]
fn a_drain_hears_of_the_last_request() {
    loom::model(|| {
        let stripes = Arc::new([Stripe::new(), Stripe::new()]);
        let idle = Arc::new(Notify::new());
        stripes.iter().for_each(Stripe::enter);
        let requests = [0, 1].map(|index| {
            let (stripes, idle) = (Arc::clone(&stripes), Arc::clone(&idle));
            thread::spawn(move || {
                if stripes[index].leave() {
                    idle.notify();
                }
            })
        });
        while stripes.iter().map(Stripe::watch).sum::<usize>() > 0 {
            idle.wait();
        }
        for request in requests {
            request.join().unwrap();
        }
    });
}
