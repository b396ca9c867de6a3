//! Real signals at a bad moment.

use std::time::Duration;

use integration_tests::wire::Wire;

use crate::process::Service;

/// It is not ready yet, and what it does to get ready is not waited for.
#[tokio::test]
async fn a_signal_during_start_up_ends_the_process_well() {
    let hour = Duration::from_secs(3600);
    let mut service = Service::launch(Duration::ZERO, hour, &["starting"]).await;
    let mut wire = Wire::connect(service.addr).await;
    for path in ["/health/startup", "/health/ready"] {
        assert_eq!(wire.get(path).await.plain(), (503, "unavailable"));
    }
    // What is begun then is finished nevertheless.
    let mut download = service.download().await;
    service.signal("TERM").await;
    service.closed().await;
    service.feed("end").await;
    assert_eq!(download.chunk().await.unwrap(), None);
    let report = ["Terminate clean=true", "remaining=0 forced=false"];
    assert_eq!(service.end().await, report);
}

/// Connections, too: a client that doesn't read is reset.
#[tokio::test]
async fn a_second_signal_ends_a_client_that_does_not_read() {
    let hour = Duration::from_secs(3600);
    let mut service = Service::start(Duration::ZERO, hour).await;
    let mut wire = Wire::connect(service.addr).await;
    wire.request("GET", "/much").await;
    assert_eq!(wire.head().await.status, 200);
    service.insist("TERM").await;
    let report = ["Terminate clean=false", "remaining=0 forced=true"];
    assert_eq!(service.end().await, report);
    assert!(wire.try_rest().await.is_err());
}
