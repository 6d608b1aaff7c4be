//! What can go wrong with an extension, and what to do about it.

mod explain;

use crate::arm::{self, PlanInfo, ResourceId};
use crate::call::Halt;
use crate::cluster;
use crate::onboarding;
use crate::onboarding::parent::ParentError;

/// Something about an extension that could not be done or learned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Azure refused or did not answer.
    #[error(transparent)]
    Azure(#[from] arm::Error),
    /// The cluster refused or did not answer.
    #[error(transparent)]
    Cluster(#[from] cluster::Error),
    /// The cluster cannot be reached at all, or a resource provider is missing.
    #[error(transparent)]
    Access(Box<onboarding::Error>),
    /// The connected cluster is not fit for extensions.
    #[error(transparent)]
    Parent(#[from] ParentError),
    /// The run was stopped, or its time ran out, between two steps.
    #[error(transparent)]
    Halted(#[from] Halt),
    /// An extension of this name exists.
    #[error("extension {} exists already on cluster {}", id.name(), cluster_of(id))]
    Exists {
        /// The extension.
        id: ResourceId,
    },
    /// An extension of this name exists and is something else.
    #[error("extension {} on cluster {} cannot be taken over: its {what} is {found}, not {wanted}", id.name(), cluster_of(id))]
    Different {
        /// The extension.
        id: ResourceId,
        /// What differs and cannot change.
        what: &'static str,
        /// As it is.
        found: String,
        /// As it should be.
        wanted: String,
    },
    /// The platform owns it.
    #[error("extension {} on cluster {} is a system extension, which the Azure platform manages", id.name(), cluster_of(id))]
    System {
        /// The extension.
        id: ResourceId,
    },
    /// The cluster has one already.
    #[error(
        "cluster {} has an extension of type {extension_type} already, {existing}, and can have only one", cluster.name()
    )]
    SingleInstance {
        /// The type.
        extension_type: String,
        /// Name of the extension that is there.
        existing: String,
        /// The cluster.
        cluster: ResourceId,
    },
    /// There is no such type for this cluster.
    #[error("there is no extension type {extension_type:?} for this cluster; there are {}", offered.join(", "))]
    TypeNotOffered {
        /// The type asked for.
        extension_type: String,
        /// Types that Azure lists.
        offered: Vec<String>,
    },
    /// There is no such version for this cluster.
    #[error(
        "there is no version {version:?} of {extension_type} {}; there are {}",
        train(release_train.as_deref()), offered.join(", ")
    )]
    VersionNotOffered {
        /// The type.
        extension_type: String,
        /// The version asked for.
        version: String,
        /// The release train that was searched.
        release_train: Option<String>,
        /// Versions that Azure lists.
        offered: Vec<String>,
    },
    /// The type works with a managed identity only.
    #[error("extensions of type {extension_type} need a managed identity")]
    IdentityRequired {
        /// The type.
        extension_type: String,
    },
    /// The type is sold in the Marketplace.
    #[error(
        "extensions of type {extension_type} are sold in the Azure Marketplace and need a plan"
    )]
    PlanRequired {
        /// The type.
        extension_type: String,
        /// The plan that Azure names.
        plan: PlanInfo,
    },
    /// The connection leads to the agents of another connected cluster.
    #[error("the connection leads to the cluster that is connected as {owner}, not as {wanted}")]
    WrongCluster {
        /// What the agents say they belong to.
        owner: ResourceId,
        /// The cluster of the extension.
        wanted: ResourceId,
    },
    /// There is no such extension.
    #[error("there is no extension {} on cluster {}", id.name(), cluster_of(id))]
    Missing {
        /// The id that was asked for.
        id: ResourceId,
    },
    /// The extension was there a moment ago.
    #[error("extension {} was deleted from cluster {} by somebody else meanwhile", id.name(), cluster_of(id))]
    Vanished {
        /// The extension.
        id: ResourceId,
    },
    /// Azure accepted what was wanted, and it did not come about.
    #[error("extension {} on cluster {} was not {done}{}", id.name(), cluster_of(id), bullets(evidence))]
    Failed {
        /// The extension.
        id: ResourceId,
        /// What should have been done: `installed`, `changed` or `removed`.
        done: &'static str,
        /// What Azure said in the end.
        source: Box<arm::Error>,
        /// What Azure's statuses, the pods and the last events show.
        evidence: Vec<String>,
        /// Namespace to look at, when it is known.
        namespace: Option<String>,
    },
    /// Azure calls it installed, and its workloads do not run.
    #[error(
        "Azure calls extension {} installed, and its workloads in namespace {namespace} are not available: {cause}; last \
         seen: {seen}{}",
        id.name(), bullets(evidence)
    )]
    NotAvailable {
        /// The extension.
        id: ResourceId,
        /// Namespace of the workloads.
        namespace: String,
        /// Interruption or deadline.
        cause: Halt,
        /// Which workloads lack how many replicas.
        seen: String,
        /// What pods and events show.
        evidence: Vec<String>,
    },
}

/// The part of the specification that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The connection to the cluster.
    Connection,
    /// The connected cluster.
    Parent,
    /// The name.
    Name,
    /// The type.
    Type,
    /// The version.
    Version,
    /// The managed identity.
    Identity,
    /// The Marketplace plan.
    Plan,
    /// Nothing in particular.
    Whole,
}

impl From<onboarding::Error> for Error {
    fn from(error: onboarding::Error) -> Self {
        Self::Access(Box::new(error))
    }
}

impl Error {
    /// Which part of the specification has to be looked at.
    #[must_use]
    pub fn subject(&self) -> Subject {
        match self {
            Self::Access(error) if error.subject() == onboarding::Subject::Connection => {
                Subject::Connection
            }
            Self::Cluster(_) | Self::WrongCluster { .. } => Subject::Connection,
            Self::Parent(ParentError::Missing { .. } | ParentError::NotConnected { .. }) => {
                Subject::Parent
            }
            Self::Exists { .. }
            | Self::Missing { .. }
            | Self::Different { .. }
            | Self::System { .. } => Subject::Name,
            Self::SingleInstance { .. } | Self::TypeNotOffered { .. } => Subject::Type,
            Self::VersionNotOffered { .. } => Subject::Version,
            Self::IdentityRequired { .. } => Subject::Identity,
            Self::PlanRequired { .. } => Subject::Plan,
            Self::Access(_)
            | Self::Parent(ParentError::Azure(_))
            | Self::Azure(_)
            | Self::Halted(_)
            | Self::Vanished { .. }
            | Self::Failed { .. }
            | Self::NotAvailable { .. } => Subject::Whole,
        }
    }
}

fn cluster_of(id: &ResourceId) -> String {
    id.extends()
        .map(|cluster| cluster.name().to_owned())
        .unwrap_or_default()
}

fn train(train: Option<&str>) -> String {
    train.map_or_else(
        || "for this cluster".to_owned(),
        |train| format!("in release train {train}"),
    )
}

fn bullets(lines: &[String]) -> String {
    lines.iter().flat_map(|line| ["\n  - ", line]).collect()
}
