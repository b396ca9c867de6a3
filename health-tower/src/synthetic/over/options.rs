use health_core::__private::authorities;
use rustls::RootCertStore;

use crate::synthetic::Synthetic;
use crate::synthetic::builder::Aim;
use crate::synthetic::line::Target;
use crate::synthetic::over::ask::Asked;
use crate::synthetic::over::client::Clients;
use crate::synthetic::over::url::Url;

/// What was said of the URL, as it was said.
#[derive(Default)]
pub(crate) struct Over {
    url: Option<String>,
    trusted: Vec<Vec<u8>>,
    server_name: Option<String>,
}

#[cfg_attr(docsrs, doc(cfg(feature = "synthetic-http")))]
impl Synthetic {
    /// Runs it over a URL such as `https://localhost:8443`: listener, TLS, and whatever is in front of them. Paths stand in the steps.
    ///
    /// Each run makes connections of its own, since the listener is part of what is asked; the steps of a run share them. HTTP/2 where the
    /// server speaks it over TLS, and for gRPC; else HTTP/1.1. Redirects are not followed. Bind the listener before
    /// [`start`](Self::start), or give an [`initial_delay`](Self::initial_delay): a refused connection is a failure.
    ///
    /// The mark crosses as the header `x-health-synthetic`, with a random number that is good for one request and known to this process
    /// alone; a [`HealthLayer`](crate::HealthLayer) takes it off, and marks the request as
    /// [`SyntheticRequest`](crate::SyntheticRequest). **Where the URL leads to another replica, that takes it for ordinary traffic**: it
    /// counts it, and does whatever the request asks for. Ask this very instance, or nothing that has effects.
    ///
    /// A proxy on the way that sends a request twice passes the second on unmarked, and so does one that reads it only after its run was
    /// given up: to the service, that is ordinary traffic, too.
    ///
    /// TLS is rustls with ring, whatever the provider of the process. But an application that itself uses rustls with another provider has
    /// two of them compiled in with this feature, and rustls no longer chooses: `ServerConfig::builder()` panics unless one was installed.
    /// **Install yours** as the first thing in `main`, as with `rustls::crypto::aws_lc_rs::default_provider().install_default()`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use health_tower::{Health, Step, Synthetic};
    ///
    /// let health = Health::builder().start()?;
    /// # let pem = rcgen::generate_simple_self_signed(["orders.example.com".to_owned()])?.cert.pem();
    /// Synthetic::new("front door")
    ///     .step(Step::get("/orders/canary"))
    ///     .over("https://127.0.0.1:8443")
    ///     .server_name("orders.example.com") // what the certificate is for
    ///     .trust(pem) // who signed it
    ///     .start(&health)?;
    /// # Ok(()) }
    /// ```
    pub fn over(mut self, url: impl Into<String>) -> Self {
        self.over.url = Some(url.into());
        self.aim_at(Aim::Url)
    }

    /// Certificates, in PEM, of the authorities that may have signed the server's: no others are trusted then. Where none are said, it
    /// is those of the system, which images from scratch don't have. May be said several times.
    pub fn trust(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.over.trusted.push(pem.into());
        self
    }

    /// The name, with a port where there is one, by which users know the service: for the certificate, SNI and `host`, in place of
    /// that in the URL, to which the connection still goes.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.over.server_name = Some(name.into());
        self
    }
}

impl Over {
    /// What is of no use without a URL.
    pub(crate) fn is_unused(&self) -> bool {
        self.url.is_none() && (self.server_name.is_some() || !self.trusted.is_empty())
    }

    pub(crate) fn built(self) -> Result<Box<dyn Target>, Vec<String>> {
        let url = Url::read(self.url.as_deref().unwrap_or_default());
        let name = self.server_name.as_deref().map(Url::name).transpose();
        let is_tls = url.as_ref().is_ok_and(Url::is_tls);
        let roots = match is_tls {
            true => authorities("trust(…)", &self.trusted),
            false => Ok(RootCertStore::empty()),
        };
        let needless = url.is_ok() && !is_tls && !self.trusted.is_empty();
        let needless = needless.then(|| "`trust(…)` is for https; leave it out".to_owned());
        match (url, name, roots, needless) {
            (Ok(url), Ok(name), Ok(roots), None) => {
                let clients = Clients::new(&url, roots).map_err(|why| vec![why])?;
                Ok(Box::new(Asked::new(url, name, clients)))
            }
            (url, name, roots, needless) => {
                let all = [url.err(), name.err(), roots.err(), needless];
                Err(all.into_iter().flatten().collect())
            }
        }
    }
}
