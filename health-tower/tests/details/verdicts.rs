//! The verdict and the traffic, as part of readiness and of the user's path.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use health_tower::{Check, Health, Watchdog};
use http::{Request, Response};
use http_body_util::Empty;
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::world::{JSON, get, open};

#[tokio::test(start_paused = true)]
async fn it_is_shown_with_its_evidence_and_where_it_belongs() {
    let builder = Health::builder().linked(false).watchdog(Watchdog::off());
    let disk = Check::readiness("disk", || async { false }).fail_after(1);
    let external = Check::external("path", || async { true });
    let health = builder.check(disk).check(external).start().unwrap();
    let layer = open(&health);
    let hangs = service_fn(|_| std::future::pending::<Result<Response<Empty<Bytes>>, &str>>());
    let request = Request::get("/orders/\u{7f}7".replace('\u{7f}', "%0A"));
    let request = request.body(Empty::<Bytes>::new()).unwrap();
    let mut waits = pin!(layer.layer(hangs).oneshot(request));
    assert!(
        tokio::time::timeout(Duration::from_secs(3), waits.as_mut())
            .await
            .is_err()
    );

    for path in ["/health/ready", "/health/external"] {
        let document = get(&layer, path, JSON).await.json();
        let verdict = &document["verdict"];
        assert_eq!(verdict["is"], "down", "{path}");
        assert!(verdict["seconds"].as_f64().unwrap() >= 1.0);
        let evidence = serde_json::json!([{"rule": "check", "what": "check `disk` is down"}]);
        assert_eq!(verdict["evidence"], evidence);
        let traffic = &document["traffic"][0];
        assert_eq!(traffic["oldest"]["what"], "GET /orders/%0A7");
        assert_eq!(traffic["failed"], 0);
    }
    for path in ["/health/live", "/health/startup"] {
        let document = get(&layer, path, JSON).await.json();
        assert!(
            document.get("verdict").is_none() && document.get("traffic").is_none(),
            "{path}"
        );
    }
    let lines = get(&layer, "/health/ready?verbose", "").await;
    let lines: Vec<_> = lines.text().lines().collect();
    assert!(lines[1].starts_with("[!]verdict down for "), "{lines:?}");
    assert!(
        lines[1].ends_with(" s: check `disk` is down (check)"),
        "{lines:?}"
    );
    assert!(lines[2].starts_with("[+]traffic: "), "{lines:?}");
    assert!(
        lines[2].contains("GET /orders/%0A7 waits for "),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 4, "{lines:?}");
}
