//! `NOTIFY_SOCKET` that is not as it should be.

use std::fs;

use tokio::process::Command;

use crate::systemd::manager::{Manager, Message, PLAN, Plan, SECOND};

/// As after `systemctl daemon-reexec`, or in a container whose host has let go of it.
#[tokio::test]
async fn a_socket_that_vanishes_is_a_problem_until_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let mut manager = Manager::at_path(&path);
    let mut service = PLAN.start(path.to_str(), &[]).await;
    service.tell("started").await;
    manager
        .until("READY=1", |message| message.has("READY=1"))
        .await;
    fs::remove_file(&path).unwrap();
    let said = service.problem("No such file").await;
    for part in [
        "NOTIFY_SOCKET",
        path.to_str().unwrap(),
        "`Type=notify`",
        "`NotifyAccess=main`",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let mut manager = Manager::at_path(&path);
    let back = manager
        .until("a beat", |message| message.has("WATCHDOG=1"))
        .await;
    assert!(!back.iter().any(|message| message.has("READY=1")), "once");
}

/// The service runs all the same, and says what has been missed once it can.
#[tokio::test]
async fn what_could_not_be_said_is_said_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let mut service = PLAN.start(path.to_str(), &[]).await;
    service.tell("started").await;
    service.problem("No such file").await;
    let mut manager = Manager::at_path(&path);
    manager
        .until("READY=1", |message| message.has("READY=1"))
        .await;
    service.terminate().await;
    manager
        .until("STOPPING=1", |message| message.has("STOPPING=1"))
        .await;
    service.ended().await;
}

#[tokio::test]
async fn an_address_that_is_none_is_named_with_what_it_has_to_be() {
    for (address, part) in [
        ("vsock:2:1234", "a path from the root"),
        ("notify", "a path from the root"),
        ("/dev/null", "`Type=notify`"),
    ] {
        let mut service = PLAN.start(Some(address), &[]).await;
        service.tell("started").await;
        let said = service.problem("NOTIFY_SOCKET").await;
        assert!(said.contains(address) && said.contains(part), "{said}");
        service.terminate().await;
        service.ended().await;
    }
}

/// Who has too many connections is not killed for that.
#[tokio::test]
async fn who_has_run_out_of_files_goes_on_to_beat() {
    let (mut manager, mut service) = PLAN.ready("files").await;
    let pid = service.process.id().to_string();
    let limit = ["--nofile=3:3", "--pid", &pid];
    let set = Command::new("prlimit").args(limit).status().await;
    assert!(set.unwrap().success());
    service.tell("dead").await;
    let dead = |message: &Message| {
        message
            .of("STATUS")
            .is_some_and(|is| is.contains("not live"))
    };
    manager.until("what came after it", dead).await;
    service.terminate().await;
    service.ended().await;
}

/// Where systemd does not read, the beats are late; the drain is not.
#[tokio::test]
async fn a_queue_that_is_full_blocks_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let _nobody_reads = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    let plan = Plan {
        every: SECOND / 100,
        ttl: SECOND,
        ..PLAN
    };
    let mut service = plan.start(path.to_str(), &[]).await;
    service.tell("started").await;
    service.problem("no answer within").await;
    service.terminate().await;
    service.ended().await;
}
