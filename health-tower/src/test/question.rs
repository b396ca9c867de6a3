//! How a test knows who answered.
//!
//! 1. Its requests carry an extension, which nothing outside this crate can make. What answers a probe notes there that it did, so that
//!    it doesn't matter what became of the response on its way out.
//! 2. Some are to stay where they are: they are never answered, and count for nothing. Only a probe's path gets there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use http::Request;
use http::request::Parts;

#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    holds: bool,
    // SeqCst: once for each request of a test.
    answered: Arc<AtomicU8>,
}

/// What the layer did with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// It never came there.
    No,
    Plainly,
    WithDetails,
}

impl Question {
    pub(super) fn held() -> Self {
        Self {
            holds: true,
            ..Self::default()
        }
    }

    pub(super) fn ask<B>(&self, request: &mut Request<B>) {
        request.extensions_mut().insert(self.clone());
    }

    pub(super) fn answered(&self) -> Answered {
        match self.answered.load(Ordering::SeqCst) {
            0 => Answered::No,
            1 => Answered::Plainly,
            _ => Answered::WithDetails,
        }
    }

    /// Takes note that this request is about to be answered, if it is a test's; `true` where it is not to be.
    pub(crate) fn is_held(parts: &Parts) -> bool {
        Self::note(parts, 1);
        let question = parts.extensions.get::<Self>();
        question.is_some_and(|question| question.holds)
    }

    #[cfg(feature = "details")]
    pub(crate) fn told_details(parts: &Parts) {
        Self::note(parts, 2);
    }

    fn note(parts: &Parts, answered: u8) {
        if let Some(question) = parts.extensions.get::<Self>() {
            question.answered.store(answered, Ordering::SeqCst);
        }
    }
}
