//! Odd heads of requests on a probe's path: targets without a path, versions, headers.

use crate::garbage::{APP, BAD_REQUEST, NOT_ALLOWED, OK, expect};

/// hyper's own answer.
const TOO_LARGE: (u16, &str) = (431, "");

#[tokio::test]
async fn the_authority_form() {
    let rows = vec![
        ("CONNECT test:80 HTTP/1.1\r\nhost: test\r\n\r\n", APP),
        (
            "CONNECT /health/live HTTP/1.1\r\nhost: test\r\n\r\n",
            NOT_ALLOWED,
        ),
        ("GET test:80 HTTP/1.1\r\nhost: test\r\n\r\n", APP),
        ("OPTIONS * HTTP/1.1\r\nhost: test\r\n\r\n", APP),
    ];
    expect(rows).await;
}

#[tokio::test]
async fn odd_versions_and_headers() {
    let with = |headers: String| format!("GET /health/live HTTP/1.1\r\n{headers}\r\n\r\n");
    let rows = vec![
        ("GET /health/live HTTP/1.1\r\n\r\n".to_owned(), OK),
        ("GET /health/live HTTP/1.0\r\n\r\n".to_owned(), OK),
        ("GET /health/live HTTP/0.9\r\n\r\n".to_owned(), BAD_REQUEST),
        ("GET /health/live\r\n\r\n".to_owned(), BAD_REQUEST),
        ("GET  /health/live HTTP/1.1\r\n\r\n".to_owned(), BAD_REQUEST),
        ("\r\nGET /health/live HTTP/1.1\r\n\r\n".to_owned(), OK),
        (with("host: ".to_owned()), OK),
        (with(format!("x: {}", "x".repeat(64 * 1024))), OK),
        (with(format!("x: {}", "x".repeat(1024 * 1024))), TOO_LARGE),
        (with(["x: y"; 90].join("\r\n")), OK),
        (with(["x: y"; 200].join("\r\n")), TOO_LARGE),
        (with("no colon".to_owned()), BAD_REQUEST),
        (with("x: \0".to_owned()), BAD_REQUEST),
        (
            with("content-length: 1\r\ncontent-length: 2".to_owned()),
            BAD_REQUEST,
        ),
        (with("content-length: -1".to_owned()), BAD_REQUEST),
        (with("transfer-encoding: gzip".to_owned()), BAD_REQUEST),
        (with("x: \u{fc}\u{1f980}".to_owned()), OK),
    ];
    expect(rows).await;
}
