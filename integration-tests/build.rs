//! Writes the gRPC service of the orders example, from Rust and without `protoc`. Its messages are in
//! `examples/orders/proto.rs`.

use tonic_build::manual::{Builder, Method, MethodBuilder, Service};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let service = Service::builder()
        .name("Orders")
        .package("orders.v1")
        .method(method("get", "Get", "GetRequest", "Order").build())
        .method(method("count", "Count", "CountRequest", "CountReply").build())
        .method(
            method("watch", "Watch", "WatchRequest", "Order")
                .server_streaming()
                .build(),
        )
        .build();
    Builder::new().compile(&[service]);
}

/// The generated code stands in a module beside the messages, hence `super`.
fn method(name: &str, route: &str, request: &str, reply: &str) -> MethodBuilder {
    Method::builder()
        .name(name)
        .route_name(route)
        .input_type(format!("super::{request}"))
        .output_type(format!("super::{reply}"))
        .codec_path("::tonic_prost::ProstCodec")
}
