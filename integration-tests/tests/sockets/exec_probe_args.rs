//! Exec probes whose command line is wrong.

use crate::exec_probe::run;

#[tokio::test]
async fn wrong_arguments_are_one_and_say_how_it_is_written() {
    let fine = "http://localhost:8080/health/live";
    for (args, why) in [
        (&[][..], "no target"),
        (&["--verbose"], "no target"),
        (&[fine, fine], "two targets"),
        (&["--tiemout", "1s", fine], "--tiemout"),
        (&["-x", fine], "-x"),
        (&["--timeout"], "--timeout"),
        (&["--timeout", "1", fine], "say 1s"),
        (&["--timeout", "0s", fine], "say 1s"),
        (&["--timeout", "soon", fine], "say 1s"),
        (&["--header", "no colon", fine], "name: value"),
        (&["--header", "a b: c", fine], "name: value"),
        (&["--header", "a: b\r\nc: d", fine], "name: value"),
        (&["localhost:8080/health/live"], "begin it with http://"),
        (&["/health/live"], "begin it with http://"),
        (&[""], "begin it with http://"),
        (&["ftp://localhost/"], "begin it with http://"),
        (&["https://localhost:8443/health/live"], "no TLS"),
        (&["grpcs://localhost:8443"], "no TLS"),
        (&["http://"], "can't be asked"),
        (&["http:/health/live"], "can't be asked"),
        (&["http://:8080/"], "can't be asked"),
        (&["http://localhost:/"], "can't be asked"),
        (&["http://localhost:70000/"], "can't be asked"),
        (&["http://local host/"], "can't be asked"),
        (&["http://user:password@localhost/"], "--header"),
        (
            &["unix:/run/health.sock"],
            "/run/orders/health.sock:/health/ready",
        ),
        (
            &["unix::/health/live"],
            "/run/orders/health.sock:/health/ready",
        ),
        (&["grpc://localhost"], "no port"),
        (
            &["grpc://localhost:50051/orders.v1.Orders/Get"],
            "name of a service",
        ),
    ] {
        let ran = run(&[&["health-probe"][..], args].concat()).await;
        assert_eq!((ran.code, &*ran.stdout), (Some(1), ""), "{args:?} {ran:?}");
        let (first, usage) = ran.stderr.split_once('\n').unwrap();
        assert!(first.starts_with("probing_host health-probe: "), "{first}");
        assert!(first.contains(why), "{args:?}: {first}");
        assert!(
            usage.starts_with("usage: probing_host health-probe ["),
            "{usage}"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn arguments_that_are_no_text_are_wrong_as_well() {
    use std::os::unix::ffi::OsStringExt as _;
    let args = ["orders", "health-probe"].map(std::ffi::OsString::from);
    let no_text = std::ffi::OsString::from_vec(vec![0xff]);
    let code = health_tower::exec_probe_from(args.into_iter().chain([no_text]));
    assert_eq!(code, Some(1));
}

#[tokio::test]
async fn help_is_on_standard_output() {
    for help in ["--help", "-h"] {
        let ran = run(&["health-probe", help]).await;
        assert_eq!((ran.code, &*ran.stderr), (Some(0), ""));
        assert!(ran.stdout.starts_with("usage: probing_host health-probe ["));
    }
}
