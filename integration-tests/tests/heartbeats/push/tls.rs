//! Over https.

use std::sync::Arc;

use health_tower::heartbeat::Push;
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::push::server::{GOOD, Refusing};
use crate::push::stage::{Stage, url};

fn certificate(name: &str) -> CertifiedKey<KeyPair> {
    generate_simple_self_signed([name.to_owned()]).unwrap()
}

fn acceptor(own: &CertifiedKey<KeyPair>) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth();
    let config = config.with_single_cert(vec![own.cert.der().clone()], key);
    TlsAcceptor::from(Arc::new(config.unwrap()))
}

/// Each passes once the server has the certificate that it should have.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_to_be_trusted_and_a_port_without_tls() {
    let own = certificate("localhost");
    let untrusted = "is not trusted (`.ca_certificate(pem)`";
    for (tls, part) in [
        (Some(certificate("localhost")), untrusted),
        (Some(certificate("orders.example.com")), untrusted),
        (None, "does not speak TLS as we do"),
    ] {
        let server = Refusing::new().listen(GOOD, tls.as_ref().map(acceptor));
        let place = format!("localhost:{}", server.addr.port());
        let push = Push::to(url("https", &place)).ca_certificate(own.cert.pem());
        let stage = Stage::push(push);
        stage.shows(&place, part).await;
        assert_eq!(server.asked().len(), 0, "nobody is told the secret");
        server.speak(Some(acceptor(&own)));
        stage.recovers().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_the_certificate_is_not_for() {
    let own = certificate("orders.example.com");
    let server = Refusing::new().listen(GOOD, Some(acceptor(&own)));
    let place = format!("localhost:{}", server.addr.port());
    let push = Push::to(url("https", &place)).ca_certificate(own.cert.pem());
    let stage = Stage::push(push);
    stage.shows(&place, "not valid for name").await;
    assert_eq!(server.asked().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn http_to_a_port_that_speaks_tls() {
    let server = Refusing::new().listen(GOOD, Some(acceptor(&certificate("localhost"))));
    let stage = Stage::push(Push::to(url("http", server.addr)));
    let place = server.addr.to_string();
    stage.shows(&place, "has not answered in HTTP").await;
    server.speak(None);
    stage.recovers().await;
}
