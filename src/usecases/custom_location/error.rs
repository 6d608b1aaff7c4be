//! What can go wrong with a custom location, and what to do about it.

use crate::arm::ResourceId;
use crate::fault::{Explain, Kind, Reference, Remedy, shell_word};
use crate::usecases::target::ParentError;

/// Something about a custom location that could not be done or learned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connected cluster is not fit for it, or one of the planes refused or did not answer.
    #[error(transparent)]
    Parent(ParentError),
    /// The agents were told to keep Azure's service out.
    #[error("custom locations are not enabled on cluster {}", cluster.name())]
    NotEnabled {
        /// The cluster.
        cluster: ResourceId,
    },
    /// The namespace is going away.
    #[error("namespace {namespace} of cluster {} is being deleted", cluster.name())]
    NamespaceTerminating {
        /// The cluster.
        cluster: ResourceId,
        /// The namespace.
        namespace: String,
    },
    /// A custom location of this name exists.
    #[error("custom location {} exists already in resource group {}", id.name(), id.resource_group())]
    Exists {
        /// The custom location.
        id: ResourceId,
    },
    /// One of this name exists and is something else.
    #[error("custom location {} cannot be taken over: its {what} is {found}, not {wanted}", id.name())]
    Different {
        /// The custom location.
        id: ResourceId,
        /// What differs and cannot change.
        what: &'static str,
        /// As it is.
        found: String,
        /// As it should be.
        wanted: String,
    },
    /// It was there a moment ago.
    #[error("custom location {} was deleted by somebody else meanwhile", id.name())]
    Vanished {
        /// The custom location.
        id: ResourceId,
    },
}

/// The part of the specification that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The connection to the cluster.
    Connection,
    /// The connected cluster.
    Parent,
    /// The namespace.
    Namespace,
    /// The name.
    Name,
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
            Self::NotEnabled { .. } => Subject::Parent,
            Self::NamespaceTerminating { .. } => Subject::Namespace,
            Self::Exists { .. } | Self::Different { .. } => Subject::Name,
            _ => Subject::Whole,
        }
    }
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Parent(error) => error.kind(),
            Self::NotEnabled { .. } => Kind::Configuration,
            _ => Kind::Conflict,
        }
    }

    fn summary(&self) -> String {
        match self {
            Self::Parent(error) => return error.summary(),
            Self::NotEnabled { .. } => "Custom Locations Not Enabled",
            Self::NamespaceTerminating { .. } => "Namespace Is Being Deleted",
            Self::Exists { .. } => "Custom Location Exists Already",
            Self::Different { .. } => "Custom Location Cannot Be Taken Over",
            Self::Vanished { .. } => "Custom Location Vanished",
        }
        .to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        match self {
            Self::Parent(error) => error.remedies(),
            other => other.own_remedies().into_iter().map(Remedy::new).collect(),
        }
    }

    fn reference(&self) -> Option<Reference> {
        match self {
            Self::Parent(error) => error.reference(),
            _ => None,
        }
    }
}

impl Error {
    fn own_remedies(&self) -> Vec<String> {
        match self {
            Self::NotEnabled { cluster } => vec![
                "enable them on the arc_connected_cluster: custom_locations = { enabled = true, object_id = \"…\" }, with the \
                 object id of `az ad sp show --id bc313c14-388c-4e7d-a58e-70017303ee3b --query id`"
                    .to_owned(),
                format!(
                    "or: az connectedk8s enable-features --features cluster-connect custom-locations --name {} --resource-group {}",
                    shell_word(cluster.name()),
                    shell_word(cluster.resource_group())
                ),
            ],
            Self::NamespaceTerminating { namespace, .. } => vec![
                format!("see what holds it: kubectl get namespace {} --output yaml", shell_word(namespace)),
                "run again when it is gone".to_owned(),
            ],
            Self::Exists { id } => vec![
                "take it over as it is: adopt_existing = true".to_owned(),
                format!("or import it by the id {id}"),
            ],
            Self::Different { .. } => vec!["describe it as it is, or choose another name".to_owned()],
            Self::Vanished { .. } => vec!["find out who deletes it, then run again".to_owned()],
            Self::Parent(_) => Vec::new(),
        }
    }
}
