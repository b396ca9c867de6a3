//! Clusters of real `etcd` servers, one of one or three, for one test.
//!
//! Each has an address of its own in `127.0.0.0/8`, so that ports can't clash, or a [room](crate::lan::Room) of its own on a
//! [network](crate::lan::Lan) of its own, whose cable can be cut. They are killed, by their own process ids, when the cluster is dropped, also in a
//! panic, and by the kernel when the test's process ends in any other way.
//!
//! ```no_run
//! # async fn test() {
//! use integration_tests::etcd::Cluster;
//! use integration_tests::peer::is_there;
//!
//! if !is_there(Cluster::missing().await) {
//!     return;
//! }
//! let mut cluster = Cluster::of(3).flag("--pre-vote").start().await;
//! let leader = cluster.leader().await;
//! cluster.kill(leader).await;
//! let _another = cluster.leader().await;
//! cluster.start(leader);
//! cluster.healthy(leader).await;
//! # }
//! ```

mod cluster;
mod server;
mod setup;

pub use cluster::Cluster;
pub use setup::Setup;
