//! `listClusterUserCredential`: whether clients reach the cluster through Azure, and by which relay.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::ConnectedClusters;
use crate::arm::client::extend_path;
use crate::arm::error::Error;
use crate::arm::id::ResourceId;
use crate::call::Call;

/// The action's name in the address.
const ACTION: &str = "listClusterUserCredential";

/// The way through Azure to a cluster, without the credentials for it: those are for a client's own proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterRelay {
    /// Name of the relay.
    pub relay: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    #[serde(default)]
    hybrid_connection_config: Option<HybridConnection>,
}

#[derive(Deserialize)]
struct HybridConnection {
    #[serde(default)]
    relay: Option<String>,
}

impl ConnectedClusters {
    /// The relay that a client with a token of the cluster would use, as the portal asks for it.
    ///
    /// # Errors
    ///
    /// [`Error`], also when the connected cluster does not exist or the login lacks the action
    /// `Microsoft.Kubernetes/connectedClusters/listClusterUserCredential/action`.
    pub async fn relay(&self, call: &Call, id: &ResourceId) -> Result<ClusterRelay, Error> {
        let mut request = self
            .resource_type
            .request(call, Method::POST, "list the user credential of", id)
            .await?;
        extend_path(&mut request.url, [ACTION]);
        // It only reads, whatever its method.
        let request = request
            .with_json(&json!({"authenticationMethod": "Token", "clientProxy": true}))
            .repeatable();
        let answer = self.client.send(call, &request).await?;
        let credential: Credential = answer.json(&request.action)?;
        Ok(ClusterRelay {
            relay: credential
                .hybrid_connection_config
                .and_then(|connection| connection.relay),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::arm::testing::{Azure, CLUSTER, Reply, call, cluster_id};

    #[tokio::test]
    async fn the_token_method_is_asked_for_and_only_the_relay_kept() {
        let path = format!("{CLUSTER}/{ACTION}");
        let azure = Azure::start({
            let path = path.clone();
            move |seen, _| {
                (seen.path == path && seen.method == Method::POST).then(|| {
                    Reply::json(
                        200,
                        &json!({"kubeconfigs": [{"name": "c", "value": "c2VjcmV0"}],
                            "hybridConnectionConfig": {"relay": "relay-1", "token": "canary"}}),
                    )
                })
            }
        })
        .await;
        let found = azure
            .client()
            .connected_clusters()
            .relay(&call(), &cluster_id())
            .await
            .expect("answered");
        assert_eq!(found.relay.as_deref(), Some("relay-1"));
        let sent = azure.requests_to(&path)[0].json();
        assert_eq!(
            sent,
            json!({"authenticationMethod": "Token", "clientProxy": true})
        );
    }
}
