use crate::sync::{AtomicU64, Ordering};

/// The moment at which a term is over, on a clock that is handed in; one word, that any thread may look at and any thread may end.
///
/// 1. The word is the only truth: zero once it is over.
/// 2. Whoever finds that the moment has passed writes zero, by compare-and-swap from the value that it judged. So either an ack has
///    moved the moment before, and it holds; or it is over, for every thread and for good.
/// 3. The moment is read before the clock: a thread that slept in between finds it over, and not the other way round.
#[derive(Debug)]
pub(crate) struct Until {
    /// Relaxed everywhere: the word is the whole message, and nothing else is read because of it.
    at: AtomicU64,
}

const OVER: u64 = 0;

impl Until {
    pub(crate) fn new(at: u64) -> Self {
        let at = AtomicU64::new(at);
        Self { at }
    }

    /// Until when it holds; `None` once it is over.
    pub(crate) fn look(&self, now: impl Fn() -> u64) -> Option<u64> {
        loop {
            let at = self.at.load(Ordering::Relaxed);
            if at == OVER {
                return None;
            }
            if now() < at {
                return Some(at);
            }
            if self.swap(at, OVER) {
                return None;
            }
        }
    }

    /// Moves the moment, if it is not over. `None` if it is, or with that.
    pub(crate) fn extend(&self, to: u64, now: impl Fn() -> u64) -> Option<u64> {
        loop {
            let before = self.look(&now)?;
            if self.swap(before, to) {
                return self.look(&now);
            }
        }
    }

    pub(crate) fn end(&self) {
        // Not a mere store: each change of the word is one after the other.
        self.at.swap(OVER, Ordering::Relaxed);
    }

    fn swap(&self, from: u64, to: u64) -> bool {
        self.at
            .compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }
}

#[cfg(all(test, health_loom))]
mod model {
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicU64, Ordering};
    use loom::thread;

    use super::Until;

    /// A clock that passes the moment, an ack that moves it, and somebody who looks, in every interleaving: nobody who has heard that it is
    /// over hears otherwise later, and no ack is taken for good that anybody has heard to be too late.
    #[test]
    fn who_is_over_stays_so_whatever_comes_late() {
        loom::model(|| {
            let until = Arc::new(Until::new(10));
            let clock = Arc::new(AtomicU64::new(5));
            let looks = {
                let (until, clock) = (Arc::clone(&until), Arc::clone(&clock));
                thread::spawn(move || {
                    let look = || until.look(|| clock.load(Ordering::SeqCst)).is_some();
                    let seen = [look(), look()];
                    assert!(seen[0] || !seen[1], "revived");
                    seen[1]
                })
            };
            let acked = {
                let (until, clock) = (Arc::clone(&until), Arc::clone(&clock));
                thread::spawn(move || until.extend(20, || clock.load(Ordering::SeqCst)).is_some())
            };
            clock.store(12, Ordering::SeqCst);
            let (held, acked) = (looks.join().unwrap(), acked.join().unwrap());
            assert!(
                held || !acked,
                "a member that somebody has found to be none"
            );
            assert_eq!(until.look(|| 12).is_some(), acked);
        });
    }

    /// It is ended from here while an ack comes: it is over, whichever was first.
    #[test]
    fn who_ends_it_is_not_undone_by_an_ack() {
        loom::model(|| {
            let until = Arc::new(Until::new(10));
            let acks = {
                let until = Arc::clone(&until);
                thread::spawn(move || until.extend(20, || 5))
            };
            until.end();
            acks.join().unwrap();
            assert_eq!(until.look(|| 5), None);
        });
    }
}
