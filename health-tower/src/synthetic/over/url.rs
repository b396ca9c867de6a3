use http::Uri;
use http::uri::{Authority, Scheme};
use rustls::pki_types::ServerName;

/// Scheme, host and port, and nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Url {
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
}

impl Url {
    pub(crate) fn read(url: &str) -> Result<Self, String> {
        let wrong =
            |why: &str| format!("the URL {url:?} {why}; write it as \"https://localhost:8443\"");
        let parts = url
            .parse::<Uri>()
            .map_err(|_| wrong("is none"))?
            .into_parts();
        let scheme = parts.scheme.ok_or_else(|| wrong("has no scheme"))?;
        if scheme != Scheme::HTTP && scheme != Scheme::HTTPS {
            return Err(wrong("is neither of http nor of https"));
        }
        let authority = parts.authority.ok_or_else(|| wrong("has no host"))?;
        if authority.as_str().contains('@') {
            // Without quoting it: there is a password in it.
            return Err(
                "the URL holds a user; hand one over with `Step::header(\"authorization\", …)`"
                    .to_owned(),
            );
        }
        if !is_plain(&authority) {
            return Err(wrong("has no host, or a port that is none"));
        }
        let path = parts.path_and_query;
        if path.is_some_and(|path| path != "/") || url.contains('#') {
            return Err(wrong("has a path, which belongs into the steps"));
        }
        Ok(Self { scheme, authority })
    }

    /// A name that goes into the place of the host.
    pub(crate) fn name(name: &str) -> Result<Authority, String> {
        let authority = name.parse::<Authority>().ok();
        let fits = |authority: &Authority| {
            let host = authority.host().trim_matches(['[', ']']);
            is_plain(authority) && ServerName::try_from(host).is_ok()
        };
        authority.filter(fits).ok_or_else(|| {
            format!("the server name {name:?} is none; write it as \"orders.example.com\"")
        })
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }
}

/// A host, and perhaps a port.
fn is_plain(authority: &Authority) -> bool {
    let (all, host) = (authority.as_str(), authority.host());
    !host.is_empty() && (all == host || authority.port_u16().is_some() && !all.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_scheme_host_and_port() {
        for good in [
            "http://localhost",
            "https://localhost:8443/",
            "https://[::1]:8443",
            "HTTP://a.b:1",
        ] {
            assert!(Url::read(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("", "is none"),
            ("/orders", "has no scheme"),
            ("localhost:8443", "has no scheme"),
            ("ftp://localhost", "neither of http"),
            ("https://", "is none"),
            ("https://localhost:99999", "a port that is none"),
            ("https://localhost:", "a port that is none"),
            ("https://localhost/base", "has a path"),
            ("https://localhost/?a=b", "has a path"),
            ("https://user:secret@localhost", "holds a user"),
        ] {
            let said = Url::read(bad).unwrap_err();
            assert!(said.contains(why), "{bad:?}: {said}");
            assert!(!said.contains("secret"));
        }
    }

    #[test]
    fn a_name_is_what_a_certificate_may_be_for() {
        for good in [
            "orders.example.com",
            "orders.example.com:8443",
            "10.0.0.7",
            "[::1]:8443",
        ] {
            assert!(Url::name(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "user@a", "a/b", "a:x"] {
            assert!(Url::name(bad).is_err(), "{bad:?}");
        }
    }
}
