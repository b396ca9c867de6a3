//! From start to end: the phases, and the drain that leads from serving to closed.
//!
//! The phase itself ([`Course`]) lives in the snapshot's ledger, so that readiness and phase change together. Here is what moves
//! it: [`Latch`] is set once, [`drive`](driver::drive) walks through the drain in time, and
//! [`Health::run`](crate::Health::run) puts a server and the process's signals beside it.

mod budget;
mod closing;
mod course;
mod drained;
mod driver;
mod given_up;
mod latch;
mod late;
mod phase;
mod policy;
mod presets;
mod quiet;
mod report;
mod run;
mod servers;
mod shutdown;
mod signals;

pub use closing::Closing;
pub use phase::Phase;
pub use policy::DrainPolicy;
pub use quiet::DrainWatch;
pub use report::{DrainReport, Trigger};
pub use shutdown::Shutdown;

pub(crate) use course::{Course, Resumed};
pub(crate) use drained::drained;
pub(crate) use driver::drive;
pub(crate) use given_up::GivenUp;
pub(crate) use latch::Latch;
pub(crate) use late::Late;
pub(crate) use quiet::quiet;
pub(crate) use run::run;
