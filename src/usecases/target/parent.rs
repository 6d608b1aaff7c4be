//! The connected cluster that tokens, extensions, Flux configurations and custom locations hang on, on both planes.

use crate::arm::{ConnectedCluster, ResourceId};
use crate::call::Call;
use crate::fault::{Explain, Kind, Reference, Remedy, shell_word};

use crate::usecases::error::{PlaneError, PlaneSubject};
use crate::usecases::session::Session;

/// States of a connected cluster whose agents will never act again.
const DEAD: [&str; 2] = ["Expired", "AgentNotInstalled"];

/// Why nothing can be done on a connected cluster.
#[derive(Debug, thiserror::Error)]
pub enum ParentError {
    /// One of the planes refused or did not answer.
    #[error(transparent)]
    Plane(Box<PlaneError>),
    /// There is no such connected cluster.
    #[error(
        "connected cluster {} does not exist in resource group {} of subscription {}",
        cluster.name(), cluster.resource_group(), cluster.subscription_id()
    )]
    Missing {
        /// The id that was asked for.
        cluster: ResourceId,
    },
    /// Its agents cannot be told to do anything.
    #[error("connected cluster {} is {status}, and only the agents of a Connected one carry anything out", cluster.name())]
    NotConnected {
        /// The connected cluster.
        cluster: ResourceId,
        /// Its connectivity status.
        status: String,
    },
}

impl<E: Into<PlaneError>> From<E> for ParentError {
    fn from(error: E) -> Self {
        Self::Plane(Box::new(error.into()))
    }
}

impl ParentError {
    /// Whether the connection has to be looked at.
    #[must_use]
    pub fn is_about_connection(&self) -> bool {
        match self {
            Self::Plane(error) => error.subject() == PlaneSubject::Connection,
            Self::Missing { .. } | Self::NotConnected { .. } => false,
        }
    }

    /// Whether the cluster answered and is not the one that is meant.
    #[must_use]
    pub fn is_wrong_cluster(&self) -> bool {
        matches!(self, Self::Plane(error) if error.is_wrong_cluster())
    }

    /// Whether the connected cluster has to be looked at.
    #[must_use]
    pub const fn is_about_parent(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::NotConnected { .. })
    }
}

/// The connected cluster that an extension or Flux configuration extends.
#[must_use]
pub fn parent_of(id: &ResourceId) -> ResourceId {
    id.extends().unwrap_or_else(|| id.clone())
}

/// The connected cluster, whose agents Azure sees.
///
/// # Errors
///
/// [`ParentError::Missing`], [`ParentError::NotConnected`], or Azure's.
pub async fn require_connected(
    call: &Call,
    session: &Session,
    cluster: &ResourceId,
) -> Result<ConnectedCluster, ParentError> {
    let found = session
        .azure
        .connected_clusters()
        .get(call, cluster)
        .await?;
    let object = found.ok_or_else(|| ParentError::Missing {
        cluster: cluster.clone(),
    })?;
    match object.connectivity_status() {
        Some("Connected") => Ok(object),
        status => Err(ParentError::NotConnected {
            cluster: cluster.clone(),
            status: status.unwrap_or("in an unknown state").to_owned(),
        }),
    }
}

/// The connectivity status of a cluster whose agents will never act again.
pub fn dead(cluster: &ConnectedCluster) -> Option<&str> {
    let status = cluster.connectivity_status();
    status.filter(|status| DEAD.contains(status))
}

impl Explain for ParentError {
    fn kind(&self) -> Kind {
        match self {
            Self::Plane(error) => error.kind(),
            Self::Missing { .. } => Kind::NotFound,
            Self::NotConnected { .. } => Kind::Conflict,
        }
    }

    fn summary(&self) -> String {
        match self {
            Self::Plane(error) => return error.summary(),
            Self::Missing { .. } => "Connected Cluster Not Found",
            Self::NotConnected { .. } => "Cluster Not Connected",
        }
        .to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        let texts = match self {
            Self::Plane(error) => return error.remedies(),
            Self::Missing { cluster } => vec![
                "check name, resource group and subscription in the id".to_owned(),
                format!(
                    "see what is there: az connectedk8s list --subscription {} --resource-group {} --output table",
                    shell_word(cluster.subscription_id()),
                    shell_word(cluster.resource_group())
                ),
            ],
            Self::NotConnected { status, .. } if status == "Expired" => {
                vec!["replace the connected cluster: an expired one cannot come back".to_owned()]
            }
            Self::NotConnected { .. } => vec![
                "look at the agents: kubectl get pods,events --namespace azure-arc".to_owned(),
                "if the cluster was connected just now, let its creation wait until it is Connected".to_owned(),
            ],
        };
        texts.into_iter().map(Remedy::new).collect()
    }

    fn reference(&self) -> Option<Reference> {
        match self {
            Self::Plane(error) => error.reference(),
            _ => None,
        }
    }
}
