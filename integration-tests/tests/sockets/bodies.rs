//! Bodies and trailers, there and back, byte for byte.

use std::convert::Infallible;

use axum::body::Body;
use bytes::Bytes;
use health_tower::{BoxError, HealthLayer};
use http::{HeaderMap, Request, Response};
use http_body::{Body as _, Frame};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use integration_tests::host::{healthy, serve};
use integration_tests::http2::Http2;
use integration_tests::patience::{patiently, until_idle};
use integration_tests::tap::tap;
use integration_tests::wire::Wire;
use tower::{Layer, service_fn};

/// A megabyte without any pattern that a lost or doubled piece could hide in.
fn megabyte() -> Vec<u8> {
    let mut state = 1_u32;
    let step = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(step).take(1 << 20).collect()
}

/// Sends the request's body back as it arrives, trailers and all.
async fn echo(request: Request<Incoming>) -> hyper::Result<Response<Incoming>> {
    Ok(Response::new(request.into_body()))
}

/// Reads the whole body first, so that the response has a known length.
async fn store_and_echo(request: Request<Incoming>) -> hyper::Result<Response<Body>> {
    let body = request.collect().await?.to_bytes();
    Ok(Response::new(Body::from(body)))
}

#[tokio::test]
async fn a_megabyte_over_http1() {
    let health = healthy();
    let addr = serve(HealthLayer::new(&health).layer(service_fn(store_and_echo))).await;
    let mut wire = Wire::connect(addr).await;
    let sent = megabyte();
    for path in ["/", "/health"] {
        wire.send(format!(
            "POST {path} HTTP/1.1\r\nhost: test\r\ncontent-length: {}\r\n\r\n",
            sent.len()
        ))
        .await;
        wire.send(&sent).await;
        let answer = wire.answer().await;
        assert_eq!(
            answer.header("content-length"),
            Some("1048576"),
            "the size hint passes"
        );
        assert!(answer.body == sent);
    }
    until_idle(&health).await;
}

#[tokio::test]
async fn a_megabyte_streamed_over_http2() {
    let health = healthy();
    let addr = serve(HealthLayer::new(&health).layer(service_fn(echo))).await;
    let mut http2 = Http2::connect(addr).await;
    let sent = Bytes::from(megabyte());
    let request = Request::post("http://test/").body(Full::new(sent.clone()));
    let response = http2.send(request.unwrap()).await.unwrap();
    let received = patiently("the whole body", response.collect())
        .await
        .unwrap();
    assert!(received.to_bytes() == sent);
    until_idle(&health).await;
}

#[tokio::test]
async fn trailers_over_http2_in_both_directions() {
    let health = healthy();
    let addr = serve(HealthLayer::new(&health).layer(service_fn(echo))).await;
    let mut http2 = Http2::connect(addr).await;
    let (sent, body) = tap::<Infallible>();
    let request = Request::post("http://test/").body(body).unwrap();
    let mut received = http2.send(request).await.unwrap().into_body();
    for piece in ["one", "two", "three"] {
        sent.data(piece).await;
        let frame = patiently(piece, received.frame()).await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), piece);
        assert_eq!(health.in_flight().count(), 1);
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("x-sum", "3".parse().unwrap());
    trailers.append("x-more", "a".parse().unwrap());
    trailers.append("x-more", "b".parse().unwrap());
    sent.send(Ok(Frame::trailers(trailers.clone()))).await;
    let frame = patiently("the trailers", received.frame())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(frame.into_trailers().unwrap(), trailers);
    assert!(patiently("the end", received.frame()).await.is_none());
    until_idle(&health).await;
}

#[tokio::test]
async fn trailers_over_http1_in_both_directions() {
    let app = service_fn(async |request: Request<Incoming>| {
        let mut response = Response::new(request.into_body());
        let announced = http::HeaderValue::from_static("x-sum");
        response.headers_mut().insert("trailer", announced);
        Ok::<_, BoxError>(response)
    });
    let health = healthy();
    let addr = serve(HealthLayer::new(&health).layer(app)).await;
    let mut wire = Wire::connect(addr).await;
    wire.send(
        "POST / HTTP/1.1\r\nhost: test\r\nte: trailers\r\nconnection: close\r\ntrailer: x-sum\r\n\
         transfer-encoding: chunked\r\n\r\n4\r\ntext\r\n0\r\nx-sum: 42\r\n\r\n",
    )
    .await;
    assert_eq!(
        wire.head().await.header("transfer-encoding"),
        Some("chunked")
    );
    assert_eq!(wire.rest().await, b"4\r\ntext\r\n0\r\nx-sum: 42\r\n\r\n");
    until_idle(&health).await;
}

/// Whether a body has ended is passed on: else an empty one would cost a frame of its own.
#[tokio::test]
async fn an_empty_response_over_http2_ends_with_its_head() {
    let health = healthy();
    let addr = serve(HealthLayer::new(&health).layer(service_fn(store_and_echo))).await;
    let mut http2 = Http2::connect(addr).await;
    assert!(http2.get("/empty").await.body().is_end_stream());
    until_idle(&health).await;
}
