use crate::heartbeat::{Etcd, EtcdBuilder};

fn problems(builder: EtcdBuilder) -> Vec<String> {
    let error = builder.build().unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(!text.contains("secret"), "{text}");
    error.problems().map(str::to_owned).collect()
}

#[test]
fn everything_that_can_not_work_is_said_at_once() {
    let all = Etcd::at(["10.0.0.1:2379", "http://me:secret@10.0.0.2:2379"])
        .prefix("health")
        .user("", "secret")
        .ca_certificate("secret")
        .client_certificate("secret", "secret");
    assert_eq!(
        problems(all),
        [
            "`.prefix(…)` must have a name, and end with `/`, so that it is the beginning of no other, as `health/members/`",
            "`.user(…)` has no name",
            "`.ca_certificate(…)` was given no certificate in PEM (there is no section `CERTIFICATE`); it begins with `-----BEGIN CERTIFICATE-----`",
            "`.client_certificate(…)` was given no certificate in PEM (there is no section `CERTIFICATE`); it begins with `-----BEGIN CERTIFICATE-----`",
            "the endpoint `10.0.0.1:2379` has no scheme: `http://`, or `https://` for TLS; one is like `http://10.0.0.1:2379`",
            "the endpoint `http://…@10.0.0.2:2379` holds a user: name and password belong into `.user(name, password)`; one is like `http://10.0.0.1:2379`",
        ]
    );
}

#[test]
fn no_endpoint_and_bad_prefixes_are_refused() {
    let none: [&str; 0] = [];
    assert_eq!(
        problems(Etcd::at(none)),
        ["there is no endpoint: `Etcd::at([\"http://10.0.0.1:2379\"])`"]
    );
    let long = format!("{}/", "a".repeat(256));
    for prefix in ["", "/", "health", "a\n/", &long] {
        let etcd = Etcd::at(["http://10.0.0.1:2379"]).prefix(prefix);
        assert_eq!(problems(etcd).len(), 1, "{prefix:?}");
    }
}

/// Three bytes that are no certificate: what tonic would leave out without a word.
#[test]
fn certificates_that_are_none_are_not_left_out() {
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    let at = || Etcd::at(["https://10.0.0.1:2379"]);
    for (etcd, says) in [
        (at().ca_certificate(pem), "was given no certificate in PEM"),
        (at().ca_certificate(broken), "a section is broken"),
        (
            at().client_certificate(pem, "secret"),
            "has a key that is no PEM",
        ),
    ] {
        let problems = problems(etcd);
        assert!(
            problems.len() == 1 && problems[0].contains(says),
            "{problems:?}"
        );
    }
}

#[test]
fn options_of_tls_without_tls_are_refused() {
    let etcd = Etcd::at(["http://10.0.0.1:2379"]).domain_name("etcd.internal");
    assert_eq!(
        problems(etcd),
        ["`.domain_name(…)` is for TLS, and no endpoint has it: `https://`, not `http://`"]
    );
}

#[test]
fn it_shows_no_secret() {
    let builder = Etcd::at(["http://10.0.0.1:2379"]).user("orders", "secret");
    let shown = format!("{builder:?}");
    let etcd = builder.build().unwrap();
    let shown = format!("{shown} {etcd:?}");
    assert!(
        shown.contains("orders") && shown.contains("10.0.0.1:2379"),
        "{shown}"
    );
    assert!(!shown.contains("secret"), "{shown}");
}
