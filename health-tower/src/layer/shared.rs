use http::header::USER_AGENT;
use http::{HeaderMap, HeaderValue, Request};

use crate::answering::Answer;
use crate::layer::{OptIns, Passing};
use crate::paths::{PathTable, Target};
use crate::{
    Asker, DrainFlags, DrainWatch, InFlight, InFlightRequest, Probe, ProbeStatus, Probers,
    StatusBoard, answer,
};

/// What every clone of a service reads. `Copy`, without reference counts: servers clone a service for each request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared {
    pub(crate) board: StatusBoard,
    pub(crate) in_flight: InFlight,
    pub(crate) watch: DrainWatch,
    pub(crate) probers: Probers,
    pub(crate) paths: &'static PathTable,
    pub(crate) opt_ins: Option<&'static OptIns>,
    #[cfg(feature = "details")]
    pub(crate) details: Option<&'static crate::details::Source>,
    #[cfg(feature = "grpc")]
    pub(crate) grpc: Option<&'static crate::grpc::Face>,
    #[cfg(feature = "switch")]
    pub(crate) switch: Option<&'static crate::switch::Lever>,
}

/// What a request asks the layer itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked {
    Probe(Probe, ProbeStatus),
    #[cfg(feature = "grpc")]
    Grpc(&'static crate::grpc::Face),
    #[cfg(feature = "switch")]
    Switch(crate::paths::Turn),
}

impl Shared {
    /// Whether this request is a probe, and what is said to it; or the drain switch, from one who may turn it. Whatever is answered
    /// is not counted: one predicate for both.
    ///
    /// Nothing but the path is handed on, so that a request that passes through is not copied for its sake.
    #[inline]
    pub(crate) fn asked<B>(&self, request: &Request<B>) -> Option<Asked> {
        let path = request.uri().path();
        #[cfg(feature = "grpc")]
        if let Some(face) = self.grpc
            && path.starts_with(crate::grpc::PREFIX)
        {
            return Some(Asked::Grpc(face));
        }
        match self.paths.target(path)? {
            Target::Probe(probe) => {
                let status = self.board.status(probe);
                // A question that nobody declared an answer for is the application's: never a vacuous 200.
                (status != ProbeStatus::Absent).then_some(Asked::Probe(probe, status))
            }
            #[cfg(feature = "switch")]
            Target::Switch(turn) => {
                let opens = self.switch.is_some_and(|switch| switch.opens(request));
                opens.then_some(Asked::Switch(turn))
            }
        }
    }

    /// The answer, and the request's body. A detailed one is of one snapshot, its status included.
    pub(crate) fn answer<B>(&self, request: Request<B>, asked: Asked) -> (B, Answer) {
        let (parts, body) = request.into_parts();
        #[cfg(feature = "test")]
        if crate::test::Question::is_held(&parts) {
            return (body, Answer::Never);
        }
        let (probe, status) = match asked {
            Asked::Probe(probe, status) => (probe, status),
            #[cfg(feature = "grpc")]
            Asked::Grpc(face) => return (body, crate::grpc::Call::answer_to(face, &parts)),
            #[cfg(feature = "switch")]
            Asked::Switch(turn) => {
                let answer = crate::switch::turn(self.switch, turn);
                return (body, Answer::Known(answer));
            }
        };
        let mut tells_envoy = false;
        if probe == Probe::Readiness && !status.is_up() && answer::is_asked(&parts.method) {
            self.watch.told_unready();
            tells_envoy = self.opt_ins.is_some_and(OptIns::tells_envoy_now);
        }
        #[cfg(feature = "details")]
        if let Some(details) = self
            .details
            .and_then(|details| details.detailed(&parts, probe, self.board))
        {
            #[cfg(feature = "test")]
            crate::test::Question::told_details(&parts);
            // Somebody looks, and is no prober.
            self.probers.counted(probe, details.status.is_up());
            let answer = answer::detailed(&parts.method, details, tells_envoy);
            return (body, Answer::Known(answer));
        }
        if answer::is_asked(&parts.method)
            && let Some(path) = self.paths.known(parts.uri.path())
        {
            let asker = Asker::http(probe, path, user_agent(&parts.headers));
            self.probers.answered(asker, status.is_up());
        }
        let answer = answer::probe(&parts.method, status, tells_envoy);
        (body, Answer::Known(answer))
    }

    /// Counts a request that passes through, and gives how far a drain has come.
    #[inline]
    pub(crate) fn enter(&self) -> (InFlightRequest, DrainFlags) {
        let (request, drain) = self.in_flight.enter_request();
        if drain.is_draining() {
            self.watch.request_came();
        }
        (request, drain)
    }

    #[inline]
    pub(crate) fn opt_in<B>(&self, request: &mut Request<B>, passing: &mut Passing) {
        if let Some(opt_ins) = self.opt_ins {
            opt_ins.apply(request, passing);
        }
    }
}

/// Empty where there is none, or none that is text.
fn user_agent(headers: &HeaderMap) -> &str {
    let agent = headers.get(USER_AGENT).map(HeaderValue::to_str);
    agent.and_then(Result::ok).unwrap_or_default()
}
