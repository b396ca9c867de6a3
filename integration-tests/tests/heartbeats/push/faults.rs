//! Everything that a server can do wrong: it is seen, tells no secret, and passes when the server is well.

use std::time::Duration;

use health_tower::heartbeat::Push;
use integration_tests::host::healthy;
use integration_tests::patience::until;

use crate::push::server::{GOOD, Mode, Refusing, Server};
use crate::push::stage::{Stage, quick, url};

const AT_ONCE: Duration = Duration::ZERO;
const SLOWLY: Duration = Duration::from_millis(20);

/// What comes before the end that does not come.
const CHUNKED: &str = "HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n";
const CHUNK: &str = "4\r\nPATH\r\n";

async fn suffers(fault: Mode, part: &str) {
    let server = Server::start(fault.clone());
    let stage = Stage::push(Push::to(url("http", server.addr)));
    stage.suffers(&server, &fault, part).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_no_ack() {
    for (answer, part) in [
        (
            "404 No check PATH",
            "answered 404: it does not know this URL",
        ),
        ("401 No", "answered 401: it does not know who asks"),
        ("405 No", "answered 405: it may know no `POST`"),
        ("500 No", "answered 500: it has a fault of its own"),
        ("429 No", "answered 429: beat less often"),
        ("418 No", "answered 418: check what the receiver expects"),
    ] {
        let text = format!("HTTP/1.1 {answer}\r\ncontent-length: 4\r\n\r\nPATH");
        // As long as this test.
        suffers(Mode::Says(text.leak()), part).await;
    }
}

/// Also to the same place: what follows is nobody's decision but the user's.
#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(GOOD);
    for status in [301, 302, 303, 307, 308] {
        let to = elsewhere.addr;
        let text = format!(
            "HTTP/1.1 {status} No\r\nlocation: http://{to}/PATH\r\ncontent-length: 0\r\n\r\n"
        );
        let part = format!("answered {status}: redirects are not followed");
        suffers(Mode::Says(text.leak()), &part).await;
    }
    assert_eq!(elsewhere.asked().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_at_all() {
    suffers(Mode::Hangs, "has not answered within 360ms").await;
    suffers(Mode::Closes, "has not answered in HTTP").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_no_http() {
    for garbage in [
        "SSH-2.0-OpenSSH\r\n",
        "\0\0\0\r\n\r\n",
        "HTTP/1.1 PATH\r\n\r\n",
    ] {
        suffers(Mode::Says(garbage), "has not answered in HTTP").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_ends() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\n";
    const LINE: &str = "x: 5ecre7-5ecre7-5ecre7-5ecre7-5ecre7-5ecre7-5ecre7-5ecre7\r\n";
    // More than is ever read, whatever time a write takes.
    let lines = LINE.repeat(1000).leak();
    for (fault, part) in [
        (
            Mode::Endless(HEAD, lines, AT_ONCE),
            "has not answered in HTTP",
        ),
        (Mode::Endless(HEAD, "x", SLOWLY), "has not answered within"),
        (Mode::Endless(CHUNKED, CHUNK, AT_ONCE), "answered 500"),
        (Mode::Endless(CHUNKED, CHUNK, SLOWLY), "answered 500"),
    ] {
        suffers(fault, part).await;
    }
}

/// The head is the ack: whoever sends a page after it has taken the beat.
#[tokio::test(flavor = "multi_thread")]
async fn what_follows_an_ack_does_not_matter() {
    const TAKEN: &str = "HTTP/1.1 202 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for mode in [
        Mode::Endless(TAKEN, CHUNK, AT_ONCE),
        Mode::Endless(TAKEN, CHUNK, SLOWLY),
        Mode::Endless(TAKEN, "garbage", AT_ONCE),
        Mode::Says("HTTP/1.1 204 OK\r\n\r\n"),
        Mode::Says("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\nshort"),
    ] {
        let server = Server::start(mode);
        let stage = Stage::push(Push::to(url("http", server.addr)));
        stage.recovers().await;
    }
}

/// Whatever the ack time-out is: what follows is no part of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_drips_is_no_slow_answer() {
    const TAKEN: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let server = Server::start(Mode::Endless(TAKEN, CHUNK, SLOWLY));
    let heartbeat = quick(Push::to(url("http", server.addr)));
    let heartbeat = heartbeat.ack_timeout(Duration::from_millis(50));
    let health = healthy();
    let membership = heartbeat.start(&health).unwrap();
    until("acks", || membership.report().acked() >= 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there() {
    let port = Refusing::new();
    let stage = Stage::push(Push::to(url("http", port.addr())));
    stage
        .shows(&port.addr().to_string(), "can't be reached")
        .await;
    let _server = port.listen(GOOD, None);
    stage.recovers().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_nobody_knows() {
    let stage = Stage::push(Push::to(url("http", "nowhere.invalid")));
    // Where the name server is away, too, the look-up hangs.
    stage
        .shows("nowhere.invalid:80", "nowhere.invalid:80")
        .await;
}
