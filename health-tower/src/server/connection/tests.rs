use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::time::{Instant, advance};

use super::{END, FIRST, NEXT, serve};
use crate::{Health, HealthLayer, ProbeService};

const ASK: &[u8] = b"GET /health/live HTTP/1.1\r\nhost: test\r\n\r\n";

fn connect() -> DuplexStream {
    let health = Health::builder().linked(false).start().unwrap();
    let probes = ProbeService::new(&HealthLayer::new(&health));
    let (client, server) = duplex(4096);
    tokio::spawn(serve(server, probes));
    client
}

async fn ask(client: &mut DuplexStream) {
    client.write_all(ASK).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\nok") {
        assert_ne!(client.read_buf(&mut answer).await.unwrap(), 0);
    }
}

/// How long it takes the server to hang up.
async fn end(client: &mut DuplexStream) -> std::time::Duration {
    let begin = Instant::now();
    let mut rest = Vec::new();
    client.read_to_end(&mut rest).await.unwrap();
    begin.elapsed()
}

#[tokio::test(start_paused = true)]
async fn who_asks_nothing_is_closed_after_five_seconds() {
    for begun in [
        &b""[..],
        b"GET /health/li",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut client = connect();
        client.write_all(begun).await.unwrap();
        let ended = end(&mut client).await;
        assert!((FIRST..=FIRST + 2 * END).contains(&ended), "{ended:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn half_a_head_byte_by_byte_gains_no_time() {
    let mut client = connect();
    let begin = Instant::now();
    for byte in ASK {
        if client.write_all(&[*byte]).await.is_err() {
            break;
        }
        advance(FIRST / 10).await;
    }
    end(&mut client).await;
    assert!(begin.elapsed() < FIRST * ASK.len() as u32 / 10);
}

#[tokio::test(start_paused = true)]
async fn who_asks_every_ten_minutes_stays() {
    let mut client = connect();
    for _ in 0..5 {
        ask(&mut client).await;
        advance(std::time::Duration::from_secs(600)).await;
    }
    ask(&mut client).await;
    let ended = end(&mut client).await;
    assert!((NEXT..=NEXT + 2 * END).contains(&ended), "{ended:?}");
}

#[cfg(feature = "grpc")]
#[tokio::test(start_paused = true)]
async fn an_answer_that_goes_on_keeps_its_connection() {
    use bytes::Bytes;
    use http::Request;
    use http_body_util::{BodyExt as _, Full};
    use hyper_util::rt::{TokioExecutor, TokioIo};

    let health = Health::builder().linked(false).start().unwrap();
    let layer = HealthLayer::builder(&health).grpc(crate::GrpcHealth::new());
    let probes = ProbeService::new(&layer.build().unwrap());
    let (client, server) = duplex(4096);
    let served = tokio::spawn(serve(server, probes));
    let handshake =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(client));
    let (mut client, connection) = handshake.await.unwrap();
    let connection = tokio::spawn(connection);
    let request = Request::post("http://test/grpc.health.v1.Health/Watch");
    let request = request.header("content-type", "application/grpc");
    let request = request
        .body(Full::new(Bytes::from_static(&[0; 5])))
        .unwrap();
    let mut watch = client.send_request(request).await.unwrap().into_body();
    let mut said = async || watch.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(said().await[6], 1);

    tokio::time::sleep(3 * NEXT).await;
    health.begin_drain();
    assert_eq!(said().await[6], 2);

    // Whoever asks nothing more is closed as before.
    drop(watch);
    let begin = Instant::now();
    served.await.unwrap();
    assert!((NEXT..=NEXT + 2 * END).contains(&begin.elapsed()));
    drop(client);
    connection.await.unwrap().unwrap();
}
