//! What can go wrong with an extension, and what to do about it.

mod explain;

use crate::arm::{self, PlanInfo, ResourceId};
use crate::call::Halt;
use crate::usecases::error::{Work, bullets};
use crate::usecases::target::{ParentError, parent_of};

/// Something about an extension that could not be done or learned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connected cluster is not fit for it, or one of the planes refused or did not answer.
    #[error(transparent)]
    Parent(ParentError),
    /// An extension of this name exists.
    #[error("extension {} exists already on cluster {}", id.name(), parent_of(id).name())]
    Exists {
        /// The extension.
        id: ResourceId,
    },
    /// An extension of this name exists and is something else.
    #[error("extension {} on cluster {} cannot be taken over: its {what} is {found}, not {wanted}", id.name(), parent_of(id).name())]
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
    #[error("extension {} on cluster {} is a system extension, which the Azure platform manages", id.name(), parent_of(id).name())]
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
    /// There is no such extension.
    #[error("there is no extension {} on cluster {}", id.name(), parent_of(id).name())]
    Missing {
        /// The id that was asked for.
        id: ResourceId,
    },
    /// The extension was there a moment ago.
    #[error("extension {} was deleted from cluster {} by somebody else meanwhile", id.name(), parent_of(id).name())]
    Vanished {
        /// The extension.
        id: ResourceId,
    },
    /// Azure accepted what was wanted, and it did not come about.
    #[error("extension {} on cluster {} was not {work}{}", id.name(), parent_of(id).name(), bullets(evidence))]
    Failed {
        /// The extension.
        id: ResourceId,
        /// What should have been done.
        work: Work,
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

impl<E: Into<ParentError>> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Parent(error.into())
    }
}

impl Error {
    /// Which part of the specification has to be looked at.
    #[must_use]
    pub fn subject(&self) -> Subject {
        match self {
            Self::Parent(error) if error.is_about_connection() => Subject::Connection,
            Self::Parent(error) if error.is_about_parent() => Subject::Parent,
            Self::Exists { .. }
            | Self::Missing { .. }
            | Self::Different { .. }
            | Self::System { .. } => Subject::Name,
            Self::SingleInstance { .. } | Self::TypeNotOffered { .. } => Subject::Type,
            Self::VersionNotOffered { .. } => Subject::Version,
            Self::IdentityRequired { .. } => Subject::Identity,
            Self::PlanRequired { .. } => Subject::Plan,
            Self::Parent(_)
            | Self::Vanished { .. }
            | Self::Failed { .. }
            | Self::NotAvailable { .. } => Subject::Whole,
        }
    }
}

fn train(train: Option<&str>) -> String {
    train.map_or_else(
        || "for this cluster".to_owned(),
        |train| format!("in release train {train}"),
    )
}
