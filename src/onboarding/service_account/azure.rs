//! Azure's side of a token: whether a client that has one gets through to the cluster.

use crate::arm::{ConnectedCluster, ResourceId};
use crate::call::Call;
use crate::onboarding::Session;

use super::error::Error;

/// Whether clients reach the cluster through Azure, and by which relay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterConnect {
    /// Whether they do.
    pub enabled: bool,
    /// Name of the relay.
    pub relay: Option<String>,
}

/// Checks that the connected cluster exists, is connected and answers clients that bring a token.
///
/// # Errors
///
/// What stands in the way.
pub(super) async fn require_connect(
    call: &Call,
    session: &Session,
    id: &ResourceId,
) -> Result<ClusterConnect, Error> {
    let clusters = session.azure.connected_clusters();
    let object = clusters.get(call, id).await?;
    check(id, object.as_ref())?;
    let relay = clusters.relay(call, id).await?.relay;
    Ok(ClusterConnect {
        enabled: true,
        relay,
    })
}

fn check(id: &ResourceId, object: Option<&ConnectedCluster>) -> Result<(), Error> {
    let Some(object) = object else {
        return Err(Error::ParentMissing(id.clone()));
    };
    let private_link = object.properties.private_link_state.as_deref();
    if private_link.is_some_and(|state| state.eq_ignore_ascii_case("Enabled")) {
        return Err(Error::PrivateLink(id.clone()));
    }
    match object.connectivity_status() {
        Some("Connected") => Ok(()),
        status => Err(Error::ParentNotConnected {
            id: id.clone(),
            status: status.unwrap_or("without a status").to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_connected_cluster_without_private_link_will_do() {
        let id = ResourceId::connected_cluster("s", "rg", "prod");
        let judge = |properties| {
            let object = serde_json::from_value(json!({"properties": properties}));
            check(&id, Some(&object.expect("a connected cluster")))
        };
        assert!(judge(json!({"connectivityStatus": "Connected"})).is_ok());
        let offline = judge(json!({"connectivityStatus": "Offline"}));
        assert!(
            offline.is_err_and(|error| error.to_string().ends_with("is Offline, not Connected"))
        );
        let linked =
            judge(json!({"connectivityStatus": "Connected", "privateLinkState": "Enabled"}));
        assert!(matches!(linked, Err(Error::PrivateLink(_))));
        assert!(matches!(check(&id, None), Err(Error::ParentMissing(_))));
    }
}
