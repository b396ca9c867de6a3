use futures_util::future::BoxFuture;

use crate::server::Server;
use crate::stage::{Stage, Verdict};

/// One case as one kind of client can look at it.
pub(crate) struct Row {
    pub(crate) case: u8,
    /// Of `grpcio`, `grpc-js`, `tonic`, and those that only some cases need.
    pub(crate) clients: &'static [&'static str],
    pub(crate) options: &'static [&'static str],
    pub(crate) servers: &'static [Server],
    pub(crate) run: fn(Stage) -> BoxFuture<'static, Verdict>,
}

/// What one client has seen of one case at one server.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) case: u8,
    pub(crate) client: &'static str,
    pub(crate) server: Server,
    pub(crate) verdict: Verdict,
}

/// What `tonic-health` has otherwise, by a client each: a judge that doesn't see it sees nothing.
const DIFFERENT: [(u8, &str); 5] = [
    (7, "tonic"),
    (14, "grpcio"),
    (16, "grpc-js"),
    (23, "tonic"),
    (31, "curl"),
];

impl Seen {
    pub(crate) fn is_as_expected(&self) -> bool {
        match self.server.is_ours() {
            true => self.verdict.is_ok(),
            false => self.verdict.is_err() || !DIFFERENT.contains(&(self.case, self.client)),
        }
    }
}
