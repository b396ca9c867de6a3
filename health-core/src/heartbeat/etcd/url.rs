use tonic::codegen::http::Uri;
use tonic::transport;

use crate::check::cut_to_line;

/// Of a URL, in bytes.
const LONGEST: usize = 256;

/// Where a server of the cluster is.
pub(super) struct Endpoint {
    /// Host and port: for people.
    pub(super) address: String,
    pub(super) transport: transport::Endpoint,
    pub(super) tls: bool,
}

impl Endpoint {
    /// What is wrong with it, else.
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let shown = shown(url);
        let refuse = |why: &str| {
            Err(format!(
                "the endpoint `{shown}` {why}; one is like `http://10.0.0.1:2379`"
            ))
        };
        if url.len() > LONGEST {
            return refuse("is longer than 256 bytes");
        }
        if !url.contains("://") {
            return refuse("has no scheme: `http://`, or `https://` for TLS");
        }
        let Ok(uri) = url.parse::<Uri>() else {
            return refuse("is no URL");
        };
        let tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return refuse("has another scheme than `http` and `https`"),
        };
        let Some(authority) = uri.authority() else {
            return refuse("has no host");
        };
        if authority.as_str().contains('@') {
            return refuse("holds a user: name and password belong into `.user(name, password)`");
        }
        if authority.host().is_empty() {
            return refuse("has no host");
        }
        if authority.port_u16().is_none_or(|port| port == 0) {
            return refuse("has no port: clients are served on 2379 by default");
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || url.contains('#') {
            return refuse("has a path, which etcd has not: `.prefix(…)` is where keys begin");
        }
        let address = authority.as_str().to_owned();
        let Ok(transport) = transport::Endpoint::from_shared(url.to_owned()) else {
            return refuse("is no URL");
        };
        Ok(Self {
            address,
            transport,
            tls,
        })
    }
}

/// On one line, without what may be a password.
fn shown(url: &str) -> String {
    let (scheme, rest) = url
        .split_once("://")
        .map_or((None, url), |(scheme, rest)| (Some(scheme), rest));
    let shown = match (rest.rsplit_once('@'), scheme) {
        (None, _) => url.to_owned(),
        (Some((_, host)), Some(scheme)) => format!("{scheme}://…@{host}"),
        (Some((_, host)), None) => format!("…@{host}"),
    };
    cut_to_line(shown.into(), 100).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_a_scheme_a_host_and_a_port() {
        for (url, address, tls) in [
            ("http://10.0.0.1:2379", "10.0.0.1:2379", false),
            ("https://etcd-0.etcd:2379/", "etcd-0.etcd:2379", true),
            ("http://[::1]:2379", "[::1]:2379", false),
        ] {
            let endpoint = Endpoint::parse(url).unwrap_or_else(|why| panic!("{why}"));
            assert_eq!((endpoint.address.as_str(), endpoint.tls), (address, tls));
        }
    }

    #[test]
    fn what_is_none_says_what_it_lacks_and_no_password() {
        let long = format!("http://{}:2379", "a".repeat(300));
        for (url, says) in [
            ("", "no scheme"),
            ("10.0.0.1:2379", "no scheme"),
            (
                "etcd:secret@10.0.0.1:2379",
                "`…@10.0.0.1:2379` has no scheme",
            ),
            ("http://me:secret@10.0.0.1:2379", "`.user(name, password)`"),
            (
                "http://me:se@cret@10.0.0.1:2379",
                "`http://…@10.0.0.1:2379`",
            ),
            ("unix://run/etcd.sock", "another scheme"),
            ("http://", "is no URL"),
            ("http://:2379", "no host"),
            ("http://10.0.0.1", "no port"),
            ("http://10.0.0.1:0", "no port"),
            ("http://10.0.0.1:99999", "no port"),
            ("http://10.0.0.1:2379/v3", "has a path"),
            ("http://10.0.0.1:2379?x=1", "has a path"),
            ("http://10.0.0.1:2379#x", "has a path"),
            ("http://10.0. 0.1:2379", "is no URL"),
            ("http://10.0.0.1:2379\nlevel=info", "is no URL"),
            (&long, "longer than"),
        ] {
            let Err(why) = Endpoint::parse(url) else {
                panic!("{url} is fine?");
            };
            assert!(
                why.contains(says) && !why.contains("secret"),
                "{url}: {why}"
            );
            assert!(!why.contains('\n') && !why.contains("se@"), "{why}");
        }
    }
}
