//! Flux configurations of a connected cluster: create, observe, change, remove.
//!
//! Azure's "Succeeded" only means that the agents have taken the configuration over. Whether the cluster is as the source
//! says is another question, which compliance answers: it is awaited and shown. Flux's objects are looked for in the cluster.

mod change;
mod compliance;
mod create;
mod error;
mod observe;
mod remove;
mod spec;

pub use crate::arm::{
    AzureBlob, BlobIdentity, Bucket, FluxConfiguration as Object, FluxProperties as Properties,
    FluxStatus as Status, GitReference, GitRepository, Kustomization, OciReference, OciRepository,
    PostBuild, ProtectedSettings, Secret, ServicePrincipal, SubstituteFrom,
};
pub use change::change;
pub use create::create;
pub use error::{Error, Subject};
pub use observe::{Observation, observe};
pub use remove::remove;
pub use spec::Spec;
