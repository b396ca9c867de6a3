use std::collections::BTreeSet;

use crate::service::Service;
use crate::shell::{self, Running};

/// The tour, from the first line to the last, each exactly as it was printed.
#[tokio::test]
async fn each_printed_line_does_what_it_says() {
    if shell::curl_is_missing().await {
        return;
    }
    let service = Service::start().await;
    let mut tried = BTreeSet::new();
    let mut line = |with| {
        let line = service.line(with);
        tried.insert(line);
        line
    };

    let list = service.lines().next().expect("lines are printed");
    let orders = shell::run(line(list)).await.stdout;
    assert!(orders.contains(r#"{"id":20,"item":"lamp 20","#), "{orders}");
    let created = shell::run(line("-d item=lamp")).await.stdout;
    assert!(
        created.starts_with(r#"{"id":21,"item":"lamp","quantity":2,"#),
        "{created}"
    );
    let orders = shell::run(list).await.stdout;
    assert!(orders.contains(r#"{"id":21,"item":"lamp","#), "{orders}");

    let (live, ready) = (line("/health/live"), line("/health/ready"));
    assert_eq!(shell::run(live).await.status(), 200);
    assert_eq!(shell::run(ready).await.status(), 200);
    let h2c = ready.replace("curl ", "curl --http2-prior-knowledge ");
    let h2c = shell::run(&h2c).await;
    assert!(h2c.stdout.starts_with("HTTP/2 200"), "{h2c:?}");

    shell::run(line("/database/break")).await;
    let down = service.poll("/health/ready", 503).await;
    assert!(
        !down.stdout.contains("database"),
        "a name has leaked: {down:?}"
    );
    assert_eq!(shell::run(live).await.status(), 200);
    assert_eq!(
        shell::status(&format!("{}/orders", service.url())).await,
        503
    );
    shell::run(line("/database/mend")).await;
    service.poll("/health/ready", 200).await;
    assert_eq!(shell::run(live).await.status(), 200);

    // One message of two bytes: field 1 is 21.
    let count = shell::run(line("/orders.v1.Orders/Count")).await;
    assert_eq!(count.stdout.trim(), "00 00 00 00 02 08 15");
    assert!(count.stderr.contains("grpc-status: 0"), "{count:?}");

    // One message of two bytes: field 1 is SERVING.
    let health = shell::run(line("/grpc.health.v1.Health/Check")).await;
    assert_eq!(health.stdout.trim(), "00 00 00 00 02 08 01");
    assert!(health.stderr.contains("grpc-status: 0"), "{health:?}");

    let export = Running::start(line("/orders/export")).await;
    let kill = service.lines().last().expect("lines are printed");
    shell::run(line(kill)).await;
    service.poll("/health/ready", 503).await;
    assert_eq!(export.finish().await, (20, true));

    let printed: BTreeSet<_> = service.lines().collect();
    assert_eq!(tried, printed, "a line is printed but not tried");
    let (code, report) = service.end().await;
    assert_eq!(code, Some(0));
    assert!(report.contains("nothing was left"), "{report}");
}
