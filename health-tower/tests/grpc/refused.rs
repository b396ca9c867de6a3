use std::collections::VecDeque;

use bytes::Bytes;
use http::{Method, StatusCode, Version};

use crate::client::{Sent, asks_for, code, framed, request};
use crate::world::{SECOND, World};

const INTERNAL: u8 = 13;
const UNIMPLEMENTED: u8 = 12;
const RESOURCE_EXHAUSTED: u8 = 8;

async fn refusal(bytes: &[u8]) -> u8 {
    let mut world = World::up().await;
    let (code, data) = world.call("Check", Sent::whole(bytes.to_vec())).await;
    assert!(data.is_empty());
    code
}

#[tokio::test(start_paused = true)]
async fn what_is_no_message_is_an_error_and_no_more() {
    for wrong in [
        &b""[..],
        b"\0",
        b"\0\0\0\0",
        b"\0\0\0\0\x05ab",
        b"\0\0\0\0\0more",
        b"\x02\0\0\0\0",
        b"\xff\xff\xff\xff\xff",
        b"\x01\0\0\0\0",
        &framed(b"\x0a\x05ab"),
        &framed(b"\x0a\x02\xff\xfe"),
        &framed(b"\x08\x01\x0a"),
        &[asks_for(""), asks_for("")].concat(),
    ] {
        assert_eq!(refusal(wrong).await, INTERNAL, "{}", wrong.escape_ascii());
    }
}

#[tokio::test(start_paused = true)]
async fn fields_that_are_not_known_are_skipped() {
    let mut world = World::up().await;
    let more = [
        b"\x0a\x0bshop.Orders",
        &b"\x10\x2a\x1a\x03new\x25\0\0\0\0"[..],
    ]
    .concat();
    assert_eq!(world.call("Check", Sent::whole(framed(&more))).await.0, 0);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_too_long_is_refused_and_not_kept() {
    assert_eq!(refusal(&asks_for(&"x".repeat(4000))).await, 5);
    assert_eq!(
        refusal(&asks_for(&"x".repeat(4096))).await,
        RESOURCE_EXHAUSTED
    );
    let longest = framed(&[&[0x0a, 0xfd, 0x1f][..], &[b'x'; 4093]].concat());
    assert_eq!(refusal(&longest).await, 5);
    assert_eq!(
        refusal(&[&longest[..], &[0]].concat()).await,
        INTERNAL,
        "what follows does not fit, and is seen all the same"
    );
    assert_eq!(refusal(b"\0\xff\xff\xff\xff").await, RESOURCE_EXHAUSTED);
    let mut world = World::up().await;
    let piece = Bytes::from(vec![0; 64 * 1024]);
    let pieces: VecDeque<_> = [Bytes::from_static(b"\0\x7f\0\0\0")]
        .into_iter()
        .chain((0..1000).map(|_| piece.clone()))
        .collect();
    let endless = Sent {
        pieces,
        hangs: true,
    };
    assert_eq!(world.call("Check", endless).await.0, RESOURCE_EXHAUSTED);
}

#[tokio::test(start_paused = true)]
async fn a_message_may_come_in_any_pieces() {
    let whole = asks_for("shop.Orders");
    let mut world = World::up().await;
    for cut in 0..=whole.len() {
        let (one, other) = whole.split_at(cut);
        let pieces = [one, &[], other].map(|piece| piece.to_vec().into()).into();
        assert_eq!(
            world
                .call(
                    "Check",
                    Sent {
                        pieces,
                        hangs: false
                    }
                )
                .await
                .0,
            0
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_does_not_end_is_waited_for_within_bounds() {
    let mut world = World::up().await;
    let little = std::time::Duration::from_millis(100);
    for (sent, expected, after) in [
        (vec![], 4, 5 * SECOND),
        (asks_for("")[..3].to_vec(), 4, 5 * SECOND),
        (asks_for("shop.Orders")[..9].to_vec(), 4, 5 * SECOND),
        (asks_for(""), 0, little),
        (asks_for("shop.Orders"), 0, little),
    ] {
        let began = tokio::time::Instant::now();
        let pieces = [Bytes::from(sent)].into();
        let (code, _) = world
            .call(
                "Check",
                Sent {
                    pieces,
                    hangs: true,
                },
            )
            .await;
        assert_eq!((code, began.elapsed()), (expected, after));
    }
}

#[tokio::test(start_paused = true)]
async fn a_compressed_request_is_told_what_is_understood() {
    let mut world = World::up().await;
    let mut compressed = request("Check", Sent::whole(&b"\x01\0\0\0\x02\x1f\x8b"[..]));
    compressed
        .headers_mut()
        .insert("grpc-encoding", "gzip".parse().unwrap());
    let answer = world.send(compressed).await;
    assert_eq!(code(answer.headers()), UNIMPLEMENTED);
    assert_eq!(answer.headers()["grpc-accept-encoding"], "identity");

    let mut identity = request("Check", Sent::whole(&b"\x01\0\0\0\0"[..]));
    identity
        .headers_mut()
        .insert("grpc-encoding", "identity".parse().unwrap());
    let answer = world.send(identity).await;
    assert_eq!(code(answer.headers()), INTERNAL, "it contradicts itself");

    let mut plain = request("Check", Sent::whole(asks_for("")));
    plain
        .headers_mut()
        .insert("grpc-encoding", "gzip".parse().unwrap());
    let answer = world.send(plain).await;
    assert!(
        !answer.headers().contains_key("grpc-status"),
        "it could have been, and was not"
    );
}

#[tokio::test(start_paused = true)]
async fn a_method_that_there_is_not_is_said_in_trailers_only() {
    let mut world = World::up().await;
    for method in ["", "check", "Check/", "Checks", "Watch/x", "Set"] {
        let answer = world.send(request(method, Sent::whole(asks_for("")))).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(code(answer.headers()), UNIMPLEMENTED, "{method}");
        assert_eq!(answer.headers()["content-type"], "application/grpc");
        assert_eq!(answer.headers()["content-encoding"], "identity");
        assert!(http_body::Body::is_end_stream(answer.body()));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_grpc_is_told_so_after_its_body_was_read() {
    let mut world = World::up().await;
    for kind in [
        "application/json",
        "application/grpc-web",
        "text/plain",
        "application/grpcx",
        "",
    ] {
        let mut wrong = request("Check", Sent::whole(vec![0; 200_000]));
        wrong
            .headers_mut()
            .insert("content-type", kind.parse().unwrap());
        let answer = world.send(wrong).await;
        assert_eq!(
            answer.status(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "{kind}"
        );
    }
    let mut get = request("Check", Sent::default());
    *get.method_mut() = Method::GET;
    let answer = world.send(get).await;
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers()["allow"], "POST");
}

/// As what comes through tonic-web, laid outside, does. Media types know no case.
#[tokio::test(start_paused = true)]
async fn http_1_and_other_spellings_are_answered() {
    let mut world = World::up().await;
    let mut old = request("Check", Sent::whole(asks_for("")));
    *old.version_mut() = Version::HTTP_11;
    old.headers_mut()
        .insert("content-type", "Application/gRPC+proto".parse().unwrap());
    let answer = world.send(old).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(!answer.headers().contains_key("grpc-status"));
}

#[tokio::test(start_paused = true)]
async fn what_only_looks_like_the_health_service_is_the_applications() {
    let mut world = World::up().await;
    for path in [
        "/grpc.health.v1.Health",
        "/grpc.health.v1.Healthy/Check",
        "/grpc.health.v2.Health/Check",
        "/x/grpc.health.v1.Health/Check",
    ] {
        let mut other = request("Check", Sent::default());
        *other.uri_mut() = format!("http://shop{path}").parse().unwrap();
        let answer = world.send(other).await;
        assert!(!answer.headers().contains_key("content-type"), "{path}");
    }
}
