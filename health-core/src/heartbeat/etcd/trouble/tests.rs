use rustls::pki_types::UnixTime;
use rustls::{CertificateError, Error};

use super::*;

const AT: &str = "10.0.0.1:2379";

#[test]
fn what_etcd_says_decides_what_follows() {
    use Code::{
        DeadlineExceeded, InvalidArgument, NotFound, PermissionDenied, ResourceExhausted,
        Unauthenticated, Unavailable,
    };
    for (code, message, kind, fix) in [
        (
            NotFound,
            "etcdserver: requested lease not found",
            Kind::Gone,
            "was revoked",
        ),
        (
            Unauthenticated,
            "etcdserver: invalid auth token",
            Kind::Token,
            "",
        ),
        (
            InvalidArgument,
            "etcdserver: revision of auth store is old",
            Kind::Token,
            "",
        ),
        (
            InvalidArgument,
            "etcdserver: authentication failed, invalid user ID or password",
            Kind::Refused,
            "`.user(…)`",
        ),
        (
            InvalidArgument,
            "etcdserver: user name is empty",
            Kind::Refused,
            "requires",
        ),
        (
            PermissionDenied,
            "etcdserver: permission denied",
            Kind::Refused,
            "`health/x/`",
        ),
        (
            ResourceExhausted,
            "etcdserver: mvcc: database space exceeded",
            Kind::Full,
            "disarm",
        ),
        (Unavailable, "etcdserver: no leader", Kind::Here, "quorum"),
        (
            Unavailable,
            "etcdserver: request timed out",
            Kind::Here,
            "quorum",
        ),
        (
            DeadlineExceeded,
            "context deadline exceeded",
            Kind::Here,
            "quorum",
        ),
        (Unavailable, "etcdserver: server stopped", Kind::Here, ""),
        (
            Code::Unimplemented,
            "unknown service",
            Kind::Here,
            "is no etcd",
        ),
        (PermissionDenied, "RBAC: access denied", Kind::Here, ""),
    ] {
        let trouble = Trouble::status(&Status::new(code, message), AT, "health/x/");
        assert_eq!(trouble.kind, kind, "{message}");
        assert!(trouble.what.contains(fix), "{trouble:?}");
        let error = BackendError::from(trouble);
        assert_eq!(error.is_gone(), kind == Kind::Gone);
        assert!(error.to_string().starts_with("etcd at 10.0.0.1:2379: "));
    }
}

#[test]
fn what_several_have_in_common_is_said_once() {
    let trouble = |at, what: &str| Trouble::new(Kind::Here, at, what);
    let all = [
        trouble("a:1", "refused"),
        trouble("b:2", "late"),
        trouble("c:3", "refused"),
    ];
    assert_eq!(
        Trouble::of_all(&all),
        "etcd at a:1, c:3: refused; etcd at b:2: late"
    );
}

/// Whoever reads it looks for another authority, else.
#[test]
fn a_certificate_out_of_its_time_is_not_taken_for_a_strangers() {
    let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let (time, not_after, not_before) = (at(2000), at(1000), at(3000));
    for error in [
        CertificateError::Expired,
        CertificateError::NotValidYet,
        CertificateError::ExpiredContext { time, not_after },
        CertificateError::NotValidYetContext { time, not_before },
    ] {
        let trouble = Trouble::connecting(&Error::InvalidCertificate(error), "etcd:2379");
        assert!(
            trouble
                .what
                .starts_with("its certificate is out of its time"),
            "{trouble:?}"
        );
    }
}
