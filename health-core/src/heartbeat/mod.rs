//! Membership with a coordinator, by beats that are earned. With the feature `heartbeat`.
//!
//! A timer that says "alive" goes on saying so when every worker hangs. A [`Heartbeat`] beats on a thread of its own, and each beat is
//! *earned*: it is sent only if every watched runtime of the application has turned within the last second. It carries [`Vitals`], so that
//! who reads the list also sees how its members are.
//!
//! [`Membership`] is what comes of it. It ends *before* the lease can have ended elsewhere: at `sent + granted TTL − max(10 % of the TTL,
//! p99 round trip)`, counted from when the beat was **sent**, by a clock that goes on while the machine is suspended (`CLOCK_BOOTTIME` on
//! Linux), and compared in `is_member()` itself. A process that was frozen, and comes back, knows so with its first look. What only one
//! instance may do is bound to a [`Tenure`], and what it writes carries its [token](Tenure::token).
//!
//! | what happens | after | what follows |
//! |---|---|---|
//! | no runtime turns | 1 s, [`withhold_after`](Heartbeat::withhold_after) | `withheld`: no beat is sent |
//! | and nothing in it moves | 5 s or half of the TTL, [`revoke_after`](Heartbeat::revoke_after) | `stalled`: membership is given back at once |
//! | a beat is not acked | 1 s, [`ack_timeout`](Heartbeat::ack_timeout) | it is sent again, on the same session |
//! | none is, for long | the fence | `fenced`: it joins again, as another incarnation, as soon as a beat is earned |
//! | the service drains | nothing is in flight any more, or the deadline | `left`; the drain waits for it for three ack time-outs, and until its deadline at most |
//!
//! It is advisory: a coordinator that can't be reached changes nobody's readiness, unless the heartbeat is [`required`](Heartbeat::required).
//! Readiness that is down, as during a drain, stops no beat.
//!
//! # Coordinators
//!
//! | | feature | for | what an ack says | who doesn't beat |
//! |---|---|---|---|---|
//! | `Etcd` | `etcd` | a list that all members agree on, with fencing tokens | the leader has renewed the lease; in each fifth beat, a majority has written the vitals | loses its lease, and its key with it |
//! | `Systemd` | `systemd` | the service manager | the kernel has taken the message | is killed after `WatchdogSec`, and started again |
//! | `Push` | `push` | a dead man's switch, to wake a person | the receiver has answered 2xx | sounds the alarm there |
//! | [`InMemory`] | – | tests | – | loses its lease |
//!
//! A service may beat to several: each has a heartbeat, a thread and a [`Membership`] of its own. Only a quorum may say of somebody else that it
//! is removed, so that of these, only the list of etcd is something to act on.
//!
//! Any other coordinator is what implements [`Backend`] and [`Session`]:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
//! # runtime.block_on(async {
//! use std::time::Duration;
//! use health_core::heartbeat::{Ack, Backend, BackendError, Joined, Leaving, Member, Session, Vitals};
//! use health_core::{Health, Heartbeat};
//!
//! /// Takes everybody's word for it.
//! struct Trusting;
//! struct Trusted(Duration);
//!
//! impl Backend for Trusting {
//!     type Session = Trusted;
//!
//!     fn name(&self) -> &str {
//!         "trusting"
//!     }
//!
//!     async fn join(&self, member: &Member) -> Result<Joined<Trusted>, BackendError> {
//!         Ok(Joined::new(Trusted(member.ttl()), Ack::granted(member.ttl())))
//!     }
//! }
//!
//! impl Session for Trusted {
//!     async fn beat(&mut self, _: &Vitals) -> Result<Ack, BackendError> {
//!         Ok(Ack::granted(self.0))
//!     }
//!
//!     async fn leave(self, _: Leaving) -> Result<(), BackendError> {
//!         Ok(())
//!     }
//! }
//!
//! let health = Health::builder().start()?;
//! let membership = Heartbeat::to(Trusting)
//!     .every(Duration::from_secs(1))
//!     .ttl(Duration::from_secs(10))
//!     .start(&health)?;
//! let tenure = membership.joined().await.ok_or("it has left")?;
//! assert!(tenure.is_member() && tenure.remaining() <= Duration::from_secs(9));
//! # Ok::<_, Box<dyn std::error::Error>>(()) })?;
//! # Ok(()) }
//! ```

mod backend;
mod builder;
mod call;
mod cell;
mod clock;
#[cfg(feature = "etcd")]
mod etcd;
mod fence;
mod gate;
mod heart;
mod membership;
mod memory;
mod pace;
mod problems;
#[cfg(feature = "push")]
mod push;
mod registry;
mod report;
mod settings;
#[cfg(feature = "systemd")]
mod systemd;
mod telling;
mod tenure;
mod thread;
mod vitals;

pub use backend::{Ack, Backend, BackendError, Joined, Leaving, Member, Session};
pub use builder::Heartbeat;
#[cfg(feature = "etcd")]
#[cfg_attr(docsrs, doc(cfg(feature = "etcd")))]
pub use etcd::{Etcd, EtcdBuilder, EtcdError, EtcdSession};
pub use membership::Membership;
pub use memory::{Fault, InMemory, InMemorySession, Listed, Step};
#[cfg(feature = "push")]
#[cfg_attr(docsrs, doc(cfg(feature = "push")))]
pub use push::{Push, PushBuilder, PushError, PushSession};
pub use report::{HeartbeatReport, HeartbeatState};
#[cfg(feature = "systemd")]
#[cfg_attr(docsrs, doc(cfg(feature = "systemd")))]
pub use systemd::{Systemd, SystemdSession};
pub use tenure::Tenure;
pub use vitals::{Vitals, VitalsError};

pub(crate) use registry::Hearts;
