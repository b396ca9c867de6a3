use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

use tonic::transport::{Certificate, ClientTlsConfig, Identity};

use crate::check::is_unfit;
use crate::heartbeat::etcd::leases::Leases;
use crate::heartbeat::etcd::pem::{bad_authorities, bad_identity};
use crate::heartbeat::etcd::url::Endpoint;
use crate::heartbeat::etcd::{Etcd, EtcdError, Shared, User};

/// Where members are written if nobody says.
const PREFIX: &str = "health/members/";
/// Of a prefix, in bytes.
const LONGEST: usize = 256;

/// How to reach an [`Etcd`].
#[must_use = "it is no backend until `build()`"]
pub struct EtcdBuilder {
    urls: Vec<String>,
    prefix: String,
    user: Option<User>,
    ca: Option<Vec<u8>>,
    identity: Option<(Vec<u8>, Vec<u8>)>,
    domain: Option<String>,
}

impl EtcdBuilder {
    pub(super) fn new(urls: Vec<String>) -> Self {
        Self {
            urls,
            prefix: PREFIX.to_owned(),
            user: None,
            ca: None,
            identity: None,
            domain: None,
        }
    }

    /// What the keys of members begin with: another for each service. `health/members/` by default. It ends with `/`, and has 256 bytes at most.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// For a cluster with authentication. Nobody by default. Over `http://`, everybody on the way can read the password.
    pub fn user(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        let (name, password) = (name.into(), password.into());
        self.user = Some(User { name, password });
        self
    }

    /// Who signs the certificates of the servers, in PEM: one or several, and nobody else. By default, whom this machine trusts.
    pub fn ca_certificate(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.ca = Some(pem.as_ref().to_vec());
        self
    }

    /// Who this client is, for servers that ask: its certificate, with those between it and the authority, and its key, in PEM. By default, it
    /// shows none.
    pub fn client_certificate(
        mut self,
        certificate: impl AsRef<[u8]>,
        key: impl AsRef<[u8]>,
    ) -> Self {
        self.identity = Some((certificate.as_ref().to_vec(), key.as_ref().to_vec()));
        self
    }

    /// The name in the servers' certificates, where it is not the host in the URL.
    pub fn domain_name(mut self, name: impl Into<String>) -> Self {
        self.domain = Some(name.into());
        self
    }

    /// Makes the backend, for [`Heartbeat::to`](crate::Heartbeat::to). It connects to nothing; without a
    /// [`ca_certificate`](Self::ca_certificate), it reads this machine's, if an endpoint has TLS.
    ///
    /// # Errors
    ///
    /// Everything that can't work, at once: no endpoint, or a URL that is none; a prefix that is empty, too long, or does not end with `/`; a user
    /// without a name; certificates or a key that can't be read; options of TLS where no endpoint has it. That nothing answers there is
    /// none: it is asked until something does.
    pub fn build(self) -> Result<Etcd, EtcdError> {
        let mut problems = self.problems();
        let mut endpoints = Vec::new();
        for url in &self.urls {
            match Endpoint::parse(url) {
                Ok(endpoint) => endpoints.push(endpoint),
                Err(why) => problems.push(why),
            }
        }
        let some = !endpoints.is_empty() && problems.is_empty();
        if some && !endpoints.iter().any(|endpoint| endpoint.tls) {
            problems.extend(self.needless());
        }
        if problems.is_empty() {
            let secured = endpoints.into_iter().map(|one| self.secure(one)).collect();
            match secured {
                Ok(endpoints) => return Ok(self.made(endpoints)),
                Err(why) => problems.push(why),
            }
        }
        Err(EtcdError(problems))
    }

    fn problems(&self) -> Vec<String> {
        let identity = self.identity.as_ref();
        let all = [
            self.urls
                .is_empty()
                .then(|| "there is no endpoint: `Etcd::at([\"http://10.0.0.1:2379\"])`".to_owned()),
            self.bad_prefix()
                .map(|why| format!("`.prefix(…)` {why}, as `{PREFIX}`")),
            self.user
                .as_ref()
                .filter(|user| user.name.is_empty())
                .map(|_| "`.user(…)` has no name".to_owned()),
            self.ca.as_deref().and_then(bad_authorities),
            identity.and_then(|(certificate, key)| bad_identity(certificate, key)),
        ];
        all.into_iter().flatten().collect()
    }

    fn bad_prefix(&self) -> Option<&'static str> {
        let prefix = &self.prefix;
        if !prefix.ends_with('/') || prefix.len() == 1 {
            Some("must have a name, and end with `/`, so that it is the beginning of no other")
        } else if prefix.len() > LONGEST {
            Some("must not be longer than 256 bytes")
        } else if prefix.chars().any(is_unfit) {
            Some("must hold no characters that can't be seen")
        } else {
            None
        }
    }

    /// Who sets them believes that there is TLS.
    fn needless(&self) -> impl Iterator<Item = String> + use<> {
        let set = [
            (self.ca.is_some(), "ca_certificate"),
            (self.identity.is_some(), "client_certificate"),
            (self.domain.is_some(), "domain_name"),
        ];
        let needless = set.into_iter().filter(|(set, _)| *set);
        needless.map(|(_, name)| {
            format!("`.{name}(…)` is for TLS, and no endpoint has it: `https://`, not `http://`")
        })
    }

    fn secure(&self, mut endpoint: Endpoint) -> Result<Endpoint, String> {
        if !endpoint.tls {
            return Ok(endpoint);
        }
        let mut tls = ClientTlsConfig::new();
        tls = match &self.ca {
            Some(pem) => tls.ca_certificate(Certificate::from_pem(pem)),
            None => tls.with_native_roots(),
        };
        if let Some((certificate, key)) = &self.identity {
            tls = tls.identity(Identity::from_pem(certificate, key));
        }
        if let Some(name) = &self.domain {
            tls = tls.domain_name(name);
        }
        let secured = endpoint.transport.tls_config(tls).map_err(|error| {
            let why =
                std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
            format!("TLS to {} can't be set up: {why}", endpoint.address)
        });
        endpoint.transport = secured?;
        Ok(endpoint)
    }

    fn made(self, endpoints: Vec<Endpoint>) -> Etcd {
        Etcd(Arc::new(Shared {
            endpoints,
            prefix: self.prefix,
            user: self.user,
            leases: Mutex::new(Leases::default()),
            last: AtomicUsize::new(usize::MAX),
        }))
    }
}

/// Without URLs, which may hold a password, and without keys.
impl fmt::Debug for EtcdBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EtcdBuilder")
            .field("prefix", &self.prefix)
            .field("user", &self.user.as_ref().map(|user| &user.name))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(builder: EtcdBuilder) -> Vec<String> {
        let error = builder.build().unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains("secret"), "{text}");
        error.problems().map(str::to_owned).collect()
    }

    #[test]
    fn everything_that_can_not_work_is_said_at_once() {
        let all = Etcd::at(["10.0.0.1:2379", "http://me:secret@10.0.0.2:2379"])
            .prefix("health")
            .user("", "secret")
            .ca_certificate("secret")
            .client_certificate("secret", "secret");
        assert_eq!(
            problems(all),
            [
                "`.prefix(…)` must have a name, and end with `/`, so that it is the beginning of no other, as `health/members/`",
                "`.user(…)` has no name",
                "`.ca_certificate(…)` holds no certificate: PEM has `-----BEGIN CERTIFICATE-----`",
                "`.client_certificate(…)` holds no certificate: PEM has `-----BEGIN CERTIFICATE-----`",
                "the endpoint `10.0.0.1:2379` has no scheme: `http://`, or `https://` for TLS; one is like `http://10.0.0.1:2379`",
                "the endpoint `http://…@10.0.0.2:2379` holds a user: name and password belong into `.user(name, password)`; one is like `http://10.0.0.1:2379`",
            ]
        );
    }

    #[test]
    fn no_endpoint_and_bad_prefixes_are_refused() {
        let none: [&str; 0] = [];
        assert_eq!(
            problems(Etcd::at(none)),
            ["there is no endpoint: `Etcd::at([\"http://10.0.0.1:2379\"])`"]
        );
        let long = format!("{}/", "a".repeat(256));
        for prefix in ["", "/", "health", "a\n/", &long] {
            let etcd = Etcd::at(["http://10.0.0.1:2379"]).prefix(prefix);
            assert_eq!(problems(etcd).len(), 1, "{prefix:?}");
        }
    }

    /// Three bytes that are no certificate: what tonic would leave out without a word.
    #[test]
    fn certificates_that_are_none_are_not_left_out() {
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
        let at = || Etcd::at(["https://10.0.0.1:2379"]);
        for (etcd, says) in [
            (at().ca_certificate(pem), "holds one that can't be read"),
            (at().ca_certificate(broken), "is no PEM"),
            (
                at().client_certificate(pem, "secret"),
                "has a key that is no PEM",
            ),
        ] {
            let problems = problems(etcd);
            assert!(
                problems.len() == 1 && problems[0].contains(says),
                "{problems:?}"
            );
        }
    }

    #[test]
    fn options_of_tls_without_tls_are_refused() {
        let etcd = Etcd::at(["http://10.0.0.1:2379"]).domain_name("etcd.internal");
        assert_eq!(
            problems(etcd),
            ["`.domain_name(…)` is for TLS, and no endpoint has it: `https://`, not `http://`"]
        );
    }

    #[test]
    fn it_shows_no_secret() {
        let builder = Etcd::at(["http://10.0.0.1:2379"]).user("orders", "secret");
        let shown = format!("{builder:?}");
        let etcd = builder.build().unwrap();
        let shown = format!("{shown} {etcd:?}");
        assert!(
            shown.contains("orders") && shown.contains("10.0.0.1:2379"),
            "{shown}"
        );
        assert!(!shown.contains("secret"), "{shown}");
    }
}
