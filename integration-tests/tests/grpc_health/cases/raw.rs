//! What no proper client sends, and what the answers are made of.

use crate::curl::{Received, curl, frame, post, request};
use crate::stage::{Stage, Verdict, expect};

const SERVING: &[u8] = b"\0\0\0\0\x02\x08\x01";

fn refused(received: &Received, code: &str) -> Verdict {
    expect(
        "curl got the whole answer",
        &received.whole.to_string(),
        "true",
    )?;
    expect("HTTP", &received.status, "200")?;
    let seen = received.grpc_status().unwrap_or("none");
    expect("grpc-status", seen, code)
}

pub(crate) fn serving(received: &Received) -> Verdict {
    refused(received, "0")?;
    expect(
        "the body",
        &received.body.escape_ascii().to_string(),
        &SERVING.escape_ascii().to_string(),
    )?;
    // OK comes after the message.
    expect(
        "grpc-status in the head",
        &format!("{:?}", received.header("grpc-status")),
        "None",
    )
}

pub(crate) fn framed(message: &[u8]) -> Vec<u8> {
    frame(0, message.len(), message)
}

pub(crate) async fn check(stage: Stage) -> Verdict {
    for service in ["", "pkg.Orders"] {
        let body = framed(&request(service));
        serving(&post(stage.addr(), "Check", &body, &[]).await)?;
    }
    // Proto3 leaves out what is empty.
    serving(&post(stage.addr(), "Check", &framed(b""), &[]).await)
}

pub(crate) async fn not_found(stage: Stage) -> Verdict {
    let body = framed(&request("pkg.Nothing"));
    refused(&post(stage.addr(), "Check", &body, &[]).await, "5")
}

pub(crate) async fn no_such_method(stage: Stage) -> Verdict {
    let received = post(stage.addr(), "Nothing", &framed(b""), &[]).await;
    refused(&received, "12")?;
    let only = received.is_trailers_only();
    expect("trailers-only", &only.to_string(), "true")?;
    let got = post(stage.addr(), "Check", b"", &["--get"]).await;
    let fine = got.status.starts_with('2') && got.grpc_status() == Some("0");
    expect("GET is answered", &fine.to_string(), "false")
}

pub(crate) async fn closing(mut stage: Stage) -> Verdict {
    let watch = framed(&request("pkg.Orders"));
    let _open = match stage.server.has_application() {
        true => Some(stage.stream().await?),
        false => None,
    };
    stage.closes().await?;
    let received = post(stage.addr(), "Watch", &watch, &[]).await;
    refused(&received, "14")?;
    let only = received.is_trailers_only();
    expect("trailers-only", &only.to_string(), "true")
}

pub(crate) async fn malformed(stage: Stage) -> Verdict {
    // A field that ends early, bytes that are no UTF-8, a field of the wrong type.
    for message in [
        &b"\x0a\x05ab"[..],
        b"\x0a\x02\xff\xfe",
        b"\x08\x01",
        b"\xff",
    ] {
        let received = post(stage.addr(), "Check", &framed(message), &[]).await;
        let seen = refused(&received, "13");
        seen.map_err(|seen| format!("{}: {seen}", message.escape_ascii()))?;
    }
    Ok(())
}

pub(crate) async fn unknown_fields(stage: Stage) -> Verdict {
    let fields = [
        &b"\x12\x03abc"[..],
        &request("pkg.Orders"),
        b"\x18\x96\x01\x25\x01\x02\x03\x04",
    ];
    let body = framed(&fields.concat());
    serving(&post(stage.addr(), "Check", &body, &[]).await)
}

/// More than the host may grow by, whatever it is sent: it was sent eight times as much.
const GROWTH: u64 = 8 * 1024;

pub(crate) async fn too_long(mut stage: Stage) -> Verdict {
    stage.obey("up stock").await;
    // It only says that it is long; a bit too long; much too long.
    let lie = frame(0, u32::MAX as usize, b"abc");
    let seen = post(stage.addr(), "Check", &lie, &[]).await;
    expect(
        "grpc-status OK",
        &(seen.grpc_status() == Some("0")).to_string(),
        "false",
    )?;
    expect("curl got the whole answer", &seen.whole.to_string(), "true")?;
    let before = stage.host.peak();
    for kilobytes in [8, 200, 64 * 1024] {
        let long = framed(&vec![b'a'; kilobytes * 1024]);
        let seen = post(stage.addr(), "Check", &long, &["--header", "expect:"]).await;
        let ok = seen.grpc_status() == Some("0");
        expect("grpc-status OK", &ok.to_string(), "false")?;
    }
    let grown = stage.host.peak().zip(before);
    let grown = grown.map_or(0, |(after, before)| after.saturating_sub(before));
    if grown > GROWTH {
        return Err(format!("grew by {grown} kB"));
    }
    serving(&post(stage.addr(), "Check", &framed(b""), &[]).await)
}

pub(crate) async fn compressed(stage: Stage) -> Verdict {
    let body = frame(1, 4, b"\x1f\x8b\x08\x00");
    let gzip = ["--header", "grpc-encoding: gzip"];
    let received = post(stage.addr(), "Check", &body, &gzip).await;
    refused(&received, "12")?;
    let accepted = received.header("grpc-accept-encoding").unwrap_or("none");
    expect("grpc-accept-encoding", accepted, "identity")
}

/// Often enough to see an answer that comes before the request was read.
const TIMES: usize = 10;

pub(crate) async fn not_grpc(stage: Stage) -> Verdict {
    for kilobytes in [2, 200].repeat(TIMES) {
        let body = vec![b' '; kilobytes * 1024];
        let json = [
            "--http2-prior-knowledge",
            "--data-binary",
            "@-",
            "--header",
            "content-type: application/json",
        ];
        let received = curl(stage.addr(), "/grpc.health.v1.Health/Check", &body, &json).await;
        expect("HTTP", &received.status, "415")?;
        expect(
            "curl got the whole answer",
            &received.whole.to_string(),
            "true",
        )?;
    }
    Ok(())
}

/// The host compresses whatever it may.
pub(crate) async fn never_compressed(stage: Stage) -> Verdict {
    let accepting = [
        "--header",
        "accept-encoding: gzip",
        "--header",
        "grpc-accept-encoding: gzip,identity",
    ];
    let received = post(stage.addr(), "Check", &framed(b""), &accepting).await;
    for name in ["content-encoding", "grpc-encoding"] {
        let encoding = received.header(name).unwrap_or("identity");
        expect(name, encoding, "identity")?;
    }
    serving(&received)
}

/// The host's port takes HTTP/1.1 too.
pub(crate) async fn http1(stage: Stage) -> Verdict {
    let received = curl(stage.addr(), "/health/ready", b"", &["--http1.1"]).await;
    expect("HTTP/1.1", &received.status, "200")?;
    http2(stage).await
}

pub(crate) async fn http2(stage: Stage) -> Verdict {
    let h2c = ["--http2-prior-knowledge"];
    let received = curl(stage.addr(), "/health/ready", b"", &h2c).await;
    expect("HTTP/2", &received.status, "200")
}
