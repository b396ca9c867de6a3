//! What Kubernetes has to be told about this service, as YAML: [`KubernetesProbes`], and one [`Stanza`] for each probe.

mod probes;
mod stanza;

pub use probes::KubernetesProbes;

pub(crate) use stanza::{Action, Stanza};
