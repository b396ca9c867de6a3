//! Questions from the public side, and what comes of them.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, TE};
use http::{HeaderValue, Method, Request, Response};
use http_body_util::Full;
use integration_tests::http2::Http2;
use integration_tests::patience::patiently;
use integration_tests::wire::Wire;

use crate::proxy::{Kind, Proxy};
use crate::service::{ASKED, Service};

/// What came of a question: the status, or none where the connection was closed, and whether it reached a service.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) status: Option<u16>,
    pub(crate) reached: bool,
}

impl Outcome {
    /// Nothing reached a service; the status is 404 exactly, or says in another way that it is the client's fault.
    pub(crate) fn is_refusal(&self, exactly: bool, asked: &str) {
        let status = self.status;
        let fault = status.is_none_or(|status| (400..500).contains(&status));
        let right = if exactly { status == Some(404) } else { fault };
        assert!(right && !self.reached, "{asked}: {self:?}");
    }
}

/// An address as HTTP/2 has it, in parts.
pub(crate) fn of_http2(target: &str) -> String {
    if target.starts_with('/') {
        format!("http://orders.example{target}")
    } else {
        target.to_owned()
    }
}

/// Two services behind a proxy.
pub(crate) struct Stage {
    pub(crate) services: [Service; 2],
    pub(crate) proxy: Proxy,
}

impl Stage {
    pub(crate) async fn new(kind: Kind, change: impl FnOnce(String) -> String) -> Option<Self> {
        let services = [
            Service::start("first").await,
            Service::start("second").await,
        ];
        let instances = services.each_ref().map(Service::addr);
        let proxy = Proxy::with(kind, instances, change).await?;
        let stage = Self { services, proxy };
        patiently("the first checks", stage.answers()).await;
        Some(stage)
    }

    /// Envoy sends to nobody before its first checks.
    async fn answers(&self) {
        for method in [Method::GET, Method::POST] {
            while self.http2(method.clone(), "/orders").await.status != Some(200) {}
        }
        while self.http1("GET", "/orders", "HTTP/1.1").await.status != Some(200) {}
    }

    fn outcome(&self, status: Option<u16>) -> Outcome {
        let reached = self.services.iter().flat_map(Service::reached).count();
        Outcome {
            status,
            reached: reached > 0,
        }
    }

    pub(crate) async fn http1(&self, method: &str, target: &str, version: &str) -> Outcome {
        let mut wire = Wire::connect(self.proxy.public).await;
        let head = format!(
            "{method} {target} {version}\r\nhost: orders.example\r\n{ASKED}: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        wire.send(head).await;
        let answer = wire.try_answer().await;
        self.outcome(answer.ok().map(|answer| answer.status))
    }

    /// As a gRPC client asks where it is a POST.
    pub(crate) async fn http2(&self, method: Method, path: &str) -> Outcome {
        let mut request = Request::builder()
            .method(&method)
            .uri(of_http2(path))
            .header(ASKED, "1");
        if method == Method::POST {
            request = request
                .header(CONTENT_TYPE, "application/grpc")
                .header(TE, "trailers");
        }
        let request = request
            .body(Full::new(Bytes::from_static(&[0; 5])))
            .unwrap();
        let mut connection = Http2::connect(self.proxy.grpc).await;
        let answer = connection.send(request).await;
        self.outcome(answer.ok().as_ref().map(status))
    }
}

/// To gRPC, Envoy says 200 and what 404 is there: UNIMPLEMENTED; and INTERNAL for 400.
fn status<B>(answer: &Response<B>) -> u16 {
    let said = answer.headers().get("grpc-status");
    match said.map(HeaderValue::as_bytes) {
        Some(b"12") => 404,
        Some(b"13") => 400,
        _ => answer.status().as_u16(),
    }
}
