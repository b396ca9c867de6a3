//! How a test knows who answered.
//!
//! 1. Its requests carry an extension, which nothing outside this crate can make. What answers a probe notes there that it did, for which
//!    `Health`, and with which status, so that what became of the response on its way out can be told from what it was.
//! 2. Some are to stay where they are: they are never answered, and count for nothing. Only a probe's path gets there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::request::Parts;
use http::{Request, StatusCode};

use crate::StatusBoard;

#[derive(Clone, Debug)]
pub(crate) struct Question {
    // Each `Health` has one of its own.
    of: StatusBoard,
    holds: bool,
    note: Arc<Mutex<Note>>,
}

/// What the layer did with a question.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Note {
    pub(super) answered: Answered,
    /// The status that it gave. `None` for a call of gRPC, which is answered 200 whatever it says.
    pub(super) said: Option<StatusCode>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Answered {
    /// It never came there.
    #[default]
    No,
    /// It came to the layer of another `Health`.
    ByAnother,
    Plainly,
    #[cfg_attr(
        not(feature = "details"),
        expect(dead_code, reason = "nothing answers so")
    )]
    WithDetails,
}

impl Question {
    pub(super) fn of(of: StatusBoard) -> Self {
        Self {
            of,
            holds: false,
            note: Arc::default(),
        }
    }

    pub(super) fn held(of: StatusBoard) -> Self {
        let holds = true;
        Self {
            holds,
            ..Self::of(of)
        }
    }

    pub(super) fn ask<B>(&self, request: &mut Request<B>) {
        request.extensions_mut().insert(self.clone());
    }

    pub(super) fn note(&self) -> Note {
        *self.lock()
    }

    pub(super) fn arrived(&self) -> bool {
        self.note().answered != Answered::No
    }

    /// Takes note that this request is about to be answered for this `Health`, if it is a test's; `true` where it is not to be.
    pub(crate) fn is_held(parts: &Parts, by: StatusBoard) -> bool {
        let Some(question) = parts.extensions.get::<Self>() else {
            return false;
        };
        question.lock().answered = if question.of.is_same(by) {
            Answered::Plainly
        } else {
            Answered::ByAnother
        };
        question.holds
    }

    pub(crate) fn told(parts: &Parts, status: StatusCode) {
        if let Some(question) = parts.extensions.get::<Self>() {
            question.lock().said = Some(status);
        }
    }

    #[cfg(feature = "details")]
    pub(crate) fn told_details(parts: &Parts, status: StatusCode) {
        Self::told(parts, status);
        if let Some(question) = parts.extensions.get::<Self>() {
            let mut note = question.lock();
            if note.answered == Answered::Plainly {
                note.answered = Answered::WithDetails;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Note> {
        self.note.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
