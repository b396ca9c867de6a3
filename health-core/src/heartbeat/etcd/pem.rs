use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;

use crate::authorities::{authorities, certificates};

/// What keeps it from being a list of authorities. What tonic can't read of it, it leaves out without a word, and then nobody is trusted.
pub(super) fn bad_authorities(pem: &[u8]) -> Option<String> {
    authorities(".ca_certificate(…)", &[pem.to_vec()]).err()
}

/// What keeps them from being who this client is. Whether they belong together, the builder of the connection says.
pub(super) fn bad_identity(certificate: &[u8], key: &[u8]) -> Option<String> {
    if let Err(why) = certificates(".client_certificate(…)", certificate) {
        return Some(why);
    }
    let key = PrivateKeyDer::from_pem_slice(key);
    key.is_err().then(|| {
        "`.client_certificate(…)` has a key that is no PEM of an unencrypted private key: one has `-----BEGIN PRIVATE KEY-----`".to_owned()
    })
}
