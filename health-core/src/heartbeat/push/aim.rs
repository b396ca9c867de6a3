use std::net::IpAddr;

use http::Uri;
use http::uri::Scheme;

/// Where to ping. Only its place is ever shown.
#[derive(Clone)]
pub(super) struct Aim {
    uri: Uri,
    place: String,
}

impl Aim {
    /// Nothing of the URL is quoted in the error: it may be a secret, even where it is none.
    pub(super) fn read(what: &str, url: &str) -> Result<Self, String> {
        let wrong = |why: &str| {
            format!(
                "the URL of `{what}` {why}; write it as `https://hc-ping.com/…` (it is a secret, and not shown)"
            )
        };
        let uri: Uri = url.parse().map_err(|_| wrong("is none"))?;
        let scheme = uri.scheme().ok_or_else(|| wrong("has no scheme"))?;
        let port = match (scheme == &Scheme::HTTPS, scheme == &Scheme::HTTP) {
            (true, _) => 443,
            (_, true) => 80,
            _ => return Err(wrong("is neither of https nor of http")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("has no host"))?;
        if authority.as_str().contains('@') {
            return Err(format!(
                "the URL of `{what}` holds a user: say `.bearer(token)`, or `.header(\"authorization\", …)`"
            ));
        }
        let host = authority.host();
        let port = match authority.port_u16() {
            Some(port @ 1..) => port,
            None if authority.as_str() == host => port,
            _ => return Err(wrong("has a port that is none")),
        };
        if host.is_empty() {
            return Err(wrong("has no host"));
        }
        let place = format!("{host}:{port}");
        Ok(Self { uri, place })
    }

    pub(super) fn uri(&self) -> Uri {
        self.uri.clone()
    }

    /// Host and port.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn is_tls(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTPS)
    }

    /// Whether whoever is on the way can read it.
    pub(super) fn is_open(&self) -> bool {
        let host = self.uri.host().unwrap_or_default();
        let host = host.trim_matches(['[', ']']);
        let local = match host.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => host.eq_ignore_ascii_case("localhost"),
        };
        !self.is_tls() && !local
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_url_only_host_and_port_are_shown() {
        for (url, place, open) in [
            ("https://hc-ping.com/SECRET", "hc-ping.com:443", false),
            ("http://kuma:3001/api/push/SECRET?a=b", "kuma:3001", true),
            ("http://10.0.0.7/SECRET", "10.0.0.7:80", true),
            ("http://[::1]:1/SECRET#SECRET", "[::1]:1", false),
            ("http://LOCALHOST", "LOCALHOST:80", false),
        ] {
            let aim = Aim::read("to", url).ok().unwrap();
            assert_eq!((aim.place(), aim.is_open()), (place, open));
        }
    }

    #[test]
    fn what_is_no_url_is_named_and_not_quoted() {
        for (url, why) in [
            ("", "is none"),
            ("https://SECRET SECRET", "is none"),
            ("/SECRET", "has no scheme"),
            ("SECRET:1", "has no scheme"),
            ("ftp://SECRET/", "is neither"),
            ("https://host:99999/SECRET", "has a port that is none"),
            ("https://host:/SECRET", "has a port that is none"),
            ("https://host:0/SECRET", "has a port that is none"),
            ("https://SECRET:SECRET@host/", "holds a user"),
        ] {
            let said = Aim::read("on_fail", url).err().unwrap();
            assert!(said.contains(why) && said.contains("`on_fail`"), "{said}");
            assert!(!said.contains("SECRET"), "{said}");
        }
    }
}
