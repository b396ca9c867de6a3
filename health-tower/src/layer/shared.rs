use http::{Request, Response};

use crate::paths::PathTable;
use crate::{
    DrainFlags, InFlight, InFlightRequest, Probe, ProbeBody, ProbeStatus, StatusBoard, answer,
};

/// What every clone of a service reads. `Copy`, without reference counts: servers clone a service for each request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared {
    pub(crate) board: StatusBoard,
    pub(crate) in_flight: InFlight,
    pub(crate) paths: &'static PathTable,
    #[cfg(feature = "details")]
    pub(crate) details: Option<&'static crate::details::Source>,
}

impl Shared {
    /// Which probe this request is, and what is said to it. Whatever is answered is not counted: one predicate for both.
    ///
    /// Nothing but the path is handed on, so that a request that passes through is not copied for its sake.
    #[inline]
    pub(crate) fn asked<B>(&self, request: &Request<B>) -> Option<(Probe, ProbeStatus)> {
        let probe = self.paths.probe(request.uri().path())?;
        let status = self.board.status(probe);
        // A question that nobody declared an answer for is the application's: never a vacuous 200.
        (status != ProbeStatus::Absent).then_some((probe, status))
    }

    /// The answer to a probe, and the request's body. A detailed one is of one snapshot, its status included.
    pub(crate) fn answer<B>(
        &self,
        request: Request<B>,
        asked: (Probe, ProbeStatus),
    ) -> (B, Response<ProbeBody>) {
        let (_probe, status) = asked;
        let (parts, body) = request.into_parts();
        #[cfg(feature = "details")]
        if let Some(details) = self
            .details
            .and_then(|details| details.detailed(&parts, _probe, self.board))
        {
            return (body, answer::detailed(&parts.method, details));
        }
        (body, answer::probe(&parts.method, status))
    }

    /// Counts a request that passes through, and gives how far a drain has come.
    #[inline]
    pub(crate) fn enter(&self) -> (InFlightRequest, DrainFlags) {
        self.in_flight.enter_request()
    }
}
