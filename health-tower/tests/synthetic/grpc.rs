use bytes::Bytes;
use health_tower::{Answers, CheckState, Step, Synthetic, SyntheticBody};
use http::{HeaderMap, Request, Response, Version};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody, combinators::UnsyncBoxBody};
use std::convert::Infallible;

use crate::world::World;

/// What a server may say: HTTP status, headers, data, trailers.
type Said = (u16, &'static str, &'static [u8], &'static str);

fn response((status, head, data, trailers): Said) -> Response<UnsyncBoxBody<Bytes, Infallible>> {
    let grpc = |status: &str| {
        let mut headers = HeaderMap::new();
        if !status.is_empty() {
            headers.insert("grpc-status", status.parse().unwrap());
            headers.insert("grpc-message", "secret".parse().unwrap());
        }
        headers
    };
    let data = (!data.is_empty()).then(|| Ok(Frame::data(Bytes::from_static(data))));
    let trailers = (!trailers.is_empty()).then(|| Ok(Frame::trailers(grpc(trailers))));
    let frames = data.into_iter().chain(trailers);
    let body = StreamBody::new(tokio_stream::iter(frames)).boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = status.try_into().unwrap();
    response.headers_mut().extend(grpc(head));
    response
}

/// `None` where it passes.
async fn run(said: Said) -> Option<String> {
    let world = World::new();
    let app = tower::service_fn(move |request: Request<SyntheticBody>| async move {
        assert_eq!(request.version(), Version::HTTP_2);
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri(), "/pkg.Orders/Get");
        assert_eq!(request.headers()["content-type"], "application/grpc");
        assert_eq!(request.headers()["te"], "trailers");
        let body = request.into_body().collect().await?.to_bytes();
        assert_eq!(body, &b"\0\0\0\0\x02\x08\x07"[..]);
        Ok::<_, Infallible>(response(said))
    });
    let orders = Synthetic::grpc("pkg.Orders/Get", &b"\x08\x07"[..]).fail_after(1);
    orders.through(app).start(&world.health).unwrap();
    let settled = world
        .until(|now| now.checks().next().unwrap().state() != CheckState::Pending)
        .await;
    let check = settled.checks().next().unwrap();
    assert_eq!(check.name(), "pkg.Orders/Get");
    check.outcome().unwrap().reason().map(str::to_owned)
}

#[tokio::test(start_paused = true)]
async fn nought_and_exactly_one_message() {
    const ONE: &[u8] = b"\0\0\0\0\x01a";
    let rows: [(Said, Option<&str>); 8] = [
        ((200, "", ONE, "0"), None),
        (
            (200, "", ONE, "14"),
            Some("grpc-status 14 (unavailable), expected 0"),
        ),
        (
            (200, "5", b"", ""),
            Some("grpc-status 5 (not found), expected 0"),
        ),
        ((200, "0", b"", ""), Some("no message, expected one")),
        (
            (200, "", b"\0\0\0\0\0\0\0\0\0\0", "0"),
            Some("more than one message, expected one"),
        ),
        ((200, "", ONE, "x"), Some("grpc-status is no number")),
        (
            (200, "", ONE, ""),
            Some("there is no grpc-status: is it a gRPC service?"),
        ),
        ((503, "", b"", ""), Some("status 503, expected 200")),
    ];
    for (said, reason) in rows {
        let reason = reason.map(|reason| format!("step 1, pkg.Orders/Get: {reason}"));
        assert_eq!(run(said).await, reason, "{said:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_message_is_what_is_expected_and_what_later_steps_see() {
    let world = World::new();
    let app = tower::service_fn(async |request: Request<SyntheticBody>| {
        let body = request.into_body().collect().await?.to_bytes();
        // An echo, whose second message is that of the first step's answer.
        let data: &'static [u8] = if body.ends_with(b"again") {
            b"\0\0\0\0\x05again"
        } else {
            b"\0\0\0\0\x05order"
        };
        Ok::<_, Infallible>(response((200, "", data, "0")))
    });
    let twice = Synthetic::new("twice")
        .step(Step::grpc("pkg.Orders/Get", "first").expect_body(|message| message == b"order"))
        .then(|answers: &Answers| {
            let message = answers[0].body();
            assert_eq!(message, "order");
            Step::grpc("pkg.Orders/Get", "again").expect_body(|message| message == b"again")
        });
    twice.through(app).start(&world.health).unwrap();
    world.state("twice", CheckState::Up).await;
    let step = Step::grpc("pkg.Orders/Get", "first").expect_body(|message| message == b"else");
    let else_ = Synthetic::new("else").step(step).fail_after(1);
    else_.through(app).start(&world.health).unwrap();
    world.state("else", CheckState::Down).await;
}
