use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use integration_tests::gray::proto::orders_client::OrdersClient;
use integration_tests::gray::{SEEDED, item};
use tonic::Code;
use tonic::transport::Channel;

use super::mix::What;

/// How a request ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    Right,
    Wrong,
    Error,
    Shed,
    Broken,
}

/// HTTP/1 over as many connections as are needed, and gRPC over one.
#[derive(Debug)]
pub(super) struct Client {
    addr: SocketAddr,
    http: Http<HttpConnector, Full<Bytes>>,
    grpc: OrdersClient<Channel>,
}

impl Client {
    pub(super) fn new(addr: SocketAddr) -> io::Result<Self> {
        let endpoint = Channel::from_shared(format!("http://{addr}"));
        let channel = endpoint.map_err(io::Error::other)?.connect_lazy();
        Ok(Self {
            addr,
            http: Http::builder(TokioExecutor::new()).build_http(),
            grpc: OrdersClient::new(channel),
        })
    }

    pub(super) async fn ask(&self, what: What) -> End {
        let id = fastrand::i64(1..=SEEDED);
        match what {
            What::Read => {
                let is_it = |said: &[u8]| said == item(id).as_bytes();
                self.http(Method::GET, &format!("order/{id}"), is_it).await
            }
            What::List => {
                let all =
                    |said: &[u8]| said.split(|byte| *byte == b'\n').count() == SEEDED as usize;
                self.http(Method::GET, "orders", all).await
            }
            What::Write => self.http(Method::POST, "orders", <[u8]>::is_empty).await,
            What::Stock => {
                let some = |said: &[u8]| said.starts_with(id.to_string().as_bytes());
                self.http(Method::GET, &format!("stock/{id}"), some).await
            }
            What::Report => self.http(Method::GET, "report", <[u8]>::is_empty).await,
            What::Grpc => self.grpc(id).await,
        }
    }

    async fn http(&self, method: Method, path: &str, right: impl Fn(&[u8]) -> bool) -> End {
        let uri = format!("http://{}/{path}", self.addr);
        let body = match method {
            Method::POST => Full::from("another lamp"),
            _ => Full::default(),
        };
        let request = Request::builder().method(method).uri(uri).body(body);
        let request = request.expect("a fine path");
        let Ok(response) = self.http.request(request).await else {
            return End::Broken;
        };
        let (head, body) = response.into_parts();
        let Ok(body) = body.collect().await else {
            return End::Broken;
        };
        match head.status {
            StatusCode::SERVICE_UNAVAILABLE if head.headers.contains_key(RETRY_AFTER) => End::Shed,
            status if !status.is_success() => End::Error,
            _ if right(&body.to_bytes()) => End::Right,
            _ => End::Wrong,
        }
    }

    async fn grpc(&self, id: i64) -> End {
        match self.grpc.clone().get(id).await {
            Ok(said) if *said.get_ref() == item(id) => End::Right,
            Ok(_) => End::Wrong,
            Err(status) if status.code() == Code::ResourceExhausted => End::Shed,
            // What the client itself says of a connection that broke off has a source, and what a server has said has none.
            Err(status) if std::error::Error::source(&status).is_some() => End::Broken,
            Err(_) => End::Error,
        }
    }
}
