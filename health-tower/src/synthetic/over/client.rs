use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use tower_service::Service;

use crate::synthetic::SyntheticBody;
use crate::synthetic::over::url::Url;

/// What a run asks with.
pub(crate) type OneRun = Client<HttpsConnector<Fixed>, SyntheticBody>;

/// Makes clients, each for one run: its connections end with it.
pub(crate) struct Clients(HttpsConnector<Fixed>);

impl Clients {
    pub(crate) fn new(url: &Url, roots: RootCertStore) -> Result<Self, String> {
        // By name: a process may have several providers of cryptography, or none by default.
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let tls = tls
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS can't be set up: {error}"))?;
        let tls = tls.with_root_certificates(roots).with_no_client_auth();
        let fixed = Fixed::new(url).map_err(|error| format!("the URL can't be asked: {error}"))?;
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http();
        Ok(Self(https.enable_all_versions().wrap_connector(fixed)))
    }

    /// `http2`: without asking, for gRPC where no TLS negotiates it.
    pub(crate) fn for_one_run(&self, http2: bool) -> OneRun {
        Client::builder(TokioExecutor::new())
            // Sent twice, a request would be marked once.
            .retry_canceled_requests(false)
            .http2_only(http2)
            .build(self.0.clone())
    }
}

/// Connects to one place, whatever name the request is for.
#[derive(Clone)]
pub(crate) struct Fixed {
    tcp: HttpConnector,
    place: Uri,
}

impl Fixed {
    fn new(url: &Url) -> Result<Self, http::Error> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let place = Uri::builder()
            .scheme(url.scheme.clone())
            .authority(url.authority.clone());
        let place = place.path_and_query("/").build()?;
        Ok(Self { tcp, place })
    }
}

impl Service<Uri> for Fixed {
    type Response = <HttpConnector as Service<Uri>>::Response;
    type Error = <HttpConnector as Service<Uri>>::Error;
    type Future = <HttpConnector as Service<Uri>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.tcp.poll_ready(cx)
    }

    fn call(&mut self, _name: Uri) -> Self::Future {
        self.tcp.call(self.place.clone())
    }
}
