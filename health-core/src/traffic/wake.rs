use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Waker;

/// Wakes all of them: one that panics, which is somebody else's code, must not keep the others asleep for good.
pub(crate) fn wake_each(wakers: impl IntoIterator<Item = Waker>) {
    for waker in wakers {
        let _panicked = catch_unwind(AssertUnwindSafe(|| waker.wake()));
    }
}

#[cfg(all(test, not(health_loom)))]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::*;
    use crate::traffic::InFlight;

    struct Counts(AtomicUsize, bool);

    impl Wake for Counts {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
            assert!(!self.1, "it panics");
        }
    }

    #[test]
    fn one_that_panics_keeps_none_of_the_others_asleep() {
        let in_flight = InFlight::leak();
        let wakers: Vec<_> = (0..5)
            .map(|number| Arc::new(Counts(AtomicUsize::new(0), number % 2 == 0)))
            .collect();
        let waiting = wakers.iter().map(|counts| {
            let (mut request, _) = in_flight.enter_request();
            request.wait(&Waker::from(Arc::clone(counts)), || ("GET", "/"));
            request
        });
        let waiting: Vec<_> = waiting.collect();
        in_flight.end();
        assert!(
            wakers
                .iter()
                .all(|counts| counts.0.load(Ordering::SeqCst) == 1)
        );
        drop(waiting);
    }
}
