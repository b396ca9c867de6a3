use std::error::Error;
use std::io;
use std::time::Duration;

use tonic::{Code, Status};

use crate::heartbeat::BackendError;

/// Why a call of etcd did not work, and what to do about it.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) kind: Kind,
    /// Host and port.
    at: String,
    what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The lease or the key is.
    Gone,
    /// The token by which etcd knows the user: another has to be had.
    Token,
    /// Any endpoint would say so.
    Refused,
    /// There is no room for what is written; all else goes on.
    Full,
    /// Another endpoint may be able to.
    Here,
}

impl Trouble {
    pub(super) fn new(kind: Kind, at: &str, what: impl Into<String>) -> Self {
        let (at, what) = (at.to_owned(), what.into());
        Self { kind, at, what }
    }

    /// Etcd, or what was taken for it, has answered with this; or the connection has ended.
    pub(super) fn status(status: &Status, at: &str, prefix: &str) -> Self {
        let (kind, what) = said(status, prefix)
            .or_else(|| Some((Kind::Here, broken(status.source()?))))
            .unwrap_or_else(|| (Kind::Here, unknown(status)));
        Self::new(kind, at, what)
    }

    pub(super) fn connecting(error: &(dyn Error + 'static), at: &str) -> Self {
        Self::new(Kind::Here, at, broken(error))
    }

    pub(super) fn no_connection(limit: Duration, at: &str) -> Self {
        let what = format!(
            "no connection within {limit:?}: is the address right, and does every firewall let it through?"
        );
        Self::new(Kind::Here, at, what)
    }

    pub(super) fn no_answer(limit: Duration, at: &str) -> Self {
        let what = format!(
            "connected, and no answer within {limit:?}: it hangs, or has no quorum, which `etcdctl endpoint health --cluster` tells"
        );
        Self::new(Kind::Here, at, what)
    }

    /// Each of several endpoints had one: what they have in common is said once.
    pub(super) fn of_all(troubles: &[Self]) -> String {
        let mut groups: Vec<(Vec<&str>, &str)> = Vec::new();
        for Self { at, what, .. } in troubles {
            match groups.iter_mut().find(|(_, said)| said == what) {
                Some((places, _)) => places.push(at),
                None => groups.push((vec![at], what)),
            }
        }
        let group =
            |(places, what): &(Vec<&str>, &str)| format!("etcd at {}: {what}", places.join(", "));
        groups.iter().map(group).collect::<Vec<_>>().join("; ")
    }
}

impl From<Trouble> for BackendError {
    fn from(trouble: Trouble) -> Self {
        let text = Trouble::of_all(std::slice::from_ref(&trouble));
        match trouble.kind {
            Kind::Gone => Self::gone(text),
            Kind::Token | Kind::Refused | Kind::Full | Kind::Here => Self::failed(text),
        }
    }
}

/// What etcd itself says, by the texts of its `rpctypes`: codes alone are not enough.
fn said(status: &Status, prefix: &str) -> Option<(Kind, String)> {
    let (code, message) = (status.code(), status.message());
    let has = |text: &str| message.contains(text);
    let (kind, fix) = if has("requested lease not found") {
        let what = "its lease is gone: it was revoked, or its TTL has passed";
        return Some((Kind::Gone, what.to_owned()));
    } else if code == Code::Unauthenticated
        || has("invalid auth token")
        || has("revision of auth store is old")
    {
        (Kind::Token, String::new())
    } else if has("authentication failed") {
        let fix = ": check the name and the password of `.user(…)`";
        (Kind::Refused, fix.to_owned())
    } else if has("user name is empty") {
        let fix = ": it requires `.user(name, password)`";
        (Kind::Refused, fix.to_owned())
    } else if code == Code::PermissionDenied && has("etcdserver") {
        let fix = format!(": its user needs readwrite on the prefix `{prefix}`");
        (Kind::Refused, fix)
    } else if has("database space exceeded") {
        let fix = ": compact and defragment it, then `etcdctl alarm disarm`";
        (Kind::Full, fix.to_owned())
    } else if code == Code::DeadlineExceeded
        || has("no leader")
        || has("request timed out")
        || has("leader changed")
    {
        let fix = ": without a quorum it can do nothing: see `etcdctl endpoint health --cluster`";
        (Kind::Here, fix.to_owned())
    } else if has("etcdserver") {
        (Kind::Here, String::new())
    } else {
        return None;
    };
    Some((kind, format!("{message} ({code:?}){fix}")))
}

/// There is no connection, or there is none any more.
fn broken(error: &(dyn Error + 'static)) -> String {
    let chain: Vec<_> = std::iter::successors(Some(error), |&error| error.source()).collect();
    let io = chain.iter().find_map(|e| e.downcast_ref::<io::Error>());
    let texts: Vec<String> = chain.iter().map(ToString::to_string).collect();
    let has = |text: &str| texts.iter().any(|line| line.contains(text));
    let last = texts.last().map_or("", String::as_str);
    let fix = if io.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
        "nothing listens there"
    } else if has("InvalidContentType") {
        "it speaks no TLS: `http://`?"
    } else if has("not valid for name") {
        "is another host meant, or another `.domain_name(…)`?"
    } else if has("invalid peer certificate") {
        "is it signed by `.ca_certificate(…)`, or else by whom this machine trusts?"
    } else if has("fatal alert") {
        "it wants TLS with a `.client_certificate(…)` that it knows"
    } else if has("http2 error") || has("HTTP/2 was not negotiated") || has("h2 protocol") {
        NO_GRPC
    } else if has("broken pipe") || has("connection closed") || has("connection reset") {
        "it has closed the connection; if it always does: `https://`?"
    } else {
        return last.to_owned();
    };
    // Where a text is cut, it is at its end.
    format!("{fix}: {last}")
}

const NO_GRPC: &str = "it speaks no gRPC, or is no etcd: clients are served on port 2379 by default, and by TLS only with `https://`";

fn unknown(status: &Status) -> String {
    let (code, message) = (status.code(), status.message());
    let fix = match code {
        Code::Unimplemented | Code::Unknown | Code::Internal => NO_GRPC,
        _ => return format!("{message} ({code:?})"),
    };
    format!("{message} ({code:?}): {fix}")
}

#[cfg(test)]
mod tests {
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
}
