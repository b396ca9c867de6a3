use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Whose signature on a server's certificate will do: of these, in PEM, or of the system's, where none are said. `option` is where the PEM came
/// from, for the errors.
///
/// The system's, and no list of the day when this was built: whoever runs the service keeps them up to date, with authorities of
/// their own.
pub fn authorities(option: &str, given: &[Vec<u8>]) -> Result<RootCertStore, String> {
    if given.is_empty() {
        return of_the_system(option);
    }
    let mut roots = RootCertStore::empty();
    for pem in given {
        for certificate in certificates(option, pem)? {
            let added = roots.add(certificate);
            added.map_err(|error| not_one(option, &error.to_string()))?;
        }
    }
    Ok(roots)
}

/// What is in a PEM: one at least.
pub(crate) fn certificates(
    option: &str,
    pem: &[u8],
) -> Result<Vec<CertificateDer<'static>>, String> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) => Err(not_one(option, "there is no section `CERTIFICATE`")),
        // Not the error: it may quote what was given, and that may be a key.
        Err(_) => Err(not_one(option, "a section is broken")),
    }
}

fn of_the_system(option: &str) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs().certs;
    match roots.add_parsable_certificates(found) {
        (0, _) => Err(format!(
            "this system trusts no authority: say with `{option}` who signed the server's certificate, or install `ca-certificates`"
        )),
        _ => Ok(roots),
    }
}

fn not_one(option: &str, why: &str) -> String {
    format!(
        "`{option}` was given no certificate in PEM ({why}); it begins with `-----BEGIN CERTIFICATE-----`"
    )
}
