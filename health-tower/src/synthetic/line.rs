use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};

use crate::BoxError;
use crate::synthetic::Answer;

/// The body of a synthetic request: a few bytes, or none.
///
/// Services that take a body of any type, as axum's `Router`, tonic's `Routes` and most layers do, take it as it is. For one that takes
/// only its own, map it:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::body::Body;
/// use health_tower::{Health, Synthetic, SyntheticBody};
/// use http::{Request, Response};
/// use tower::ServiceExt as _;
///
/// let health = Health::builder().start()?;
/// let app = tower::service_fn(async |request: Request<Body>| Ok::<_, axum::BoxError>(Response::new(request.into_body())));
/// let app = app.map_request(|request: Request<SyntheticBody>| request.map(Body::new));
/// Synthetic::get("/echo").through(app).start(&health)?;
/// # Ok(()) }
/// ```
#[derive(Default)]
pub struct SyntheticBody(Full<Bytes>);

impl SyntheticBody {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self(Full::new(bytes))
    }
}

impl Body for SyntheticBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl fmt::Debug for SyntheticBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyntheticBody").finish_non_exhaustive()
    }
}

/// An answer that is under way, or why there is none.
pub(crate) type Asking<'a> = Pin<Box<dyn Future<Output = Result<Answer, String>> + Send + 'a>>;

/// What a synthetic runs through. Boxes are no matter here: it is not the path of ordinary requests.
pub(crate) trait Target: Send + Sync {
    /// For one run; `None` once it was let go.
    fn open(&self) -> Option<Box<dyn Line>>;

    /// Nothing more will be run: whatever it holds of the application goes.
    fn let_go(&self);
}

/// What takes the requests of one run, one after the other.
pub(crate) trait Line: Send {
    /// Reads the whole answer, whose body is no longer than `most` bytes.
    fn ask(&mut self, request: Request<SyntheticBody>, most: usize) -> Asking<'_>;
}

/// Reads a whole response.
pub(crate) async fn read<B>(response: Response<B>, most: usize) -> Result<Answer, String>
where
    B: Body<Error: Into<BoxError>>,
{
    let (head, body) = response.into_parts();
    let body = Limited::new(body, most).collect().await;
    let body = body.map_err(|error| {
        if error.is::<LengthLimitError>() {
            format!("the body is longer than {most} bytes")
        } else {
            format!("the body broke off: {}", chain(&*error))
        }
    })?;
    let trailers = body.trailers().cloned();
    Ok(Answer::new(head, body.to_bytes(), trailers))
}

/// An error with what is behind it: clients' own say little.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        // Many repeat what is behind them.
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = error.source();
    }
    text
}
