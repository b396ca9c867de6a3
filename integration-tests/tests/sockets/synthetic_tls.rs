//! Over https, with certificates of a private authority.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use health_tower::{CheckState, Step, Synthetic};
use http::Version;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use integration_tests::host::{healthy, listen};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::synthetic::{HELLO, application, settled};

const NAME: &str = "orders.example.com";

fn certificate(name: &str) -> CertifiedKey<KeyPair> {
    generate_simple_self_signed([name.to_owned()]).unwrap()
}

/// Serves over TLS, with these protocols on offer.
async fn serve(app: Router, own: &CertifiedKey<KeyPair>, protocols: &[&str]) -> SocketAddr {
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth();
    let mut config = config
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (listener, addr) = listen().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, service) = (acceptor.clone(), TowerToHyperService::new(app.clone()));
            tokio::spawn(async move {
                let stream = TokioIo::new(acceptor.accept(stream).await?);
                let builder = Builder::new(TokioExecutor::new());
                builder
                    .serve_connection(stream, service)
                    .await
                    .map_err(std::io::Error::other)
            });
        }
    });
    addr
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_authority_and_a_name_that_is_not_in_the_url() {
    let health = healthy();
    let own = certificate(NAME);
    for (protocols, version) in [
        (&["h2", "http/1.1"][..], Version::HTTP_2),
        (&["http/1.1"], Version::HTTP_11),
    ] {
        let (app, log, _gate) = application(&health);
        let addr = serve(app, &own, protocols).await;
        let name = format!("{version:?}");
        let orders = Synthetic::new(name.clone()).step(Step::get("/orders"));
        let orders = orders.over(format!("https://127.0.0.1:{}", addr.port()));
        orders
            .server_name(NAME)
            .trust(own.cert.pem())
            .start(&health)
            .unwrap();
        settled(&health, &name, CheckState::Up).await;
        let seen = log.take();
        assert!(seen[0].marked && seen[0].in_flight == 0, "{seen:?}");
        assert_eq!(seen[0].version, version);
        if version == Version::HTTP_11 {
            assert_eq!(seen[0].headers["host"], NAME);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn grpc_needs_http2_and_negotiates_it() {
    let health = healthy();
    let own = certificate("localhost");
    let (echo, _sources) = crate::echo::Echo::new();
    let app = tonic::service::Routes::new(echo).into_axum_router();
    let asked = async |protocol: &str, state| {
        let addr = serve(app.clone(), &own, &[protocol]).await;
        let step = Step::grpc("test.Echo/Unary", HELLO);
        let echo = Synthetic::new(protocol).step(step).fail_after(1);
        let echo = echo.over(format!("https://localhost:{}", addr.port()));
        echo.trust(own.cert.pem()).start(&health).unwrap();
        settled(&health, protocol, state).await
    };
    asked("h2", CheckState::Up).await;
    let reason = asked("http/1.1", CheckState::Down).await.unwrap();
    assert!(
        reason.starts_with("step 1, test.Echo/Unary: client error"),
        "{reason}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_to_be_trusted_fails() {
    let health = healthy();
    let own = certificate(NAME);
    let (app, log, _gate) = application(&health);
    let addr = serve(app, &own, &["http/1.1"]).await;
    let asked = |name: &str, scheme: &str| {
        let step = Synthetic::new(name)
            .step(Step::get("/orders"))
            .fail_after(1);
        step.over(format!("{scheme}://127.0.0.1:{}", addr.port()))
    };
    let strange = asked("strange", "https")
        .server_name(NAME)
        .trust(certificate(NAME).cert.pem());
    let misnamed = asked("misnamed", "https").trust(own.cert.pem());
    for (name, synthetic, why) in [
        ("strange", strange, "invalid peer certificate"),
        ("misnamed", misnamed, "not valid for name"),
        ("plain", asked("plain", "http"), "client error"),
    ] {
        synthetic.start(&health).unwrap();
        let reason = settled(&health, name, CheckState::Down).await.unwrap();
        assert!(
            reason.starts_with("step 1, GET /orders: ") && reason.contains(why),
            "{reason}"
        );
    }
    assert!(log.take().is_empty());
}
