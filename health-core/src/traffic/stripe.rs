use crate::traffic::sync::{AtomicUsize, Ordering};

/// Set in a stripe's word while somebody waits for zero.
const WAIT: usize = 1 << (usize::BITS - 1);
const COUNT: usize = WAIT - 1;

/// One counter of requests in flight, and the flag of those who wait for its end, in one word.
///
/// 1. `enter` and `leave` come in pairs on the same stripe, whatever thread they are called from.
/// 2. All accesses are read-modify-writes of one word, so they have one order: either `watch` comes first, and the last
///    `leave` sees WAIT and tells so; or the last `leave` comes first, and `watch` sees zero. No wake-up is lost. (With a
///    flag of its own beside the counter this fails; the model in `model.rs` shows both.)
#[derive(Debug)]
pub(crate) struct Stripe {
    word: AtomicUsize,
}

impl Stripe {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicUsize::new(0),
        }
    }

    #[inline]
    pub(crate) fn enter(&self) {
        // Relaxed: nothing is read because of an arrival.
        self.word.fetch_add(1, Ordering::Relaxed);
    }

    /// `true` if this was the last one and somebody waits for it.
    #[inline]
    #[must_use]
    pub(crate) fn leave(&self) -> bool {
        // AcqRel: what the request did happens before what is done after the drain; the last one collects the others.
        self.word.fetch_sub(1, Ordering::AcqRel) == WAIT + 1
    }

    /// Asks to be told of zero, and gives the count up to now.
    pub(crate) fn watch(&self) -> usize {
        // AcqRel: seeing zero here must see what the requests did, as `leave` does.
        self.word.fetch_or(WAIT, Ordering::AcqRel) & COUNT
    }

    pub(crate) fn count(&self) -> usize {
        self.word.load(Ordering::Relaxed) & COUNT
    }
}
