//! All connected clusters of a subscription or resource group.

use url::Url;

use super::{ConnectedCluster, ConnectedClusters};
use crate::arm::error::Error;
use crate::call::Call;

/// Where a list looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListScope {
    /// The subscription.
    pub subscription_id: String,
    /// A resource group in it; `None` for all of them.
    pub resource_group: Option<String>,
}

impl ConnectedClusters {
    /// The connected clusters in a scope, in the service's order.
    ///
    /// # Errors
    ///
    /// [`Error`], also when the subscription or the resource group does not exist.
    pub async fn list(
        &self,
        call: &Call,
        scope: &ListScope,
    ) -> Result<Vec<ConnectedCluster>, Error> {
        let action = match &scope.resource_group {
            Some(group) => format!("list the connected clusters in resource group {group}"),
            None => format!(
                "list the connected clusters in subscription {}",
                scope.subscription_id
            ),
        };
        let address = self.list_address(call, scope).await?;
        self.client.list(call, address, &action).await
    }

    async fn list_address(&self, call: &Call, scope: &ListScope) -> Result<Url, Error> {
        let mut segments = vec!["subscriptions", &scope.subscription_id];
        if let Some(group) = &scope.resource_group {
            segments.extend(["resourceGroups", group]);
        }
        segments.extend(["providers", "Microsoft.Kubernetes", "connectedClusters"]);
        let version = &self.client.api_versions().connected_clusters;
        self.client.address(call, segments, version).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::arm::testing::{Azure, Reply, SUBSCRIPTION, call};

    #[tokio::test]
    async fn all_pages_are_read_and_the_scope_is_in_the_path() {
        let azure = Azure::start(|seen, before| {
            if !seen
                .path
                .ends_with("/Microsoft.Kubernetes/connectedClusters")
            {
                return None;
            }
            let next = format!("https://elsewhere{}?page=2", seen.path);
            Some(Reply::json(
                200,
                &match before {
                    0 => json!({"value": [{"name": "c1"}], "nextLink": next}),
                    _ => json!({"value": [{"name": "c2"}], "nextLink": ""}),
                },
            ))
        })
        .await;
        let clusters = azure.client().connected_clusters();
        let scope = |group: Option<&str>| ListScope {
            subscription_id: SUBSCRIPTION.to_owned(),
            resource_group: group.map(str::to_owned),
        };
        let found = clusters
            .list(&call(), &scope(Some("rg")))
            .await
            .expect("listed");
        let names: Vec<_> = found.iter().filter_map(|c| c.name.as_deref()).collect();
        assert_eq!(names, ["c1", "c2"]);
        clusters.list(&call(), &scope(None)).await.expect("listed");
        let all = format!(
            "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Kubernetes/connectedClusters"
        );
        assert_eq!(azure.requests_to(&all).len(), 2);
    }
}
