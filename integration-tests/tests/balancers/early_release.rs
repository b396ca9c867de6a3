//! Where the `drain` crate stops to wait: its `Retain` counts a request until its response is there, and not until the body has ended.
//!
//! Its drain also waits until every copy of the service is dropped. hyper keeps one for each connection, so that behind hyper it is
//! the end of the connections that is waited for, also of those that are idle; there, somebody else must close them.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use drain::Retain;
use health_tower::{BoxError, HealthLayer};
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Empty, StreamBody};
use integration_tests::host::healthy;
use integration_tests::patience::patiently;
use integration_tests::work;
use tokio::time::Instant;
use tokio_stream::StreamExt as _;
use tower::{Layer as _, Service, ServiceExt as _, service_fn};

/// When a drain ended, and when the download that it began with; both from its beginning.
#[derive(Debug)]
pub(crate) struct Ends {
    pub(crate) drain: Duration,
    pub(crate) body: Duration,
}

async fn download<B>(
    _: Request<B>,
) -> Result<Response<impl Body<Data = Bytes, Error = Infallible>>, Infallible> {
    let pieces = work::pieces().map(|piece| Ok(Frame::data(piece)));
    let body = StreamBody::new(tokio_stream::iter(pieces).throttle(work::PACE));
    Ok(Response::new(Box::pin(body)))
}

/// One request, whose service has gone with its response when the drain begins.
async fn ends<S, B>(service: S, drain: impl Future<Output = ()> + Send + 'static) -> Ends
where
    S: Service<Request<Empty<Bytes>>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes, Error: Into<BoxError>>,
{
    let Ok(response) = service
        .oneshot(Request::new(Empty::new()))
        .await
        .map_err(Into::into)
    else {
        panic!("a download has no errors");
    };
    let began = Instant::now();
    let drain = tokio::spawn(async move {
        patiently("the drain", drain).await;
        began.elapsed()
    });
    let Ok(body) = response.into_body().collect().await.map_err(Into::into) else {
        panic!("a download has no errors");
    };
    let ended = began.elapsed();
    assert_eq!(body.to_bytes(), work::whole());
    Ends {
        drain: drain.await.unwrap(),
        body: ended,
    }
}

async fn with_drain() -> Ends {
    let (signal, watch) = drain::channel();
    let service = Retain::new(watch, service_fn(download));
    ends(service, signal.drain()).await
}

async fn with_health() -> Ends {
    let health = healthy();
    let service = HealthLayer::new(&health).layer(service_fn(download));
    let drain = async move {
        health.shutdown();
        health
            .run(std::future::ready(Ok::<_, Infallible>(())))
            .await
            .unwrap();
    };
    ends(service, drain).await
}

/// The `drain` crate's, and ours.
pub(crate) async fn measure() -> [Ends; 2] {
    [with_drain().await, with_health().await]
}

#[tokio::test]
async fn the_drain_crate_ends_before_the_body_and_a_drain_of_ours_after_it() {
    let [theirs, ours] = measure().await;
    println!("{theirs:?}\n{ours:?}");
    assert!(
        theirs.drain < theirs.body,
        "if not, the documents are wrong: {theirs:?}"
    );
    assert!(ours.drain >= ours.body, "{ours:?}");
}
