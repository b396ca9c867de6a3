//! How a request is known as one of ours.
//!
//! 1. It is marked by an extension, which nothing outside this crate can make.
//! 2. Over a socket, it is a number that only this process knows; the layer makes an extension of it: see [`nonce`](super::nonce).
//! 3. Marks are looked for only while a synthetic request is under way: an ordinary one then costs one load of a word that nobody writes.

use std::sync::atomic::{AtomicUsize, Ordering};

use http::Request;

/// In the extensions of a request that [`Synthetic`](crate::Synthetic) makes, and of no other: for whatever a canary must not do.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::{Extension, Router, routing::post};
/// use health_tower::{Health, HealthLayer, Synthetic, SyntheticRequest};
///
/// async fn order(canary: Option<Extension<SyntheticRequest>>) -> &'static str {
///     if canary.is_none() {
///         // charge the card, ship the parcel
///     }
///     "ordered"
/// }
///
/// let health = Health::builder().start()?;
/// let app: Router = Router::new().route("/orders", post(order)).layer(HealthLayer::new(&health));
/// Synthetic::post("/orders").through(app.clone()).start(&health)?;
/// # Ok(()) }
/// ```
///
/// In any other service, `request.extensions().get::<SyntheticRequest>()` is the one. It can be cloned, so that middleware may hand it on
/// to a request of its own, but not made.
#[derive(Clone, Debug)]
pub struct SyntheticRequest(());

impl SyntheticRequest {
    pub(crate) fn mark<B>(request: &mut Request<B>) {
        request.extensions_mut().insert(Self(()));
    }
}

/// Alone on its cache lines: every request reads it.
#[repr(align(128))]
struct Count(AtomicUsize);

static UNDER_WAY: Count = Count(AtomicUsize::new(0));

/// A synthetic request under way, as long as it lives.
#[must_use]
pub(crate) struct UnderWay(());

impl UnderWay {
    pub(crate) fn begin() -> Self {
        // Relaxed: whoever must see it gets the request from here, through a call, a queue or a socket, and each of these orders it.
        UNDER_WAY.0.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        UNDER_WAY.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether a request is one of ours, and not to be counted.
#[inline]
pub(crate) fn admit<B>(request: &mut Request<B>) -> bool {
    UNDER_WAY.0.load(Ordering::Relaxed) > 0 && is_marked(request)
}

#[cold]
fn is_marked<B>(request: &mut Request<B>) -> bool {
    #[cfg(feature = "synthetic-http")]
    if crate::synthetic::nonce::redeem(request.headers_mut()) {
        SyntheticRequest::mark(request);
    }
    request.extensions().get::<SyntheticRequest>().is_some()
}
