use http::{Response, StatusCode};
use http_body::{Body, Frame};

use crate::layer::{Form, is_grpc};
use crate::traffic::ending;
use crate::{Call, Ending};

/// A call on its way: from the client to the end of the body of its response, where it counts.
#[derive(Debug)]
pub(crate) struct Outgoing {
    call: Option<Call>,
    is_grpc: bool,
}

impl Outgoing {
    #[inline]
    pub(crate) fn new(call: Option<Call>) -> Self {
        Self {
            call,
            is_grpc: false,
        }
    }

    /// There is a head. What gRPC does not say there, its trailers will.
    #[inline]
    pub(crate) fn answered<B: Body>(&mut self, response: &Response<B>) {
        let Some(call) = &mut self.call else { return };
        call.answered();
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            // It says who calls too much, and neither that it is well nor that it isn't.
            self.call = None;
            return;
        }
        self.is_grpc = is_grpc(response.headers());
        let form = if self.is_grpc {
            Form::Grpc
        } else {
            Form::Http2
        };
        if let Some(ending) = ending::of_head(form, response) {
            call.end(ending);
        }
        if response.body().is_end_stream() {
            // Nobody may ask it for anything.
            self.complete();
        }
    }

    #[inline]
    pub(crate) fn hear<D>(&mut self, frame: &Frame<D>) {
        if self.is_grpc
            && let (Some(call), Some(trailers)) = (&mut self.call, frame.trailers_ref())
        {
            call.end(ending::of_trailers(trailers));
        }
    }

    /// There will be no response. What was shed in here never got there.
    #[cold]
    pub(crate) fn fail(&mut self, error: &impl std::fmt::Display) {
        if let Some(mut call) = self.call.take()
            && !ending::is_shed(error)
        {
            call.end(Ending::Failed);
        }
    }

    #[cold]
    pub(crate) fn break_off(&mut self) {
        if let Some(mut call) = self.call.take() {
            call.end(Ending::Failed);
        }
    }

    /// It has ended, as was said before, or well.
    #[inline]
    pub(crate) fn complete(&mut self) {
        if let Some(mut call) = self.call.take() {
            call.end(Ending::Completed);
        }
    }
}
