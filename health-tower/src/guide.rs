//! What stands beside the code: for those who run a service, and are woken by it.
//!
//! The files are read on their own as well, with links of their own; of two definitions of a link, the first one counts.

#[doc = "[AdviceKind]: crate::AdviceKind"]
#[doc = "[Cause]: crate::Cause"]
#[doc = "[Fault]: crate::Fault"]
#[doc = "[ProbeFilter]: crate::ProbeFilter"]
#[doc = "[Rule]: crate::Rule"]
#[doc = ""]
#[doc = include_str!("../docs/events.md")]
pub mod events {}

#[doc = "[Health::run]: crate::Health::run"]
#[doc = "[HealthLayer]: crate::HealthLayer"]
#[doc = "[Rule]: crate::Rule"]
#[doc = "[Verdict]: crate::Verdict"]
#[doc = "[events]: crate::guide::events"]
#[doc = ""]
#[doc = include_str!("../docs/on-call.md")]
pub mod on_call {}
