//! Streams of gRPC: in flight until their trailers, and waited for by a drain.

use integration_tests::host::healthy;
use integration_tests::patience::{patiently, until_idle};
use tonic::{Code, Status};

use crate::echo::EchoClient;
use crate::grpc::{Served, serve};

#[tokio::test]
async fn a_stream_counts_until_its_trailers() {
    let health = healthy();
    let Served {
        addr, mut sources, ..
    } = serve(&health, |server| server).await;
    let mut client = EchoClient::connect(addr).await;
    let mut stream = patiently("a stream", client.stream()).await;
    let source = sources.recv().await.unwrap();
    for text in ["one", "two"] {
        source.send(Ok(text.to_owned())).await.unwrap();
        assert_eq!(
            patiently(text, stream.message()).await.unwrap().unwrap(),
            text
        );
        assert_eq!(health.in_flight().count(), 1);
    }
    source.send(Err(Status::data_loss("torn"))).await.unwrap();
    let status = patiently("the trailers", stream.message())
        .await
        .unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::DataLoss, "torn"));
    until_idle(&health).await;
}

#[tokio::test]
async fn a_stream_that_the_client_cancels_is_not_in_flight() {
    let health = healthy();
    let Served {
        addr, mut sources, ..
    } = serve(&health, |server| server).await;
    let mut client = EchoClient::connect(addr).await;
    let stream = patiently("a stream", client.stream()).await;
    let source = sources.recv().await.unwrap();
    assert_eq!(health.in_flight().count(), 1);
    drop(stream);
    patiently("the cancellation", source.closed()).await;
    until_idle(&health).await;
}

#[tokio::test]
async fn a_drain_waits_for_a_stream_to_end_whole() {
    let health = healthy();
    let Served {
        addr,
        mut sources,
        run,
    } = serve(&health, |server| server).await;
    let mut client = EchoClient::connect(addr).await;
    let mut stream = patiently("a stream", client.stream()).await;
    let source = sources.recv().await.unwrap();
    health.shutdown();
    patiently("closing", health.closing()).await;
    for number in 0..100 {
        source.send(Ok(number.to_string())).await.unwrap();
        let message = patiently("a message", stream.message()).await.unwrap();
        assert_eq!(message, Some(number.to_string()));
    }
    assert!(!run.is_finished());
    drop(source);
    assert_eq!(patiently("the end", stream.message()).await.unwrap(), None);
    let report = patiently("the report", run).await.unwrap().unwrap();
    assert!(report.is_clean(), "{report}");
}
