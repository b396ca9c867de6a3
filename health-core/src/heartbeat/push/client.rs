use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Hyper;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use tokio::time::{Instant, timeout_at};

use crate::heartbeat::push::aim::Aim;
use crate::heartbeat::push::answer::Answer;
use crate::heartbeat::push::fault;

/// Asks, over connections of its own, on whichever runtime it is called: that of the heart.
pub(super) struct Client {
    hyper: Hyper<HttpsConnector<HttpConnector>, Full<Bytes>>,
    headers: HeaderMap,
    get: bool,
}

/// What a ping says.
pub(super) struct Word {
    pub(super) kind: &'static str,
    pub(super) text: Vec<u8>,
}

/// Of a head, in bytes.
const HEAD: usize = 16 * 1024;
/// Of a body, which nobody reads.
const MOST: usize = 4096;
/// What comes with the head has come by then. A body that drips must not be taken for a slow answer.
const BODY: Duration = Duration::from_millis(100);
/// For longer, proxies on the way keep no connection that is silent, and some forget it without a word.
const IDLE: Duration = Duration::from_secs(20);

impl Client {
    pub(super) fn new(roots: RootCertStore, headers: HeaderMap, get: bool) -> Result<Self, String> {
        // By name: a process may have several providers of cryptography, or none by default.
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS can't be set up: {error}"))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let hyper = Hyper::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(1)
            .http1_max_buf_size(HEAD)
            .build(https);
        Ok(Self {
            hyper,
            headers,
            get,
        })
    }

    /// Pings, and gives what the answer means. An error is a text without secrets.
    pub(super) async fn ping(
        &self,
        aim: &Aim,
        word: Word,
        limit: Duration,
    ) -> Result<Answer, String> {
        let request = self.request(aim, word)?;
        let give_up = Instant::now() + limit;
        let asked = timeout_at(give_up, self.hyper.request(request)).await;
        let response = asked
            .map_err(|_| fault::late(aim, limit))?
            .map_err(|error| fault::of(aim, &error))?;
        let (head, body) = response.into_parts();
        // Whatever it holds, and however it ends: then the connection can be used again.
        let enough = give_up.min(Instant::now() + BODY);
        let _thrown_away = timeout_at(enough, Limited::new(body, MOST).collect()).await;
        Ok(Answer::of(head.status, &head.headers))
    }

    fn request(&self, aim: &Aim, word: Word) -> Result<Request<Full<Bytes>>, String> {
        let mut request = Request::new(Full::default());
        *request.uri_mut() = aim.uri();
        *request.headers_mut() = self.headers.clone();
        if !self.get {
            *request.method_mut() = Method::POST;
            *request.body_mut() = Full::from(word.text);
            let kind = HeaderValue::from_static(word.kind);
            request.headers_mut().insert(CONTENT_TYPE, kind);
        }
        Ok(request)
    }
}
