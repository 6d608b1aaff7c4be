//! Azure's side of a token: whether a client that has one gets through to the cluster.

use crate::arm::{ConnectedCluster, ResourceId};
use crate::call::Call;
use crate::cluster::{Cluster, Connection};
use crate::usecases::Session;
use crate::usecases::target::{Expected, require_connected};

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
    let object = require_connected(call, session, id).await?;
    if has_private_link(&object) {
        return Err(Error::PrivateLink(id.clone()));
    }
    let relay = session.azure.connected_clusters().relay(call, id).await?;
    Ok(ClusterConnect {
        enabled: true,
        relay: relay.relay,
    })
}

/// The cluster, and the way to it through Azure. What Azure says against it goes first: a misspelt id
/// would also be the wrong cluster's.
///
/// # Errors
///
/// What stands in the way on either plane.
pub(super) async fn reach(
    call: &Call,
    session: &Session,
    connection: Option<&Connection>,
    id: &ResourceId,
) -> Result<(Cluster, ClusterConnect), Error> {
    let (connect, cluster) = futures::join!(
        require_connect(call, session, id),
        Expected::agents_of(id).reach(call, session, connection),
    );
    let connect = connect?;
    Ok((cluster?.cluster, connect))
}

fn has_private_link(cluster: &ConnectedCluster) -> bool {
    let state = cluster.properties.private_link_state.as_deref();
    state.is_some_and(|state| state.eq_ignore_ascii_case("Enabled"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn azure_spells_an_enabled_private_link_in_any_case() {
        let judge = |properties| {
            let cluster = serde_json::from_value(json!({"properties": properties}));
            has_private_link(&cluster.expect("a connected cluster"))
        };
        assert!(judge(json!({"privateLinkState": "enabled"})));
        assert!(!judge(json!({"privateLinkState": "Disabled"})));
        assert!(!judge(json!({})));
    }
}
