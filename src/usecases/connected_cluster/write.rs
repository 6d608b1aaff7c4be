//! Writing the object in Azure.

use crate::arm::ConnectedCluster;
use crate::call::Call;

use super::error::Error;
use super::object;
use super::spec::Spec;
use crate::usecases::session::Session;

/// Makes the object say what is wanted; nothing is sent where it does already. Tags alone go by PATCH; anything else by a
/// PUT of what is there with the changes laid over it, since a PUT resets what it leaves out.
///
/// # Errors
///
/// Azure's.
pub(super) async fn bring_up_to_date(
    call: &Call,
    session: &Session,
    spec: &Spec,
    found: ConnectedCluster,
    wanted: ConnectedCluster,
) -> Result<ConnectedCluster, Error> {
    let clusters = session.azure.connected_clusters();
    let (before, after) = (found.clone().for_put(), wanted.clone().for_put());
    if same(&before, &after) {
        return Ok(found);
    }
    let only_tags = ConnectedCluster {
        tags: after.tags.clone(),
        ..before
    };
    if same(&only_tags, &after) {
        call.step("change the tags");
        let tags = after.tags.unwrap_or_default();
        return Ok(clusters.update_tags(call, &spec.id, &tags).await?);
    }
    call.step("change the connected cluster in Azure");
    let operation = clusters.put(call, &spec.id, &wanted).await?;
    Ok(operation.wait(call).await?)
}

/// No tags and an empty map are the same to Azure.
fn same(one: &ConnectedCluster, other: &ConnectedCluster) -> bool {
    let form = |object: &ConnectedCluster| ConnectedCluster {
        tags: Some(object.tags.clone().unwrap_or_default()),
        ..object.clone()
    };
    form(one) == form(other)
}

/// Leads the agents through the gateway: the cluster's child says through which one, the object that there is one.
///
/// # Errors
///
/// Azure's.
pub(super) async fn associate_gateway(
    call: &Call,
    session: &Session,
    spec: &Spec,
    object: ConnectedCluster,
) -> Result<ConnectedCluster, Error> {
    let Some(gateway) = &spec.settings.gateway else {
        return Ok(object);
    };
    call.step("associate the gateway");
    let settings = session.azure.gateway_settings();
    settings.associate(call, &spec.id, gateway).await?;
    let wanted = target(session, spec, object.clone());
    bring_up_to_date(call, session, spec, object, wanted).await
}

/// The object as it shall be, from what is there.
pub(super) fn target(session: &Session, spec: &Spec, found: ConnectedCluster) -> ConnectedCluster {
    let tags = session.tags.to_write(&spec.tags, found.tags.as_ref());
    ConnectedCluster {
        tags: Some(tags),
        ..object::wanted(found, spec, None)
    }
}
