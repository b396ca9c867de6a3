//! The client that `tonic-health` generates.

use std::collections::HashMap;
use std::str::FromStr as _;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_prost::ProstCodec;

use crate::client::{Client, Ears, Order, Said};

pub(crate) fn start() -> Client {
    start_as("tonic")
}

/// The same where another one looks at the health, and this one has only calls of the application to make.
pub(crate) fn start_as(name: &'static str) -> Client {
    let (orders, mut ordered) = mpsc::unbounded_channel::<Order>();
    let ears = Ears::default();
    let client = Client::new(name, orders, ears.clone());
    tokio::spawn(async move {
        let mut channels = HashMap::new();
        let mut calls: HashMap<u64, AbortHandle> = HashMap::new();
        while let Some(order) = ordered.recv().await {
            if order.op == "cancel" {
                calls[&order.id].abort();
                continue;
            }
            let channel = channels.entry(order.to.clone());
            let channel = channel.or_insert_with(|| connect(&order.to)).clone();
            let (id, ears) = (order.id, ears.clone());
            let call = tokio::spawn(async move {
                let said = |said| ears.hear(id, said);
                let ended = call(&order, channel, &said).map(|ended| match ended {
                    Ok(()) => Code::Ok,
                    Err(status) => status.code(),
                });
                said(Said::End(spelled(ended.await)));
            });
            calls.insert(id, call.abort_handle());
        }
    });
    client
}

fn connect(to: &str) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{to}"));
    endpoint.expect("a fine address").connect_lazy()
}

async fn call(order: &Order, channel: Channel, said: &impl Fn(Said)) -> Result<(), Status> {
    let mut health = HealthClient::new(channel.clone());
    let mut request = Request::new(HealthCheckRequest {
        service: order.text.clone(),
    });
    if let Some(timeout) = order.timeout {
        request.set_timeout(Duration::from_secs_f64(timeout));
    }
    match order.op {
        "check" => {
            let response = health.check(request).await?.into_inner();
            said(Said::Status(response.status().as_str_name().to_owned()));
        }
        "watch" => {
            let mut responses = health.watch(request).await?.into_inner();
            while let Some(response) = responses.message().await? {
                said(Said::Status(response.status().as_str_name().to_owned()));
            }
        }
        "unary" | "unknown" => said(Said::Text(unary(order, channel).await?)),
        "stream" => {
            let mut application = Grpc::new(channel);
            ready(&mut application).await?;
            let (request, path) = (Request::new(String::new()), path("/test.Echo/Stream"));
            let codec = ProstCodec::<String, String>::default();
            let streaming = application.server_streaming(request, path, codec);
            let mut texts = streaming.await?.into_inner();
            while let Some(text) = texts.message().await? {
                said(Said::Text(text));
            }
        }
        other => panic!("tonic's client has no {other}"),
    }
    Ok(())
}

async fn unary(order: &Order, channel: Channel) -> Result<String, Status> {
    let mut application = Grpc::new(channel);
    ready(&mut application).await?;
    let path = path(match order.op {
        "unary" => "/test.Echo/Unary",
        _ => "/grpc.health.v1.Health/Nothing",
    });
    let codec = ProstCodec::<String, String>::default();
    let answer = application.unary(Request::new(order.text.clone()), path, codec);
    Ok(answer.await?.into_inner())
}

async fn ready(client: &mut Grpc<Channel>) -> Result<(), Status> {
    let ready = client.ready().await;
    ready.map_err(|error| Status::unavailable(error.to_string()))
}

fn path(text: &'static str) -> PathAndQuery {
    PathAndQuery::from_str(text).expect("a path")
}

/// As the other clients say it.
fn spelled(code: Code) -> String {
    let (mut name, camel) = (String::new(), format!("{code:?}"));
    for (at, letter) in camel.char_indices() {
        if at > 0 && letter.is_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}
