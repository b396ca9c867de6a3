//! The proxies, started with the very files: only addresses are others.

use std::fs;
use std::net::SocketAddr;

use integration_tests::patience::{patiently, pause};
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::files::{changed, text};
use crate::nginx;
use crate::peer::Peer;
use crate::place::Place;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    HAProxy,
    Nginx,
    Envoy,
}

/// A running proxy. Dropping it ends it, also when a test fails.
#[derive(Debug)]
pub(crate) struct Proxy {
    /// For HTTP/1.
    pub(crate) public: SocketAddr,
    /// For HTTP/2, and so for gRPC.
    pub(crate) grpc: SocketAddr,
    _peer: Peer,
    _folder: TempDir,
}

impl Proxy {
    /// Waits until it listens; `None` where it isn't installed.
    pub(crate) async fn start(kind: Kind, instances: [SocketAddr; 2]) -> Option<Self> {
        Self::with(kind, instances, |text| text).await
    }

    /// The same with a file that is changed before.
    pub(crate) async fn with(
        kind: Kind,
        instances: [SocketAddr; 2],
        change: impl FnOnce(String) -> String,
    ) -> Option<Self> {
        let place = Place::new();
        let public = place.free();
        let grpc = if kind == Kind::Nginx {
            place.free()
        } else {
            public
        };
        let folder = tempfile::tempdir().unwrap();
        // Envoy goes by the ending.
        let [config, log] = ["config.yaml", "log"].map(|name| folder.path().join(name));
        let text = match kind {
            Kind::HAProxy => haproxy(public),
            Kind::Nginx => of_nginx(public, grpc, &folder),
            Kind::Envoy => envoy(public, place.free()),
        };
        fs::write(&config, change(before(&text, kind, instances))).unwrap();
        let config = config.to_str().unwrap();
        let pid = format!("daemon off; pid {config}.pid;");
        let peer = match kind {
            Kind::HAProxy => Peer::start("haproxy", "-v", ["-db", "-f", config], &log),
            Kind::Nginx => {
                let arguments = ["-e", "stderr", "-g", &pid, "-c", config];
                Peer::start("nginx", "-v", arguments, &log)
            }
            Kind::Envoy => {
                let arguments = ["--disable-hot-restart", "--concurrency", "1", "-c", config];
                Peer::start("envoy", "--version", arguments, &log)
            }
        };
        let proxy = Self {
            public,
            grpc,
            _peer: peer?,
            _folder: folder,
        };
        let connected = async {
            for addr in [public, grpc] {
                while TcpStream::connect(addr).await.is_err() {
                    pause().await;
                }
            }
        };
        patiently("the proxy", connected).await;
        Some(proxy)
    }
}

fn before(text: &str, kind: Kind, instances: [SocketAddr; 2]) -> String {
    let written = |addr: SocketAddr| match kind {
        Kind::Envoy => format!("address: {}, port_value: {}", addr.ip(), addr.port()),
        Kind::HAProxy | Kind::Nginx => addr.to_string(),
    };
    let documented = ["192.0.2.11:8080", "192.0.2.12:8080"].map(|addr| addr.parse().unwrap());
    let pairs = documented.into_iter().zip(instances);
    pairs.fold(text.to_owned(), |text, (documented, instance)| {
        changed(&text, &written(documented), &written(instance))
    })
}

fn haproxy(public: SocketAddr) -> String {
    changed(
        &text("haproxy.cfg"),
        "bind :80\n",
        &format!("bind {public}\n"),
    )
}

fn of_nginx(public: SocketAddr, grpc: SocketAddr, folder: &TempDir) -> String {
    let text = changed(
        &text("nginx.conf"),
        "listen 80;",
        &format!("listen {public};"),
    );
    let text = changed(
        &text,
        "listen 50051 http2;",
        &format!("listen {grpc} http2;"),
    );
    let folder = folder.path().display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {folder}/{name};\n"));
    let own = format!("\nhttp {{\naccess_log off;\n{}", temporary.concat());
    nginx::as_installed(&changed(&text, "\nhttp {\n", &own))
}

fn envoy(public: SocketAddr, admin: SocketAddr) -> String {
    let written =
        |addr: SocketAddr| format!("address: {}, port_value: {} ", addr.ip(), addr.port());
    let text = changed(
        &text("envoy.yaml"),
        "address: 0.0.0.0, port_value: 80 ",
        &written(public),
    );
    changed(
        &text,
        "address: 127.0.0.1, port_value: 9901 ",
        &written(admin),
    )
}
