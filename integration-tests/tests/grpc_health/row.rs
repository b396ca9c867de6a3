use futures_util::future::BoxFuture;

use crate::stage::{Server, Stage, Verdict};

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
