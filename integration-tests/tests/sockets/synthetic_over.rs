//! Requests that a service makes to itself over a URL: the listener is part of what is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::serve::ListenerExt as _;
use health_tower::{CheckState, Step, Synthetic};
use http::Version;
use integration_tests::host::{Host, healthy, listen};
use integration_tests::patience::{pause, until};

use crate::grpc::{Served, serve};
use crate::synthetic::{HELLO, application, settled};

#[tokio::test(flavor = "multi_thread")]
async fn the_mark_crosses_and_nobody_counts_the_request() {
    let health = healthy();
    let (app, log, _gate) = application(&health);
    let host = Host::start(&health, app).await;
    let orders = Synthetic::get("/orders").over(format!("http://{}", host.addr()));
    orders.start(&health).unwrap();
    settled(&health, "GET /orders", CheckState::Up).await;
    let seen = log.take();
    assert!(seen[0].marked && seen[0].in_flight == 0, "{seen:?}");
    assert_eq!(seen[0].version, Version::HTTP_11);
    assert_eq!(seen[0].headers["host"], host.addr().to_string());
    assert!(
        !seen[0].headers.contains_key("x-health-synthetic"),
        "taken off"
    );
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_run_connects_anew_and_its_steps_share_that() {
    let health = healthy();
    let (app, log, _gate) = application(&health);
    let accepted = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&accepted);
    let (listener, addr) = listen().await;
    let listener = listener.tap_io(move |_| _ = counted.fetch_add(1, Ordering::SeqCst));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let twice = Synthetic::new("twice")
        .step(Step::get("/orders"))
        .step(Step::get("/orders"));
    let twice = twice.every("50ms").over(format!("http://{addr}"));
    twice.start(&health).unwrap();
    let mut orders = 0;
    while orders < 6 {
        orders += log.take().len();
        pause().await;
    }
    // All have been answered: what is accepted by now is of these runs, and of one more at most.
    let accepted = accepted.load(Ordering::SeqCst);
    assert!(
        (3..=4).contains(&accepted),
        "{accepted} for {orders} requests of two each"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let health = healthy();
    let (app, log, _gate) = application(&health);
    let host = Host::start(&health, app).await;
    let moved = Synthetic::get("/moved").over(format!("http://{}", host.addr()));
    moved.fail_after(1).start(&health).unwrap();
    let reason = settled(&health, "GET /moved", CheckState::Down)
        .await
        .unwrap();
    assert_eq!(
        reason,
        "step 1, GET /moved: status 302, expected 2xx: redirects are not followed"
    );
    assert!(log.take().is_empty());
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_listens_and_one_who_hangs_up_are_told_apart() {
    let health = healthy();
    let (listener, addr) = listen().await;
    let asked = |name: &str| {
        let step = Synthetic::new(name)
            .step(Step::get("/orders"))
            .fail_after(1);
        step.over(format!("http://{addr}")).start(&health).unwrap();
    };
    let hanging_up = tokio::spawn(async move {
        drop(listener.accept().await);
        listener
    });
    asked("hangs up");
    let reason = settled(&health, "hangs up", CheckState::Down)
        .await
        .unwrap();
    assert!(
        reason.starts_with("step 1, GET /orders: client error"),
        "{reason}"
    );
    drop(hanging_up.await.unwrap());
    asked("refused");
    let reason = settled(&health, "refused", CheckState::Down).await.unwrap();
    assert!(reason.contains("Connection refused"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn grpc_over_http2_without_tls() {
    let health = healthy();
    let Served { addr, run, .. } = serve(&health, |server| server).await;
    let step = Step::grpc("test.Echo/Unary", HELLO).expect_body(|answer| answer == HELLO);
    let echo = Synthetic::new("echo")
        .step(step)
        .over(format!("http://{addr}"));
    echo.start(&health).unwrap();
    settled(&health, "echo", CheckState::Up).await;
    health.shutdown();
    assert!(run.await.unwrap().unwrap().is_clean());
}

/// A drain waits for none, though one holds a connection when it begins.
#[tokio::test(flavor = "multi_thread")]
async fn one_under_way_holds_no_drain() {
    let health = healthy();
    let (app, _log, mut gate) = application(&health);
    let host = Host::start(&health, app).await;
    let held = Synthetic::get("/held")
        .timeout("600s")
        .over(format!("http://{}", host.addr()));
    held.start(&health).unwrap();
    let held = gate.held().await;
    until("nobody to count it", || health.in_flight().count() == 0).await;
    host.stop().await;
    held.dropped().await;
}

#[tokio::test]
async fn what_is_no_url_is_said_at_start() {
    let health = healthy();
    let started = |synthetic: Synthetic| {
        let error = synthetic.start(&health).unwrap_err();
        error.problems().map(str::to_owned).collect::<Vec<_>>()
    };
    let orders = || Synthetic::get("/orders");
    let rows = [
        (orders().over("localhost:8443"), "has no scheme"),
        (
            orders().over("ftp://localhost"),
            "neither of http nor of https",
        ),
        (
            orders().over("https://localhost/orders"),
            "has a path, which belongs into the steps",
        ),
        (
            Synthetic::get("orders").over("http://localhost"),
            "the path \"orders\" is none",
        ),
        (
            orders().over("https://localhost").trust("no PEM"),
            "was given no certificate in PEM",
        ),
        (
            orders().over("http://localhost").trust("no PEM"),
            "is for https",
        ),
        (
            orders().over("http://localhost").server_name("a b"),
            "the server name \"a b\" is none",
        ),
        (
            orders().over("http://localhost").over("http://localhost"),
            "in more than one way",
        ),
        (
            orders().server_name("a").through(axum::Router::new()),
            "are for `over(…)`",
        ),
    ];
    for (synthetic, why) in rows {
        let problems = started(synthetic);
        let named =
            |problem: &&String| problem.contains(why) && problem.contains("synthetic_over.rs:");
        assert!(
            problems.iter().any(|problem| named(&problem)) && problems.len() == 1,
            "{why}: {problems:#?}"
        );
    }
    let all = started(Synthetic::new("all").over("ftp://a").server_name(""));
    assert_eq!(all.len(), 3, "{all:#?}");
    assert_eq!(health.snapshot().checks().count(), 0);
}
