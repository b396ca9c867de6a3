use std::process::Output;

use crate::service::{self, Service};
use crate::shell;

#[tokio::test]
async fn bad_input_is_the_callers_fault() {
    if shell::curl_is_missing().await {
        return;
    }
    let service = Service::start().await;
    let url = service.url();
    let orders = format!("{url}/orders");
    let json = "-H 'content-type: application/json'";
    for (arguments, status) in [
        (format!("{orders}/abc"), 400),
        (format!("{orders}/99999999999999999999999"), 400),
        (format!("{orders}/%ff"), 400),
        (format!("{orders}/-1"), 404),
        (format!("{orders}/9223372036854775807"), 404),
        (format!("{url}/nowhere"), 404),
        (format!("-X DELETE {orders}"), 405),
        (format!("-X POST {orders}"), 415),
        (format!("-d '{{garbage' {json} {orders}"), 415),
        (format!("-d '' {orders}"), 422),
        (format!("-d '{{garbage' {orders}"), 422),
        (format!("-d 'item=lamp' {orders}"), 422),
        (format!("-d 'item=%20&quantity=1' {orders}"), 422),
        (format!("-d 'item=lamp&quantity=0' {orders}"), 422),
        (format!("-d 'item=lamp&quantity=-1' {orders}"), 422),
        (format!("-d 'item=lamp&quantity=4294967296' {orders}"), 422),
        (format!("-X POST {url}/health/ready"), 405),
    ] {
        assert_eq!(shell::status(&arguments).await, status, "{arguments}");
    }
    let noise = format!("head -c 100000 /dev/urandom | curl -si --data-binary @- {orders}");
    assert_eq!(shell::run(&noise).await.status(), 422);
    assert_eq!(shell::status(&format!("{url}/health/ready")).await, 200);
}

#[tokio::test]
async fn a_port_that_is_taken_is_said_with_the_way_out() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for output in [
        service::run(&["--addr", &address], None).await,
        service::run(&[], Some(&address)).await,
    ] {
        let error = refused(&output);
        assert!(
            error.contains(&format!("can't listen on {address}")),
            "{error}"
        );
        assert!(error.contains("in use"), "{error}");
        assert!(
            error.contains("`--addr HOST:PORT` or ORDERS_ADDR"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn arguments_that_make_no_sense_are_refused() {
    for arguments in [
        &["--addr"][..],
        &["--port", "80"],
        &["--addr", "1:1", "more"],
    ] {
        let error = refused(&service::run(arguments, None).await);
        assert!(
            error.contains("usage: orders [--addr HOST:PORT]"),
            "{error}"
        );
    }
    let error = refused(&service::run(&["--addr", "nonsense"], None).await);
    assert!(error.contains("can't listen on nonsense"), "{error}");
}

fn refused(output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(output.stdout.is_empty(), "{error}");
    error
}
