//! What readiness must be, as far as the driver knows.

use std::sync::atomic::{AtomicU64, Ordering, fence};

const DOWN: u64 = 1;
const UP: u64 = 2;
/// Down for good: after the shutdown.
const OVER: u64 = 3;

/// One word: what is true, and the number of the change that made it so.
#[derive(Debug, Default)]
pub(crate) struct Truth(AtomicU64);

/// The truth at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known(u64);

impl Truth {
    /// To be called before anything is done that may change it.
    pub(crate) fn unknown(&self) {
        self.set(0);
        // Release: whoever reads a status written from here on, and then asks, learns that nothing is known.
        fence(Ordering::SeqCst);
    }

    /// To be called when it holds.
    pub(crate) fn ready(&self, up: bool) {
        self.set(if up { UP } else { DOWN });
    }

    pub(crate) fn over(&self) {
        self.set(OVER);
    }

    pub(crate) fn get(&self) -> Known {
        Known(self.0.load(Ordering::SeqCst))
    }

    /// The same once more, after statuses were read.
    pub(crate) fn get_after(&self) -> Known {
        fence(Ordering::SeqCst);
        self.get()
    }

    fn set(&self, says: u64) {
        let change = self.get().change() + 1;
        self.0.store(change << 2 | says, Ordering::SeqCst);
    }
}

impl Known {
    /// Whether readiness is up; `None` where nothing is known.
    pub(crate) fn ready(self) -> Option<bool> {
        match self.0 & 0b11 {
            0 => None,
            says => Some(says == UP),
        }
    }

    pub(crate) fn is_over(self) -> bool {
        self.0 & 0b11 == OVER
    }

    /// The number of the change since which it holds.
    pub(crate) fn change(self) -> u64 {
        self.0 >> 2
    }
}
