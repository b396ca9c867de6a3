//! What the tests ask, and how they read answers.

use std::convert::Infallible;

use bytes::Bytes;
use health_tower::{Details, Health, HealthLayer, ProbeService};
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt as _, Empty};
use serde_json::Value;
use tower::{Layer as _, ServiceExt as _, service_fn};

pub(crate) const SECRET: &str = "postgres://orders:hunter2@db-7.internal:5432";
pub(crate) const JSON: &str = "application/health+json";

pub(crate) type Question = Request<Empty<Bytes>>;

pub(crate) fn open(health: &Health) -> HealthLayer {
    layer(health, Details::when(|_| true))
}

pub(crate) fn guarded(health: &Health) -> HealthLayer {
    layer(health, Details::bearer_token("t0ken"))
}

pub(crate) fn layer(health: &Health, details: Details) -> HealthLayer {
    let builder = HealthLayer::builder(health).details(details);
    builder.build().unwrap()
}

pub(crate) fn ask(method: &Method, uri: &str, accept: &str, token: &str) -> Question {
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header(ACCEPT, accept);
    request
        .header(AUTHORIZATION, token)
        .body(Empty::new())
        .unwrap()
}

/// Where a probe is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Face {
    Layer,
    Alone,
}

pub(crate) const FACES: [Face; 2] = [Face::Layer, Face::Alone];

/// A whole answer, to compare.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Vec<HeaderMap>,
}

impl Seen {
    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub(crate) async fn seen(face: Face, layer: &HealthLayer, question: Question) -> Seen {
    match face {
        Face::Alone => read(ProbeService::new(layer).oneshot(question).await.unwrap()).await,
        Face::Layer => {
            let application =
                service_fn(|_| async { Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())) });
            read(layer.layer(application).oneshot(question).await.unwrap()).await
        }
    }
}

async fn read<B: Body<Data = Bytes>>(response: Response<B>) -> Seen {
    let (parts, body) = response.into_parts();
    let mut body = std::pin::pin!(body);
    let (mut data, mut trailers) = (Vec::new(), Vec::new());
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            panic!("a probe's body has no errors");
        };
        match frame.into_data() {
            Ok(more) => data.extend(more),
            Err(other) => trailers.extend(other.into_trailers()),
        }
    }
    Seen {
        status: parts.status,
        headers: parts.headers,
        body: data,
        trailers,
    }
}

/// GET, without authorisation.
pub(crate) async fn get(layer: &HealthLayer, uri: &str, accept: &str) -> Seen {
    seen(Face::Layer, layer, ask(&Method::GET, uri, accept, "")).await
}
