mod problems;

use std::error::Error as _;
use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

use tonic::transport::{Certificate, ClientTlsConfig, Identity};

use problems::PREFIX;

use crate::heartbeat::etcd::leases::Leases;
use crate::heartbeat::etcd::url::Endpoint;
use crate::heartbeat::etcd::{Etcd, EtcdError, Shared, User};

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
            let why = error.source().map_or_else(String::new, ToString::to_string);
            let address = &endpoint.address;
            let roots = match self.ca {
                Some(_) => "",
                None => "; without `.ca_certificate(…)`, it takes whom this machine trusts",
            };
            format!("TLS to {address} can't be set up: {why}{roots}")
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
mod tests;
