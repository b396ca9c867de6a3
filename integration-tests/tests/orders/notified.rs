use tokio::net::UnixDatagram;
use tokio::time::timeout;

use crate::service::Service;
use crate::shell::PATIENCE;

/// As `orders.service` has it: `Type=notify`.
#[tokio::test]
async fn systemd_hears_that_it_is_ready_and_that_it_stops() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    let hears = async |line: &str| {
        let mut bytes = [0; 1024];
        loop {
            let heard = timeout(PATIENCE, socket.recv(&mut bytes)).await;
            let len = heard.expect(line).expect("a message");
            let text = String::from_utf8_lossy(&bytes[..len]);
            if text.lines().any(|had| had == line) {
                break;
            }
        }
    };
    let service = Service::start_by(Some(&path)).await;
    hears("READY=1").await;
    hears("WATCHDOG=1").await;
    service.signal("TERM").await;
    hears("STOPPING=1").await;
    let (code, _) = service.end().await;
    assert_eq!(code, Some(0));
}
