//! Writes the gRPC services of the orders example, whose messages are in `examples/orders/proto.rs`, and of `gray_host`, whose
//! messages are a number and a text, and the clients of etcd of `beating_host`: from Rust, and without `protoc`.

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
    let gray = Service::builder()
        .name("Orders")
        .package("gray.v1")
        .method(
            rpc("get", "Get")
                .input_type("i64")
                .output_type("String")
                .build(),
        )
        .build();
    let lease = Service::builder()
        .name("Lease")
        .package("etcdserverpb")
        .method(method("grant", "LeaseGrant", "Grant", "Granted").build())
        .method(
            method("keep_alive", "LeaseKeepAlive", "Keep", "Kept")
                .client_streaming()
                .server_streaming()
                .build(),
        )
        .build();
    let kv = Service::builder()
        .name("KV")
        .package("etcdserverpb")
        .method(method("put", "Put", "Put", "Done").build())
        .method(method("range", "Range", "Range", "Found").build())
        .build();
    Builder::new().compile(&[service, gray]);
    let clients = Builder::new().build_server(false);
    clients.compile(&[lease, kv]);
}

/// The generated code stands in a module beside the messages, hence `super`.
fn method(name: &str, route: &str, request: &str, reply: &str) -> MethodBuilder {
    rpc(name, route)
        .input_type(format!("super::{request}"))
        .output_type(format!("super::{reply}"))
}

fn rpc(name: &str, route: &str) -> MethodBuilder {
    Method::builder()
        .name(name)
        .route_name(route)
        .codec_path("::tonic_prost::ProstCodec")
}
