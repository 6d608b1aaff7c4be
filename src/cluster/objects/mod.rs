//! Ordinary Kubernetes objects, read for what they say about themselves.
//!
//! Workloads, namespaces, Flux objects and jobs belong to the agents, to an extension or to the user: nothing here knows
//! which. Each file asks one kind of question and answers with the few fields that decisions and messages need, so that no
//! caller sees a type of Kubernetes.

mod flux_objects;
mod jobs;
mod namespaces;
mod workloads;

pub use self::flux_objects::{FluxKind, FluxObject};
pub use self::jobs::JobState;
pub use self::namespaces::NamespaceState;
pub use self::workloads::Workload;
