//! Changing a connected cluster in place.

use std::collections::BTreeMap;

use crate::arm::{ConnectedCluster, ResourceId};
use crate::call::Call;
use crate::cluster::Connection;

use super::agents::Install;
use super::error::Error;
use super::provisions::Provisions;
use super::session::Session;
use super::spec::AgentSpec;

/// What shall be different; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// All tags, not only the new ones.
    pub tags: Option<BTreeMap<String, String>>,
    /// Kubernetes distribution.
    pub distribution: Option<String>,
    /// Where the nodes run.
    pub infrastructure: Option<String>,
}

impl Changes {
    /// Whether nothing shall be different.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.tags.is_none() && self.distribution.is_none() && self.infrastructure.is_none()
    }
}

/// Changes the object in Azure. Tags alone go by PATCH; anything else by a PUT of what is there with the changes laid over
/// it, since a PUT resets what it leaves out.
///
/// # Errors
///
/// Azure's, or [`Error::VanishedMeanwhile`].
pub async fn update(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    changes: Changes,
) -> Result<ConnectedCluster, Error> {
    let clusters = session.azure.connected_clusters();
    if let Changes {
        tags: Some(tags),
        distribution: None,
        infrastructure: None,
    } = &changes
    {
        call.step("change the tags");
        return Ok(clusters.update_tags(call, id, tags).await?);
    }
    let current = clusters.get(call, id).await?;
    let current = current.ok_or_else(|| Error::VanishedMeanwhile { id: id.clone() })?;
    call.step("change the connected cluster in Azure");
    let operation = clusters.put(call, id, &overlay(current, changes)).await?;
    Ok(operation.wait(call).await?)
}

/// Brings other agents into the cluster: the same object and key, another chart.
///
/// # Errors
///
/// [`Error::PrivateKeyLost`] when the cluster no longer holds the agents' key, and all that an install can meet.
pub async fn reinstall(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    connection: Option<&Connection>,
    agent: &AgentSpec,
) -> Result<(), Error> {
    let cluster = session.cluster(call, connection).await?;
    let object = session.azure.connected_clusters().get(call, id).await?;
    let object = object.ok_or_else(|| Error::VanishedMeanwhile { id: id.clone() })?;
    let key = cluster
        .private_key(call)
        .await?
        .ok_or(Error::PrivateKeyLost)?;
    let location = object.location.as_deref().unwrap_or_default();
    let provisions = Box::pin(Provisions::fetch(call, session, location, agent)).await?;
    let install = Install {
        session,
        cluster: &cluster,
        object: &object,
        agent,
        provisions: &provisions,
        private_key: &key,
    };
    Box::pin(install.run(call)).await
}

fn overlay(mut object: ConnectedCluster, changes: Changes) -> ConnectedCluster {
    object.tags = changes.tags.or(object.tags);
    let properties = &mut object.properties;
    properties.distribution = changes.distribution.or(properties.distribution.take());
    properties.infrastructure = changes.infrastructure.or(properties.infrastructure.take());
    object.for_put()
}
