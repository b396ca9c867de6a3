//! From the public side no probe can be asked, however it is spelled; the application can.

use http::{Method, Uri};

use crate::files::changed;
use crate::proxy::Kind;
use crate::spellings::{NOT_FOUND, PASSED, REFUSED};
use crate::stage::{Outcome, Stage, of_http2};

async fn hides(kind: Kind) {
    let Some(stage) = Stage::new(kind, |text| text).await else {
        return;
    };
    for target in NOT_FOUND.iter().chain(REFUSED) {
        for (method, version) in [
            ("GET", "HTTP/1.1"),
            ("POST", "HTTP/1.1"),
            // Envoy refuses it whatever the path.
            ("GET", "HTTP/1.0"),
        ] {
            let outcome = stage.http1(method, target, version).await;
            let exactly = NOT_FOUND.contains(target) && version == "HTTP/1.1";
            outcome.is_refusal(exactly, &format!("{kind:?}: {method} {target} {version}"));
        }
        // A client of HTTP/2 that is one has no other spellings.
        if target.starts_with('/') && of_http2(target).parse::<Uri>().is_ok() {
            for method in [Method::GET, Method::POST] {
                let outcome = stage.http2(method.clone(), target).await;
                let exactly = NOT_FOUND.contains(target);
                outcome.is_refusal(exactly, &format!("{kind:?}: {method} {target} HTTP/2"));
            }
        }
    }
    let passed = Outcome {
        status: Some(200),
        reached: true,
    };
    for target in PASSED {
        assert_eq!(
            stage.http1("GET", target, "HTTP/1.1").await,
            passed,
            "{kind:?}: {target}"
        );
        let outcome = stage.http2(Method::POST, target).await;
        assert_eq!(outcome, passed, "{kind:?}: {target} by HTTP/2");
    }
    // Envoy makes a slash of it, and compares what it sends on.
    if kind != Kind::Envoy {
        let outcome = stage.http1("GET", "/orders\\1", "HTTP/1.1").await;
        outcome.is_refusal(false, &format!("{kind:?}: a backslash"));
    }
    stage.no_tunnel().await;
    // The others pass none on, unless the file is changed.
    if kind == Kind::HAProxy {
        stage.passes_websockets().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn haproxy_hides_the_probes() {
    hides(Kind::HAProxy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_hides_the_probes() {
    hides(Kind::Nginx).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn envoy_hides_the_probes() {
    hides(Kind::Envoy).await;
}

/// The test of the test: without these lines the probes are asked.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_hides_them() {
    for kind in [Kind::HAProxy, Kind::Nginx, Kind::Envoy] {
        let bare = |text: String| changed(&text, "(health|grpc", "(nothing|nor");
        let Some(stage) = Stage::new(kind, bare).await else {
            continue;
        };
        let reached = Outcome {
            status: Some(200),
            reached: true,
        };
        assert_eq!(
            stage.http1("GET", "/health/live", "HTTP/1.1").await,
            reached,
            "{kind:?}"
        );
        let check = stage
            .http2(Method::POST, "/grpc.health.v1.Health/Check")
            .await;
        assert_eq!(check, reached, "{kind:?}");
    }
}
