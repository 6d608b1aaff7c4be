//! The connected cluster that extensions, Flux configurations and custom locations hang on.

use crate::arm::{self, ConnectedCluster, ResourceId};
use crate::call::Call;
use crate::fault::{Explain, Kind, Reference, Remedy};

use super::session::Session;

/// Why nothing can be put on a connected cluster.
#[derive(Debug, thiserror::Error)]
pub enum ParentError {
    /// Azure refused or did not answer.
    #[error(transparent)]
    Azure(#[from] arm::Error),
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

/// The connected cluster, whose agents Azure sees.
///
/// # Errors
///
/// [`ParentError`].
pub(super) async fn require_connected(
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

impl Explain for ParentError {
    fn kind(&self) -> Kind {
        match self {
            Self::Azure(error) => error.kind(),
            Self::Missing { .. } => Kind::NotFound,
            Self::NotConnected { .. } => Kind::Conflict,
        }
    }

    fn summary(&self) -> String {
        match self {
            Self::Azure(error) => return error.summary(),
            Self::Missing { .. } => "Connected Cluster Not Found",
            Self::NotConnected { .. } => "Cluster Not Connected",
        }
        .to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        let texts = match self {
            Self::Azure(error) => return error.remedies(),
            Self::Missing { cluster } => vec![
                "check name, resource group and subscription in the id".to_owned(),
                format!(
                    "see what is there: az connectedk8s list --subscription {} --resource-group {} --output table",
                    cluster.subscription_id(),
                    cluster.resource_group()
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
            Self::Azure(error) => error.reference(),
            Self::Missing { .. } | Self::NotConnected { .. } => None,
        }
    }
}
