//! Who fails is not hammered.

use std::time::Duration;

use health_tower::heartbeat::Push;
use integration_tests::host::healthy;
use integration_tests::patience::until;

use crate::push::server::{GOOD, Mode, Server};
use crate::push::stage::{Stage, quick, url};

/// After 0.2, 0.4, 0.8 and 1.6 s, by chance half of that: as many requests take no less, on however slow a machine.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_is_asked_ever_more_seldom() {
    let server = Server::start(Mode::Says("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"));
    let health = healthy();
    let heartbeat = quick(Push::to(url("http", server.addr)));
    let membership = heartbeat
        .every(Duration::from_millis(200))
        .start(&health)
        .unwrap();
    let asked = server.until("five", |asked| asked.len() >= 5).await;
    let took = asked[4].at - asked[0].at;
    assert!(took > Duration::from_millis(1400), "{took:?}");
    server.turn(GOOD);
    membership.joined().await.unwrap();
}

/// The TTL is 6 s, and half of it is what anybody waits.
#[tokio::test(flavor = "multi_thread")]
async fn retry_after_is_respected_whatever_the_heart_tries() {
    for answer in [
        "HTTP/1.1 429 No\r\nretry-after: 3600\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 503 No\r\nretry-after: Wed, 21 Oct 2015 07:28:00 GMT\r\ncontent-length: 0\r\n\r\n",
    ] {
        let server = Server::start(Mode::Says(answer));
        let stage = Stage::push(Push::to(url("http", server.addr)));
        let place = server.addr.to_string();
        stage.shows(&place, "wants to be left alone").await;
        until("more tries", || stage.membership.report().failed() >= 4).await;
        assert_eq!(server.asked().len(), 1);
        server.turn(GOOD);
        let asked = server.until("another", |asked| asked.len() >= 2).await;
        let waited = asked[1].at - asked[0].at;
        assert!(waited > Duration::from_millis(2500), "{waited:?}");
        stage.recovers().await;
    }
}
