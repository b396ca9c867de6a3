//! Counts panics, and keeps those on purpose from filling the output.

use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) const ON_PURPOSE: &str = "a check that panics, on purpose";

#[derive(Clone, Debug, Default)]
pub(crate) struct Panics(Arc<[AtomicUsize; 2]>);

impl Panics {
    pub(crate) fn on_purpose(&self) -> usize {
        self.0[0].load(Ordering::Relaxed)
    }

    pub(crate) fn unasked(&self) -> usize {
        self.0[1].load(Ordering::Relaxed)
    }
}

/// Counts from here on, in all threads.
pub(crate) fn count() -> Panics {
    let panics = Panics::default();
    let counted = panics.clone();
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if info.payload().downcast_ref() == Some(&ON_PURPOSE) {
            counted.0[0].fetch_add(1, Ordering::Relaxed);
        } else {
            counted.0[1].fetch_add(1, Ordering::Relaxed);
            before(info);
        }
    }));
    panics
}
