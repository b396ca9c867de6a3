use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::answer::grpc_status_unavailable;
use crate::layer::Form;
use crate::traffic::ending;
use crate::{BoxError, Ending, InFlightRequest, ProbeBody};

pin_project! {
    /// The body of a response that went through a [`HealthLayer`](crate::HealthLayer): the application's own, which counts
    /// as in flight until it ends, or the answer to a probe.
    ///
    /// Frames, trailers, size hint and end are those of the inner body, whose data must be `Bytes`, as hyper's, axum's and tonic's
    /// is. An error of the inner body is boxed, and can be downcast to what it was.
    ///
    /// At the deadline of a drain it ends, whether or not the inner body has: with the error [`CutShort`], or, for gRPC, with the
    /// status `UNAVAILABLE`.
    pub struct HealthBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind<B> {
        Answer { #[pin] body: ProbeBody },
        Through { #[pin] body: B, request: Option<InFlightRequest>, form: Form },
        Ended,
    }
}

impl<B> HealthBody<B> {
    pub(crate) fn answer(body: ProbeBody) -> Self {
        let kind = Kind::Answer { body };
        Self { kind }
    }

    pub(crate) fn through(body: B, request: Option<InFlightRequest>, form: Form) -> Self {
        let kind = Kind::Through {
            body,
            request,
            form,
        };
        Self { kind }
    }

    /// What is known of how it ends.
    #[inline]
    pub(crate) fn end(&mut self, ending: Ending) {
        if let Kind::Through { request, .. } = &mut self.kind {
            end(request, ending);
        }
    }
}

impl<B> Body for HealthBody<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    #[inline]
    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut kind = self.project().kind;
        match kind.as_mut().project() {
            KindProjection::Through {
                mut body,
                request,
                form,
            } => {
                // Also where a frame would be ready: a stream that never waits would never end.
                if request
                    .as_ref()
                    .is_some_and(|request| request.flags().is_ended())
                {
                    let form = *form;
                    return kind.cut_short(form);
                }
                let frame = body.as_mut().poll_frame(cx);
                // Whoever got the last frame need not poll again to hear that it was the last.
                let ended = match &frame {
                    Poll::Pending => {
                        let form = *form;
                        let given_up = request.as_mut().is_some_and(|request| wait(request, cx));
                        return if given_up {
                            kind.cut_short(form)
                        } else {
                            Poll::Pending
                        };
                    }
                    Poll::Ready(Some(Ok(frame))) => {
                        if *form == Form::Grpc {
                            hear(request, frame);
                        }
                        body.is_end_stream()
                    }
                    Poll::Ready(Some(Err(_))) => {
                        end(request, Ending::Failed);
                        true
                    }
                    Poll::Ready(None) => true,
                };
                if ended {
                    end(request, Ending::Completed);
                    *request = None;
                }
                frame.map_err(Into::into)
            }
            KindProjection::Answer { body } => body.poll_frame(cx).map_err(|never| match never {}),
            KindProjection::Ended => Poll::Ready(None),
        }
    }

    #[inline]
    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Answer { body } => body.is_end_stream(),
            Kind::Through { body, .. } => body.is_end_stream(),
            Kind::Ended => true,
        }
    }

    #[inline]
    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Answer { body } => body.size_hint(),
            Kind::Through { body, .. } => body.size_hint(),
            Kind::Ended => SizeHint::with_exact(0),
        }
    }
}

#[inline]
fn end(request: &mut Option<InFlightRequest>, ending: Ending) {
    if let Some(request) = request {
        request.end(ending);
    }
}

/// What a gRPC call came to is said in its trailers.
fn hear(request: &mut Option<InFlightRequest>, frame: &Frame<Bytes>) {
    if let Some(trailers) = frame.trailers_ref() {
        end(request, ending::of_trailers(trailers));
    }
}

/// It was named before, if it is long, or if the handler waited. To bring the name of every other here too would cost each request a
/// hundred instructions, an eighth of what the layer takes.
#[cold]
fn wait(request: &mut InFlightRequest, cx: &Context<'_>) -> bool {
    request.wait(cx.waker(), || ("a", "response"))
}

impl<B> Kind<B> {
    /// Its time is up: what is inside is dropped, and no longer in flight. HTTP has no better way than to break off, so that nobody
    /// takes the part for the whole; gRPC has a status for it.
    #[cold]
    fn cut_short(
        mut self: Pin<&mut Self>,
        form: Form,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.set(Self::Ended);
        Poll::Ready(Some(match form {
            Form::Grpc => Ok(Frame::trailers(grpc_status_unavailable())),
            Form::Http1 | Form::Http2 => Err(Box::new(CutShort)),
        }))
    }
}

/// The error of a response body that had not ended by the deadline of a drain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CutShort;

impl fmt::Display for CutShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the service shuts down, and the response had not ended by the deadline")
    }
}

impl std::error::Error for CutShort {}

impl<B> Default for HealthBody<B> {
    /// An empty body. Middleware around the layer may want to make one.
    fn default() -> Self {
        Self::answer(ProbeBody::default())
    }
}

impl<B> fmt::Debug for HealthBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HealthBody").finish_non_exhaustive()
    }
}
