use std::fmt;

use http::{HeaderMap, StatusCode};

use crate::Ending;

/// How the requests that pass through a layer are judged. To [`HealthLayerBuilder::traffic`](crate::HealthLayerBuilder::traffic).
///
/// What is not set is judged as in the vocabulary of `tower_http::classify`:
///
/// | response | counts as |
/// |---|---|
/// | 5xx; 408, which applications answer where their own time-out ran out | failed |
/// | 503 with `retry-after` | shed |
/// | any other status | completed |
/// | gRPC, by head or trailers: `UNKNOWN`, `DEADLINE_EXCEEDED`, `INTERNAL`, `UNAVAILABLE`, `DATA_LOSS` | failed |
/// | gRPC: `RESOURCE_EXHAUSTED` or `UNAVAILABLE` with `grpc-retry-pushback-ms` | shed |
/// | gRPC: any other status | completed |
/// | an error of the service | failed; one that ends with the words of tower's `Overloaded`, as those do that wrap it and show it, shed |
/// | an error of the body | failed |
/// | none: the service panicked | failed |
/// | none: its client left before | cancelled |
///
/// A client that leaves while it gets the body of a response was answered. What a drain ends at its deadline counts as nothing.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use health_tower::{Ending, Health, HealthLayer, Traffic};
/// use http::StatusCode;
///
/// let traffic = Traffic::new()
///     .group("orders", ["/orders", "/v1/orders", "/shop.Orders"])
///     .slow(["/events/poll"])
///     .answer_sheds(true)
///     // A proxy: what the other side can't do is not our fault.
///     .classify(|status, _| (status == StatusCode::BAD_GATEWAY).then_some(Ending::Completed));
/// let health = Health::builder().start()?;
/// let layer = HealthLayer::builder(&health).traffic(traffic).build()?;
/// # drop(layer);
/// # Ok(()) }
/// ```
#[derive(Default)]
#[must_use = "it judges nothing until it is handed to `HealthLayer::builder(…).traffic(…)`"]
pub struct Traffic {
    pub(crate) groups: Vec<(String, Vec<String>)>,
    pub(crate) slow: Vec<String>,
    pub(crate) answer_sheds: bool,
    pub(crate) classify: Option<Classify>,
}

/// Somebody's own rule.
pub(crate) type Classify = Box<dyn Fn(StatusCode, &HeaderMap) -> Option<Ending> + Send + Sync>;

impl Traffic {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Routes whose traffic is judged by itself as well: an error that is rare among all requests is not rare on the route that has it.
    ///
    /// A request is of the group whose prefix of its path is the longest. Prefixes are whole segments: `/orders` is one of `/orders/7`, and
    /// none of `/orders-old`. No more than 16 groups: for the parts of a service, and not for its paths. Costs each request a look at all
    /// prefixes, and two counters more for one that is of a group.
    pub fn group<P: Into<String>>(
        mut self,
        name: impl Into<String>,
        prefixes: impl IntoIterator<Item = P>,
    ) -> Self {
        let prefixes = prefixes.into_iter().map(Into::into).collect();
        self.groups.push((name.into(), prefixes));
        self
    }

    /// Routes whose requests wait by design, such as long polls, exports, and calls that are answered when their client has sent all: that they
    /// have no answer yet is no evidence of a service that hangs. By prefixes of paths, as those of a [`group`](Self::group).
    pub fn slow<P: Into<String>>(mut self, prefixes: impl IntoIterator<Item = P>) -> Self {
        self.slow.extend(prefixes.into_iter().map(Into::into));
        self
    }

    /// Whether what tower's `LoadShed` turns away is answered here: 503 with `retry-after`, or for gRPC `RESOURCE_EXHAUSTED` with
    /// `grpc-retry-pushback-ms`, so that clients come again, later, and not all at once. Off by default: then its error passes through, and a
    /// server closes the connection without a word unless something else makes a response of it.
    ///
    /// The error type of the service stays what it is: axum wants a `HandleErrorLayer` around it, which then has nothing to do.
    pub fn answer_sheds(mut self, answer_sheds: bool) -> Self {
        self.answer_sheds = answer_sheds;
        self
    }

    /// A rule of your own for the heads of responses, with the status and the headers; `None` leaves it to the rules above. What a body
    /// or trailers say later counts all the same. It runs on the path of each request: no locks, nothing that waits.
    pub fn classify<F>(mut self, classify: F) -> Self
    where
        F: Fn(StatusCode, &HeaderMap) -> Option<Ending> + Send + Sync + 'static,
    {
        self.classify = Some(Box::new(classify));
        self
    }
}

impl fmt::Debug for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traffic")
            .field("groups", &self.groups)
            .field("slow", &self.slow)
            .field("answer_sheds", &self.answer_sheds)
            .finish_non_exhaustive()
    }
}
