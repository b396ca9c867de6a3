//! Start, success, failure, and the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use health_tower::heartbeat::{Push, Vitals};
use health_tower::{Check, Health, HeartbeatState, Phase, Verdict};
use integration_tests::host::builder;
use integration_tests::patience::until;
use tokio::runtime::Builder;

use crate::push::server::{Asked, GOOD, Mode, Server};
use crate::push::stage::{SECRET, Stage, quick};

const NOT_FOUND: Mode = Mode::Says("HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n");

/// A scheme of its own for each: no slash is doubled.
fn checks(server: &Server) -> String {
    format!("http://{}/{SECRET}/", server.addr)
}

/// A service whose liveness is as it is told.
fn mortal() -> (Health, Arc<AtomicBool>) {
    let live = Arc::new(AtomicBool::new(true));
    let check = Check::liveness("alive", Arc::clone(&live), |live| {
        if live.load(Ordering::Relaxed) {
            Ok(())
        } else {
            Err("ordered to be dead")
        }
    });
    let check = check.every(Duration::from_millis(20)).fail_after(1);
    (builder().check(check).start().unwrap(), live)
}

fn last_is(kind: &'static str) -> impl Fn(&[Asked]) -> bool {
    move |asked| {
        let last = asked.last();
        last.is_some_and(|last| last.line() == format!("POST /{SECRET}{kind}"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_starts_and_then_succeeds() {
    let server = Server::start(GOOD);
    let stage = Stage::push(Push::healthchecks(checks(&server)));
    let asked = server.until("five", |asked| asked.len() >= 5).await;
    let lines: Vec<&str> = asked.iter().map(Asked::line).collect();
    let (start, success) = (format!("POST /{SECRET}/start"), format!("POST /{SECRET}"));
    assert_eq!(lines[0], start);
    assert!(lines[1..].iter().all(|line| *line == success), "{lines:?}");
    for asked in &asked {
        let vitals = Vitals::decode(&asked.body).unwrap();
        assert_eq!(vitals.phase(), Phase::Serving);
        assert_eq!(asked.header("content-type"), Some("application/json"));
        let bearer = format!("Bearer {SECRET}");
        assert_eq!(asked.header("authorization"), Some(&*bearer));
        assert_eq!(asked.header("x-key"), Some(SECRET));
        assert!(
            asked
                .header("user-agent")
                .unwrap()
                .starts_with("health-core/")
        );
    }
    assert_eq!(stage.membership.report().backend(), "push");
    assert_eq!(
        stage.membership.report().warning(),
        None,
        "it is the same host"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_only_get_is_asked_so() {
    let server = Server::start(GOOD);
    let url = format!("http://{}/api/push/{SECRET}?status=up", server.addr);
    let _stage = Stage::push(Push::to(url).get());
    let asked = server.until("two", |asked| asked.len() >= 2).await;
    for asked in asked {
        assert_eq!(asked.line(), format!("GET /api/push/{SECRET}?status=up"));
        assert_eq!((asked.body.len(), asked.header("content-type")), (0, None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn liveness_that_is_down_is_a_failure_and_readiness_is_none() {
    let server = Server::start(GOOD);
    let (health, live) = mortal();
    let membership = quick(Push::healthchecks(checks(&server)))
        .start(&health)
        .unwrap();
    server.until("a success", last_is("")).await;
    health.begin_drain();
    let not_ready = |asked: &[Asked]| {
        let vitals = asked
            .last()
            .and_then(|last| Vitals::decode(&last.body).ok());
        vitals.is_some_and(|vitals| !vitals.is_ready())
    };
    let asked = server.until("not ready", not_ready).await;
    assert!(last_is("")(&asked), "{asked:?}");
    live.store(false, Ordering::Relaxed);
    let asked = server.until("a failure", last_is("/fail")).await;
    assert!(
        !Vitals::decode(&asked.last().unwrap().body)
            .unwrap()
            .is_live()
    );
    assert!(membership.is_member(), "whoever is told of it has heard");
    live.store(true, Ordering::Relaxed);
    server.until("a success", last_is("")).await;
}

/// As at each start, and while a database is away that all instances share.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_is_down_moves_requests_and_wakes_nobody() {
    let server = Server::start(GOOD);
    let check = Check::readiness("database", || async { Err::<(), _>("is away") });
    let check = check.every(Duration::from_millis(20)).fail_after(1);
    let health = builder().check(check).start().unwrap();
    until("the verdict", || {
        health.snapshot().verdict().verdict() == Verdict::Down
    })
    .await;
    let _membership = quick(Push::healthchecks(checks(&server)))
        .start(&health)
        .unwrap();
    let asked = server.until("five", |asked| asked.len() >= 5).await;
    let failed = asked.iter().find(|asked| asked.line().ends_with("/fail"));
    assert!(failed.is_none(), "{failed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_can_not_be_told_that_it_starts_is_told_that_it_lives() {
    let (server, deaf) = (Server::start(GOOD), Server::start(NOT_FOUND));
    let push = Push::to(checks(&server)).on_start(checks(&deaf));
    let stage = Stage::push(push);
    server.until("two", |asked| asked.len() >= 2).await;
    until("the warning", || {
        stage.membership.report().warning().is_some()
    })
    .await;
    let report = stage.membership.report();
    let warning = report.warning().unwrap();
    let place = deaf.addr.to_string();
    assert!(
        warning.contains(&place) && warning.contains("404"),
        "{warning}"
    );
    assert!(!warning.contains(SECRET), "{warning}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_behind_a_hash_is_part_of_no_ping() {
    let server = Server::start(GOOD);
    let _stage = Stage::push(Push::healthchecks(format!("{}#top", checks(&server))));
    let asked = server.until("two", |asked| asked.len() >= 2).await;
    let lines: Vec<&str> = asked.iter().map(Asked::line).collect();
    let (start, success) = (format!("POST /{SECRET}/start"), format!("POST /{SECRET}"));
    assert_eq!(lines[..2], [start, success]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_can_not_be_told_of_a_failure_hears_nothing() {
    let server = Server::start(GOOD);
    let (health, live) = mortal();
    let membership = quick(Push::to(checks(&server))).start(&health).unwrap();
    server.until("a success", last_is("/")).await;
    live.store(false, Ordering::Relaxed);
    let silent = || {
        let report = membership.report();
        report
            .problem()
            .is_some_and(|why| why.contains("so that the switch trips"))
    };
    until("silence", silent).await;
    let (asked, failed) = (server.asked().len(), membership.report().failed());
    until("more that is not sent", || {
        membership.report().failed() >= failed + 5
    })
    .await;
    assert_eq!(server.asked().len(), asked);
    live.store(true, Ordering::Relaxed);
    server.until("a success", |now| now.len() > asked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stall_is_a_failure_and_an_end_is_none() {
    let server = Server::start(GOOD);
    let application = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (health, membership) = {
        let _context = application.enter();
        let health = builder().start().unwrap();
        let heartbeat = quick(Push::healthchecks(checks(&server)));
        let heartbeat = heartbeat.revoke_after(Duration::from_secs(1));
        let membership = heartbeat.start(&health).unwrap();
        (health, membership)
    };
    server.until("a success", last_is("")).await;
    application.spawn(async { thread::sleep(Duration::from_secs(3)) });
    let asked = server.until("a failure", last_is("/fail")).await;
    let why = String::from_utf8_lossy(&asked.last().unwrap().body);
    assert_eq!(why, "stalled: nothing in the application moves");
    assert_eq!(membership.state(), HeartbeatState::Stalled);
    let asked = server.until("another start, and a success", |asked| {
        last_is("")(asked)
            && asked
                .iter()
                .filter(|asked| asked.line().ends_with("/start"))
                .count()
                == 2
    });
    let before = asked.await;

    drop(health);
    until("its end", || membership.state() == HeartbeatState::Left).await;
    let after = server.asked();
    let last = &after[before.len()..];
    assert!(
        last.iter()
            .all(|asked| asked.line() == format!("POST /{SECRET}")),
        "{last:?}"
    );
    application.shutdown_background();
}
