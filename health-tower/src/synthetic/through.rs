use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::BoxError;
use crate::synthetic::SyntheticRequest;
use crate::synthetic::line::{Asking, Line, SyntheticBody, Target, chain, read};
use crate::synthetic::mark::UnderWay;

/// A service in this process.
pub(crate) struct Through<S>(Mutex<Option<S>>);

impl<S: Clone> Through<S> {
    /// Keeps a clone: the service of a [`HealthLayer`](crate::HealthLayer) keeps checks running, and its clones don't.
    pub(crate) fn new(service: &S) -> Self {
        Self(Mutex::new(Some(service.clone())))
    }
}

impl<S> Through<S> {
    fn service(&self) -> MutexGuard<'_, Option<S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S, B> Target for Through<S>
where
    S: Service<Request<SyntheticBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data: Send, Error: Into<BoxError>> + Send,
{
    fn open(&self) -> Option<Box<dyn Line>> {
        let service = self.service().clone()?;
        Some(Box::new(Called(service)))
    }

    fn let_go(&self) {
        // Dropped after the lock was: it may be the last of the application.
        let service = self.service().take();
        drop(service);
    }
}

/// The service of one run.
struct Called<S>(S);

impl<S, B> Line for Called<S>
where
    S: Service<Request<SyntheticBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data: Send, Error: Into<BoxError>> + Send,
{
    fn ask(&mut self, mut request: Request<SyntheticBody>, most: usize) -> Asking<'_> {
        let mut service = self.0.clone();
        Box::pin(async move {
            let _under_way = UnderWay::begin();
            SyntheticRequest::mark(&mut request);
            let failed = |error: S::Error| format!("the service failed: {}", chain(&*error.into()));
            // The instance that is called is the one that was polled.
            let ready = poll_fn(|cx| service.poll_ready(cx)).await;
            ready.map_err(failed)?;
            let response = service.call(request).await.map_err(failed)?;
            read(response, most).await
        })
    }
}
