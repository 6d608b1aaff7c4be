//! What can go wrong with a Flux configuration, and what to do about it.

use crate::arm::{self, ResourceId};
use crate::call::Halt;
use crate::cluster;
use crate::fault::{Explain, Kind, Reference, Remedy};
use crate::onboarding;
use crate::onboarding::parent::ParentError;

/// Something about a Flux configuration that could not be done or learned.
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
    /// The connected cluster is not fit for it.
    #[error(transparent)]
    Parent(#[from] ParentError),
    /// The run was stopped, or its time ran out, between two steps.
    #[error(transparent)]
    Halted(#[from] Halt),
    /// Nothing in the cluster would carry it out.
    #[error("cluster {} has no extension of type microsoft.flux, which carries Flux configurations out", cluster.name())]
    NoFlux {
        /// The cluster.
        cluster: ResourceId,
    },
    /// The connection leads to the agents of another connected cluster.
    #[error("the connection leads to the cluster that is connected as {owner}, not as {wanted}")]
    WrongCluster {
        /// What the agents say they belong to.
        owner: ResourceId,
        /// The cluster of the configuration.
        wanted: ResourceId,
    },
    /// A configuration of this name exists.
    #[error("Flux configuration {} exists already on cluster {}", id.name(), cluster_of(id))]
    Exists {
        /// The configuration.
        id: ResourceId,
    },
    /// The configuration was there a moment ago.
    #[error("Flux configuration {} was deleted from cluster {} by somebody else meanwhile", id.name(), cluster_of(id))]
    Vanished {
        /// The configuration.
        id: ResourceId,
    },
    /// Azure accepted what was wanted, and it did not come about.
    #[error("Flux configuration {} on cluster {} was not {done}{}", id.name(), cluster_of(id), bullets(evidence))]
    Failed {
        /// The configuration.
        id: ResourceId,
        /// What should have been done: `applied` or `removed`.
        done: &'static str,
        /// What Azure said in the end.
        source: Box<arm::Error>,
        /// Azure's message, and the objects that do not comply.
        evidence: Vec<String>,
    },
    /// Azure calls it applied, and the cluster is not as the source says.
    #[error(
        "Azure has applied Flux configuration {}, and cluster {} does not comply: {seen}{}",
        id.name(), cluster_of(id), bullets(evidence)
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
            Self::Parent(ParentError::Missing { .. } | ParentError::NotConnected { .. })
            | Self::NoFlux { .. } => Subject::Parent,
            Self::Exists { .. } => Subject::Name,
            _ => Subject::Whole,
        }
    }

    fn inner(&self) -> Option<&dyn Explain> {
        match self {
            Self::Azure(error) => Some(error),
            Self::Cluster(error) => Some(error),
            Self::Access(error) => Some(&**error),
            Self::Parent(error) => Some(error),
            Self::Halted(halt) => Some(halt),
            _ => None,
        }
    }
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        if let Some(inner) = self.inner() {
            return inner.kind();
        }
        match self {
            Self::Failed { source, .. } => source.kind(),
            Self::NotCompliant {
                cause: Some(cause), ..
            } => cause.kind(),
            Self::Exists { .. } | Self::Vanished { .. } => Kind::Conflict,
            _ => Kind::Configuration,
        }
    }

    fn summary(&self) -> String {
        if let Some(inner) = self.inner() {
            return inner.summary();
        }
        match self {
            Self::NoFlux { .. } => "Flux Not Installed",
            Self::WrongCluster { .. } => "Wrong Kubernetes Cluster",
            Self::Exists { .. } => "Flux Configuration Exists Already",
            Self::Vanished { .. } => "Flux Configuration Vanished",
            Self::NotCompliant { .. } => "Cluster Does Not Comply",
            _ => "Flux Configuration Failed",
        }
        .to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        match self.inner() {
            Some(inner) => inner.remedies(),
            None => self.own_remedies().into_iter().map(Remedy::new).collect(),
        }
    }

    fn reference(&self) -> Option<Reference> {
        match self {
            Self::Failed { source, .. } => source.reference(),
            _ => self.inner()?.reference(),
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
                    cluster.name(),
                    cluster.resource_group()
                ),
            ],
            Self::WrongCluster { .. } => vec![
                "check cluster name, region, kubeconfig path and context of the connection".to_owned(),
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
                    cluster_of(id),
                    id.resource_group(),
                    id.name()
                ),
            ],
            _ => Vec::new(),
        }
    }
}

fn cluster_of(id: &ResourceId) -> String {
    id.extends()
        .map(|cluster| cluster.name().to_owned())
        .unwrap_or_default()
}

fn bullets(lines: &[String]) -> String {
    lines.iter().flat_map(|line| ["\n  - ", line]).collect()
}
