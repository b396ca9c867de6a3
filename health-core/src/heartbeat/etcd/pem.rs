use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What keeps it from being a list of authorities. What tonic can't read of it, it leaves out without a word, and then nobody is trusted.
pub(super) fn bad_authorities(pem: &[u8]) -> Option<String> {
    let certificates = match certificates(pem) {
        Ok(certificates) => certificates,
        Err(why) => return Some(format!("`.ca_certificate(…)` {why}")),
    };
    let mut roots = RootCertStore::empty();
    let mut added = certificates.into_iter().map(|one| roots.add(one));
    added
        .find_map(Result::err)
        .map(|error| format!("`.ca_certificate(…)` holds one that can't be read: {error}"))
}

/// What keeps them from being who this client is. Whether they belong together, the builder of the connection says.
pub(super) fn bad_identity(certificate: &[u8], key: &[u8]) -> Option<String> {
    if let Err(why) = certificates(certificate) {
        return Some(format!("`.client_certificate(…)` {why}"));
    }
    let key = PrivateKeyDer::from_pem_slice(key);
    key.is_err().then(|| {
        "`.client_certificate(…)` has a key that is no PEM of an unencrypted private key: one has `-----BEGIN PRIVATE KEY-----`".to_owned()
    })
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) => Err("holds no certificate: PEM has `-----BEGIN CERTIFICATE-----`".to_owned()),
        Err(error) => Err(format!("is no PEM: {error}")),
    }
}
