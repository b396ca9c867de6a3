use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Whose signature on the server's certificate will do: of these, in PEM, or of the system's, where none are said.
pub(super) fn roots(is_tls: bool, trusted: &[Vec<u8>]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    if !is_tls {
        return Ok(roots);
    }
    if trusted.is_empty() {
        let found = rustls_native_certs::load_native_certs().certs;
        let (usable, _) = roots.add_parsable_certificates(found);
        return match usable {
            0 => Err("this system trusts no authority: say with `.ca_certificate(pem)` who signed the server's certificate, or install \
                      `ca-certificates`"
                .to_owned()),
            _ => Ok(roots),
        };
    }
    for pem in trusted {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|_| not_one("a section is broken"))?;
            let added = roots.add(certificate);
            added.map_err(|error| not_one(&error.to_string()))?;
        }
        if roots.len() == before {
            return Err(not_one("there is no section `CERTIFICATE`"));
        }
    }
    Ok(roots)
}

fn not_one(why: &str) -> String {
    format!(
        "`.ca_certificate(…)` was given no certificate in PEM ({why}); it begins with `-----BEGIN CERTIFICATE-----`"
    )
}
