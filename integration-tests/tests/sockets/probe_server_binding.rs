//! Binding and closing a probe server.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Mutex, mpsc};

use health_tower::{Details, Health, HealthLayer, ProbeServer};
use integration_tests::host::healthy;
use integration_tests::wire::Wire;
use tokio::runtime::Builder;

use crate::probe_server::OK;

fn answers(addr: SocketAddr) -> bool {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream
        .write_all(b"GET /health/live HTTP/1.0\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.ends_with("\r\n\r\nok")
}

fn there_is_no_ipv6() -> bool {
    let missing = TcpListener::bind("[::1]:0").err();
    if let Some(error) = &missing {
        println!("SKIPPED: there is no ::1 here ({error})");
    }
    missing.is_some()
}

#[tokio::test]
async fn addresses_are_told_in_the_order_of_binding() {
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let probes = probes
        .bind(("localhost", 0))
        .unwrap()
        .bind("127.0.0.1:0")
        .unwrap();
    assert_eq!(probes.local_addrs().len(), 3);
    assert!(probes.local_addrs()[0].is_ipv4() && probes.local_addrs()[2].is_ipv4());
    for addr in probes.local_addrs() {
        assert_eq!(
            Wire::connect(*addr).await.get("/health/live").await.plain(),
            OK
        );
    }
}

#[tokio::test]
async fn ipv6_alone_beside_ipv4_and_before_it() {
    if there_is_no_ipv6() {
        return;
    }
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let probes = ProbeServer::new(&layer).bind("[::1]:0").unwrap();
    assert!(probes.local_addrs()[0].is_ipv6() && answers(probes.local_addrs()[0]));

    for order in [["0.0.0.0", "[::]"], ["[::]", "0.0.0.0"]] {
        let probes = ProbeServer::new(&layer)
            .bind(format!("{}:0", order[0]))
            .unwrap();
        let port = probes.local_addrs()[0].port();
        let probes = probes.bind(format!("{}:{port}", order[1])).unwrap();
        let told: Vec<_> = probes
            .local_addrs()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(told, order.map(|ip| format!("{ip}:{port}")));
        for ip in ["127.0.0.1", "::1"] {
            assert!(
                answers(SocketAddr::new(ip.parse().unwrap(), port)),
                "{order:?} {ip}"
            );
        }
    }
}

#[test]
fn it_needs_no_runtime_of_the_caller() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let health: Health = runtime.block_on(async { healthy() });
    let layer = HealthLayer::new(&health);
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    // The application's runtime doesn't turn at all.
    assert!(answers(probes.local_addrs()[0]));
    drop(probes);
}

#[tokio::test]
async fn what_can_not_be_bound_is_named_with_a_way_out() {
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap();
    let free = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let was_free = free.local_addrs()[0];
    let error = free.bind(addr).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    let text = error.to_string();
    assert!(
        text.contains(&addr.to_string()) && text.contains("another port"),
        "{text}"
    );
    TcpListener::bind(was_free).expect("what was bound before is closed");

    let error = ProbeServer::new(&layer).bind("192.0.2.1:0").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrNotAvailable);
    assert!(error.to_string().contains("0.0.0.0"), "{error}");
    let error = ProbeServer::new(&layer).bind("9090").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("0.0.0.0:9090"), "{error}");
}

#[tokio::test]
async fn dropping_it_closes_connections_and_ports_before_it_returns() {
    let health = healthy();
    let layer = HealthLayer::new(&health);
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let addr = probes.local_addrs()[0];
    let mut open = Wire::connect(addr).await;
    assert_eq!(open.get("/health/live").await.plain(), OK);
    drop(probes);
    let refused = TcpStream::connect(addr).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(open.rest().await, b"");
    let again = ProbeServer::new(&layer).bind(addr).unwrap();
    assert_eq!(
        Wire::connect(again.local_addrs()[0])
            .await
            .get("/health/live")
            .await
            .plain(),
        OK
    );
}

#[tokio::test]
async fn a_closure_that_never_returns_does_not_keep_the_drop_from_returning() {
    let (release, released) = mpsc::channel::<()>();
    let (called, call) = mpsc::channel();
    let gate = Mutex::new((called, released));
    let access = Details::when(move |_| {
        let gate = gate.lock().unwrap();
        gate.0.send(()).unwrap();
        gate.1.recv().is_ok()
    });
    let health = healthy();
    let layer = HealthLayer::builder(&health)
        .details(access)
        .build()
        .unwrap();
    let probes = ProbeServer::new(&layer).bind("127.0.0.1:0").unwrap();
    let mut wire = Wire::connect(probes.local_addrs()[0]).await;
    wire.request("GET", "/health/ready?verbose").await;
    call.recv().unwrap();
    drop(probes);
    drop(release);
    // The thread ends as soon as it can, and may answer before.
    let _answer = wire.rest().await;
}
