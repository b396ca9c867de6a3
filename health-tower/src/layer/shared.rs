use http::{Request, Response};

use crate::paths::PathTable;
use crate::{Hold, InFlight, ProbeBody, ProbeStatus, StatusBoard, answer};

/// What every clone of a service reads. `Copy`, without reference counts: servers clone a service for each request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared {
    pub(crate) board: StatusBoard,
    pub(crate) in_flight: InFlight,
    pub(crate) paths: &'static PathTable,
}

impl Shared {
    /// What is said to this request, if it is a probe. Whatever is answered is not counted: one predicate for both.
    ///
    /// Nothing but the path is handed on, so that a request that passes through is not copied for its sake.
    #[inline]
    pub(crate) fn status<B>(&self, request: &Request<B>) -> Option<ProbeStatus> {
        let probe = self.paths.probe(request.uri().path())?;
        let status = self.board.status(probe);
        // A question that nobody declared an answer for is the application's: never a vacuous 200.
        (status != ProbeStatus::Absent).then_some(status)
    }

    /// The answer, if this request is a probe.
    pub(crate) fn answer<B>(&self, request: &Request<B>) -> Option<Response<ProbeBody>> {
        let status = self.status(request)?;
        Some(answer::probe(request.method(), status))
    }

    #[inline]
    pub(crate) fn enter(&self) -> Hold {
        self.in_flight.enter()
    }
}
