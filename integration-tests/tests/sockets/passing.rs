//! What else passes through as it is: extensions, and errors with their types.

use std::fmt;
use std::future::ready;
use std::io;

use axum::body::Body;
use health_tower::{BoxError, HealthBody, HealthLayer};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use integration_tests::host::{healthy, serve};
use integration_tests::patience::{patiently, until_idle};
use integration_tests::tap::taps;
use integration_tests::wire::Wire;
use tokio::sync::mpsc;
use tower::{ServiceBuilder, service_fn};

#[derive(Clone, Debug, PartialEq)]
struct Tenant(&'static str);

#[derive(Clone, Debug, PartialEq)]
struct Cost(u32);

#[tokio::test]
async fn extensions_in_both_directions() {
    let app = service_fn(async |request: Request<Incoming>| {
        let mut response = Response::new(Body::empty());
        if request.extensions().get() == Some(&Tenant("acme")) {
            response.extensions_mut().insert(Cost(7));
        }
        Ok::<_, BoxError>(response)
    });
    let health = healthy();
    let service = ServiceBuilder::new()
        .map_request(|mut request: Request<Incoming>| {
            request.extensions_mut().insert(Tenant("acme"));
            request
        })
        .map_response(|mut response: Response<_>| {
            if response.extensions().get() == Some(&Cost(7)) {
                response.headers_mut().insert("x-cost", 7.into());
            }
            response
        })
        .layer(HealthLayer::new(&health))
        .service(app);
    let mut wire = Wire::connect(serve(service).await).await;
    assert_eq!(wire.get("/").await.header("x-cost"), Some("7"));
    assert_eq!(wire.get("/health/live").await.header("x-cost"), None);
}

#[derive(Debug, PartialEq)]
enum OrderError {
    OutOfStock,
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for OrderError {}

#[tokio::test]
async fn an_error_of_the_service_has_its_own_type_outside() {
    let health = healthy();
    let service = ServiceBuilder::new()
        .map_result(|result: Result<Response<_>, OrderError>| {
            Ok::<_, BoxError>(match result {
                Ok(response) => response.map(Body::new),
                Err(error @ OrderError::OutOfStock) => {
                    let mut response = Response::new(Body::from(error.to_string()));
                    *response.status_mut() = StatusCode::CONFLICT;
                    response
                }
            })
        })
        .layer(HealthLayer::new(&health))
        .service(service_fn(async |_: Request<Incoming>| {
            Err::<Response<Body>, _>(OrderError::OutOfStock)
        }));
    let mut wire = Wire::connect(serve(service).await).await;
    assert_eq!(wire.get("/").await.plain(), (409, "OutOfStock"));
    until_idle(&health).await;
    assert_eq!(wire.get("/health/live").await.plain(), (200, "ok"));
}

#[tokio::test]
async fn an_error_that_nobody_maps_ends_the_connection_and_nothing_else() {
    let health = healthy();
    let service = ServiceBuilder::new()
        .layer(HealthLayer::new(&health))
        .service(service_fn(async |_: Request<Incoming>| {
            Err::<Response<Body>, _>(OrderError::OutOfStock)
        }));
    let addr = serve(service).await;
    let mut wire = Wire::connect(addr).await;
    wire.request("GET", "/").await;
    assert_eq!(wire.rest().await, b"");
    until_idle(&health).await;
    let mut wire = Wire::connect(addr).await;
    assert_eq!(wire.get("/health/live").await.plain(), (200, "ok"));
}

#[tokio::test]
async fn an_error_of_the_body_can_be_downcast_and_tears_the_response() {
    let health = healthy();
    let (opener, mut taps) = taps();
    let (seen, mut errors) = mpsc::unbounded_channel();
    let service = ServiceBuilder::new()
        .map_response(move |response: Response<HealthBody<_>>| {
            let seen = seen.clone();
            response.map(|body| {
                body.map_err(move |error: BoxError| {
                    let kind = error.downcast_ref().map(io::Error::kind);
                    let _test_is_over = seen.send(kind);
                    error
                })
            })
        })
        .layer(HealthLayer::new(&health))
        .service(service_fn(move |_: Request<Incoming>| {
            ready(Ok::<_, OrderError>(Response::new(opener.open())))
        }));
    let mut wire = Wire::connect(serve(service).await).await;
    wire.request("GET", "/").await;
    let tap = taps.next().await;
    tap.data("half").await;
    assert_eq!(wire.head().await.status, 200);
    assert_eq!(wire.chunk().await.unwrap().unwrap(), b"half");
    tap.send(Err(io::Error::from(io::ErrorKind::BrokenPipe)))
        .await;
    assert!(
        wire.chunk().await.is_err(),
        "a whole response would be a lie"
    );
    let error = patiently("the error", errors.recv()).await.unwrap();
    assert_eq!(error, Some(io::ErrorKind::BrokenPipe));
    until_idle(&health).await;
}
