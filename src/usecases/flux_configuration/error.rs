//! What can go wrong with a Flux configuration, and what to do about it.

use crate::arm::{self, ResourceId};
use crate::call::Halt;
use crate::fault::{Explain, Kind, Reference, Remedy, shell_word};
use crate::usecases::error::{Work, bullets};
use crate::usecases::target::{ParentError, parent_of};

/// Something about a Flux configuration that could not be done or learned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connected cluster is not fit for it, or one of the planes refused or did not answer.
    #[error(transparent)]
    Parent(ParentError),
    /// Nothing in the cluster would carry it out.
    #[error("cluster {} has no extension of type microsoft.flux, which carries Flux configurations out", cluster.name())]
    NoFlux {
        /// The cluster.
        cluster: ResourceId,
    },
    /// A configuration of this name exists.
    #[error("Flux configuration {} exists already on cluster {}", id.name(), parent_of(id).name())]
    Exists {
        /// The configuration.
        id: ResourceId,
    },
    /// The configuration was there a moment ago.
    #[error("Flux configuration {} was deleted from cluster {} by somebody else meanwhile", id.name(), parent_of(id).name())]
    Vanished {
        /// The configuration.
        id: ResourceId,
    },
    /// Azure accepted what was wanted, and it did not come about.
    #[error("Flux configuration {} on cluster {} was not {work}{}", id.name(), parent_of(id).name(), bullets(evidence))]
    Failed {
        /// The configuration.
        id: ResourceId,
        /// What should have been done.
        work: Work,
        /// What Azure said in the end.
        source: Box<arm::Error>,
        /// Azure's message, and the objects that do not comply.
        evidence: Vec<String>,
    },
    /// Azure calls it applied, and the cluster is not as the source says.
    #[error(
        "Azure has applied Flux configuration {}, and cluster {} does not comply: {seen}{}",
        id.name(), parent_of(id).name(), bullets(evidence)
    )]
    NotCompliant {
        /// The configuration.
        id: ResourceId,
        /// Interruption or deadline; absent when waiting longer promises nothing.
        cause: Option<Halt>,
        /// The compliance state at the last look.
        seen: String,
        /// The objects that do not comply, and why.
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
            Self::NoFlux { .. } => Subject::Parent,
            Self::Exists { .. } => Subject::Name,
            _ => Subject::Whole,
        }
    }
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Parent(error) => error.kind(),
            Self::Failed { source, .. } => source.kind(),
            Self::NotCompliant {
                cause: Some(cause), ..
            } => cause.kind(),
            Self::Exists { .. } | Self::Vanished { .. } => Kind::Conflict,
            _ => Kind::Configuration,
        }
    }

    fn summary(&self) -> String {
        match self {
            Self::Parent(error) => return error.summary(),
            Self::NoFlux { .. } => "Flux Not Installed",
            Self::Exists { .. } => "Flux Configuration Exists Already",
            Self::Vanished { .. } => "Flux Configuration Vanished",
            Self::NotCompliant { .. } => "Cluster Does Not Comply",
            Self::Failed { .. } => "Flux Configuration Failed",
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
            Self::Failed { source, .. } => source.reference(),
            Self::Parent(error) => error.reference(),
            _ => None,
        }
    }
}

impl Error {
    fn own_remedies(&self) -> Vec<String> {
        match self {
            Self::NoFlux { cluster } => vec![
                "install it first: an arc_extension with extension_type = \"microsoft.flux\", and depends_on here".to_owned(),
                format!(
                    "or: az k8s-extension create --cluster-type connectedClusters --cluster-name {} --resource-group {} --name flux --extension-type microsoft.flux",
                    shell_word(cluster.name()),
                    shell_word(cluster.resource_group())
                ),
            ],
            Self::Exists { id } => vec![
                "take it over as it is: adopt_existing = true".to_owned(),
                format!("or import it by the id {id}"),
            ],
            Self::Vanished { .. } => vec!["find out who deletes it, then run again".to_owned()],
            Self::NotCompliant { id, .. } | Self::Failed { id, .. } => vec![
                "check url, reference, credentials and paths of the source".to_owned(),
                format!(
                    "look at its objects: az k8s-configuration flux show --cluster-type connectedClusters --cluster-name {} --resource-group {} --name {}",
                    shell_word(parent_of(id).name()),
                    shell_word(id.resource_group()),
                    shell_word(id.name())
                ),
            ],
            Self::Parent(_) => Vec::new(),
        }
    }
}
