//! The cases, and who looks at them.

use Server::{Axum, Hyper, Probes, Tonic, TonicHealth};

use crate::cases::{asked, balanced, checked, drained, ended, raw, slow, watched};
use crate::row::Row;
use crate::server::Server;

/// What each case is, in the order of its number.
pub(crate) const CASES: [(u8, &str); 34] = [
    (1, "Check `\"\"` is `SERVING` when ready"),
    (
        2,
        "Check of a registered name: `SERVING`, `NOT_SERVING` after its check fails",
    ),
    (3, "Check of an unknown name: `NOT_FOUND`"),
    (4, "Check with an expired deadline: `DEADLINE_EXCEEDED`"),
    (5, "Watch of a known name: its status at once"),
    (
        6,
        "a status from before the server started is seen by Watch",
    ),
    (
        7,
        "Watch of an unknown name: `SERVICE_UNKNOWN`, and goes on",
    ),
    (8, "… then registered: `SERVING` on the same stream"),
    (9, "unregistered: `SERVICE_UNKNOWN`, and goes on"),
    (10, "the same status again: no message"),
    (11, "two watchers are both told"),
    (12, "Watch `\"\"` follows readiness"),
    (13, "a slow reader gets the latest status, not a backlog"),
    (14, "List has every name with its status, `\"\"` too"),
    (15, "List of 100 names, of 101: `RESOURCE_EXHAUSTED`"),
    (
        16,
        "draining: `NOT_SERVING` but for `liveness`, whatever checks find",
    ),
    (
        17,
        "results that race with a drain: `NOT_SERVING` in the end",
    ),
    (18, "resumed: as the checks are, not `SERVING` by force"),
    (19, "an open Watch is told when draining begins"),
    (20, "an unknown method: `UNIMPLEMENTED`, trailers-only"),
    (21, "closing: the application's stream goes on, Watch ends"),
    (
        22,
        "client-side health checking follows, removed and added again too",
    ),
    (
        23,
        "an open Watch does not hold up the end: `NOT_SERVING`, `UNAVAILABLE`",
    ),
    (
        24,
        "closing: a new Watch is `UNAVAILABLE` without a message; retries are few",
    ),
    (
        25,
        "Watch is not in flight; a stream, a unary and a hanging call are",
    ),
    (26, "clients cancel: nothing in flight"),
    (
        27,
        "deadline: a stream and a pending call end `UNAVAILABLE`",
    ),
    (
        28,
        "a new call of the application in the lame duck succeeds",
    ),
    (
        29,
        "malformed: `INTERNAL`; unknown fields: skipped; too long: refused, in bounded memory",
    ),
    (
        30,
        "compressed: `UNIMPLEMENTED`, `grpc-accept-encoding: identity`",
    ),
    (31, "not gRPC: 415, with the request read"),
    (32, "answers are never compressed, whatever layers do"),
    (
        33,
        "`/health/ready` on the same port: HTTP/1.1 where tonic accepts it, h2c",
    ),
    (34, "before the first results: `NOT_SERVING`"),
];

const ALL: &[&str] = &["grpcio", "grpc-js", "tonic"];
/// tonic's client has no List, and no compression here; what is late, it calls cancelled.
const BUT_TONIC: &[&str] = &["grpcio", "grpc-js"];
const GRPCIO: &[&str] = &["grpcio"];
const CURL: &[&str] = &["curl"];
const ENVOY: &[&str] = &["Envoy"];
const EVERYWHERE: &[Server] = &Server::ALL;
/// With an application beside the health.
const APPLIED: &[Server] = &[Tonic, Axum, Hyper, TonicHealth];
/// Where requests are counted.
const COUNTED: &[Server] = &[Tonic, Axum, Hyper];
/// Where there is somebody to ask while it closes.
const LINGERING: &[Server] = &[Hyper, Probes];

macro_rules! rows {
    ($($case:literal $run:path, $clients:expr, $servers:expr $(, $option:literal)*;)*) => {
        &[$(Row {
            case: $case,
            clients: $clients,
            options: &[$($option),*],
            servers: $servers,
            run: |stage| Box::pin($run(stage)),
        }),*]
    };
}

pub(crate) const ROWS: &[Row] = rows! {
    1 asked::whole, ALL, EVERYWHERE;
    1 raw::check, CURL, EVERYWHERE;
    1 checked::whole, ENVOY, EVERYWHERE;
    2 asked::registered, ALL, EVERYWHERE;
    2 checked::registered, ENVOY, EVERYWHERE;
    2 checked::documented, ENVOY, &[Tonic];
    3 asked::unknown, ALL, EVERYWHERE;
    3 raw::not_found, CURL, EVERYWHERE;
    3 checked::unknown, ENVOY, EVERYWHERE;
    4 asked::expired, BUT_TONIC, EVERYWHERE;
    5 watched::at_once, ALL, EVERYWHERE;
    6 watched::from_before, ALL, EVERYWHERE, "down=stock";
    7 watched::unknown, ALL, EVERYWHERE;
    8 watched::later, ALL, EVERYWHERE;
    9 watched::removed, ALL, EVERYWHERE;
    10 watched::once, ALL, EVERYWHERE;
    11 watched::by_two, ALL, EVERYWHERE;
    12 watched::readiness, ALL, EVERYWHERE;
    13 slow::reader, &["tonic"], EVERYWHERE;
    14 asked::list, BUT_TONIC, EVERYWHERE;
    15 asked::long_list, BUT_TONIC, EVERYWHERE;
    16 drained::not_serving, ALL, EVERYWHERE;
    16 checked::drained, ENVOY, EVERYWHERE;
    17 drained::race, ALL, EVERYWHERE;
    18 drained::resumed, ALL, EVERYWHERE;
    19 drained::told, ALL, EVERYWHERE;
    20 asked::no_such_method, ALL, EVERYWHERE;
    20 raw::no_such_method, CURL, EVERYWHERE;
    21 ended::stream_goes_on, ALL, APPLIED;
    22 balanced::follows, GRPCIO, EVERYWHERE, "down=stock";
    23 ended::watch_ends, ALL, EVERYWHERE;
    23 balanced::lets_go, GRPCIO, EVERYWHERE;
    24 ended::no_new_watch, ALL, LINGERING, "lingering";
    24 balanced::backs_off, GRPCIO, LINGERING, "lingering";
    24 raw::closing, CURL, LINGERING, "lingering";
    25 ended::counted, ALL, COUNTED;
    26 ended::cancelled, ALL, COUNTED;
    27 ended::deadline, ALL, APPLIED, "deadline=300";
    28 ended::lame_duck, ALL, APPLIED, "lame_duck=30000";
    29 raw::malformed, CURL, EVERYWHERE;
    29 raw::unknown_fields, CURL, EVERYWHERE;
    29 raw::too_long, CURL, EVERYWHERE;
    30 asked::compressed, BUT_TONIC, EVERYWHERE;
    30 raw::compressed, CURL, EVERYWHERE;
    31 raw::not_grpc, CURL, EVERYWHERE;
    32 raw::never_compressed, CURL, APPLIED, "compressing";
    33 raw::http1, CURL, &[Tonic], "http1";
    33 raw::http1, CURL, &[Axum, Probes];
    33 raw::http2, CURL, &[Hyper];
    33 raw::http2, CURL, &[Tonic];
    34 asked::too_early, ALL, EVERYWHERE, "held";
};
