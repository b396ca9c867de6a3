use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;

use crate::paths::PathTable;
use crate::{Hold, InFlight, StatusBoard, answer};

/// What every clone of a service reads. `Copy`, without reference counts: servers clone a service for each request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared {
    pub(crate) board: &'static StatusBoard,
    pub(crate) in_flight: &'static InFlight,
    pub(crate) paths: &'static PathTable,
}

impl Shared {
    /// The answer, if this request is a probe. Whatever is answered here is not counted: one predicate for both.
    #[inline]
    pub(crate) fn answer<B>(&self, request: &Request<B>) -> Option<Response<Full<Bytes>>> {
        let probe = self.paths.probe(request.uri().path())?;
        let status = self.board.status(probe);
        // A question that nobody declared an answer for is the application's: never a vacuous 200.
        (status != crate::ProbeStatus::Absent).then(|| answer::probe(request.method(), status))
    }

    #[inline]
    pub(crate) fn enter(&self) -> Hold {
        self.in_flight.enter()
    }
}
