use crate::service::{Service, drained_after};
use crate::shell::{self, Running};

#[tokio::test]
async fn sigterm_lets_the_download_finish() {
    lets_the_download_finish("TERM").await;
}

/// Without a terminal, as a process manager may send it.
#[tokio::test]
async fn sigint_lets_the_download_finish() {
    lets_the_download_finish("INT").await;
}

async fn lets_the_download_finish(signal: &str) {
    if shell::curl_is_missing().await {
        return;
    }
    let mut service = Service::start().await;
    let export = Running::start(service.line("/orders/export")).await;

    service.signal(signal).await;
    service.read_until("draining: ").await;
    // A lame duck: not ready, alive, and serving on new connections.
    let url = service.url();
    assert_eq!(shell::status(&format!("{url}/health/ready")).await, 503);
    assert_eq!(shell::status(&format!("{url}/health/live")).await, 200);
    assert_eq!(shell::status(&format!("{url}/orders/1")).await, 200);

    let closing = service.read_until("closing: ").await;
    assert!(!closing.contains(" 0 in flight"), "{closing}");
    assert_eq!(export.finish().await, (20, true));
    let (code, report) = service.end().await;
    assert_eq!(code, Some(0));
    let trigger = format!("after SIG{signal}");
    assert!(report.contains(&trigger), "{report}");
    assert!(report.ends_with("nothing was left"), "{report}");
}

/// It ends early, says what was lost, and the exit code is 0 all the same: that is what the operator wanted.
#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    if shell::curl_is_missing().await {
        return;
    }
    let mut service = Service::start().await;
    let export = Running::start(service.line("/orders/export")).await;

    service.signal("TERM").await;
    service.read_until("draining: ").await;
    service.insist("TERM").await;
    let (code, report) = service.end().await;
    assert_eq!(code, Some(0));
    assert!(report.starts_with("done: gave up "), "{report}");
    assert!(
        report.ends_with("(a second signal cut it short)"),
        "{report}"
    );

    let (lines, complete) = export.finish().await;
    assert!(
        lines < 20 && !complete,
        "{lines} lines, complete: {complete}"
    );
}

#[tokio::test]
async fn without_requests_it_ends_with_the_lame_duck() {
    if shell::curl_is_missing().await {
        return;
    }
    let service = Service::start().await;
    service.signal("TERM").await;
    let (code, report) = service.end().await;
    assert_eq!(code, Some(0));
    assert!((3.0..15.0).contains(&drained_after(&report)), "{report}");
}
