//! Certificates, on both sides.

use std::fs;
use std::path::Path;

use health_tower::heartbeat::{Etcd, EtcdBuilder};
use integration_tests::etcd::Cluster;
use integration_tests::peer::is_there;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use tempfile::TempDir;

use super::instance::Instance;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate and a key, in PEM.
fn issued(by: &Authority, names: Vec<String>) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(names).unwrap();
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    let certificate = params.signed_by(&key, by).unwrap();
    (certificate.pem(), key.serialize_pem())
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// It shows a certificate for its address and `etcd.internal`, and wants one.
async fn secured(ca: &Authority, folder: &TempDir) -> Cluster {
    let setup = Cluster::of(1).https();
    let names = [setup.hosts()[0].to_string(), "etcd.internal".to_owned()];
    let (certificate, key) = issued(ca, names.to_vec());
    let (client, client_key) = issued(ca, vec!["operator".to_owned()]);
    let path = |name, text: &str| written(folder.path(), name, text);
    let ca = path("ca.pem", &ca.pem());
    setup
        .flag(format!("--cert-file={}", path("server.pem", &certificate)))
        .flag(format!("--key-file={}", path("server.key", &key)))
        .flag(format!("--trusted-ca-file={ca}"))
        .flag("--client-cert-auth")
        .client_flag(format!("--cacert={ca}"))
        .client_flag(format!("--cert={}", path("client.pem", &client)))
        .client_flag(format!("--key={}", path("client.key", &client_key)))
        .start()
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_know_each_other_or_say_who_does_not() {
    if !is_there(Cluster::missing().await) {
        return;
    }
    let (ca, stranger, folder) = (
        authority("ours"),
        authority("another"),
        TempDir::new().unwrap(),
    );
    let cluster = secured(&ca, &folder).await;
    let (certificate, key) = issued(&ca, vec!["orders".to_owned()]);
    let known = || {
        Etcd::at(cluster.endpoints())
            .ca_certificate(ca.pem())
            .client_certificate(&certificate, &key)
    };
    let (foreign, foreign_key) = issued(&stranger, vec!["orders".to_owned()]);
    for (etcd, says) in [
        (
            known().ca_certificate(stranger.pem()),
            "is it signed by `.ca_certificate(…)`",
        ),
        (
            known().domain_name("orders.internal"),
            "another `.domain_name(…)`?",
        ),
        (
            Etcd::at(cluster.endpoints()).ca_certificate(ca.pem()),
            "it wants TLS with a `.client_certificate(…)`",
        ),
        (
            known().client_certificate(foreign, foreign_key),
            "it wants TLS with a `.client_certificate(…)`",
        ),
    ] {
        let problem = Instance::with(etcd).says(says).await;
        assert!(problem.starts_with("etcd at 127."), "{problem}");
    }
    let plain = cluster.endpoints()[0].replace("https", "http");
    Instance::with(Etcd::at([plain]))
        .says("if it always does: `https://`?")
        .await;

    let named = |etcd: EtcdBuilder| async {
        let instance = Instance::with(etcd);
        instance.joined().await;
        instance.beats(2).await;
        instance.drains().await;
    };
    named(known()).await;
    named(known().domain_name("etcd.internal")).await;
}

/// Before anything is connected to.
#[test]
fn what_does_not_belong_together_is_refused_at_once() {
    let ca = authority("ours");
    let (certificate, _) = issued(&ca, vec!["orders".to_owned()]);
    let (_, key) = issued(&ca, vec!["orders".to_owned()]);
    let etcd = Etcd::at(["https://127.0.0.1:2379"])
        .ca_certificate(ca.pem())
        .client_certificate(certificate, &key);
    let error = etcd.build().unwrap_err().to_string();
    assert!(error.contains("TLS to 127.0.0.1:2379"), "{error}");
    let domain = Etcd::at(["https://127.0.0.1:2379"])
        .ca_certificate(ca.pem())
        .domain_name("no name");
    let error = domain.build().unwrap_err().to_string();
    assert!(error.contains("TLS to 127.0.0.1:2379"), "{error}");
}
