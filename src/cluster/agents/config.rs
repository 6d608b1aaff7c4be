//! What the Arc agents in a cluster say about themselves.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;

use super::AGENTS_NAMESPACE;
use crate::call::Call;
use crate::cluster::objects::Workload;
use crate::cluster::{Cluster, Error};

/// Where the agents keep what they were installed with.
const CONFIG: &str = "azure-clusterconfig";

/// Which Arc object the agents in a cluster serve, from the `ConfigMap` `azure-arc/azure-clusterconfig`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArcConfig {
    /// Azure subscription; empty when the agents do not say.
    pub subscription_id: String,
    /// Resource group; empty when the agents do not say.
    pub resource_group: String,
    /// Name of the connected cluster; empty when the agents do not say.
    pub name: String,
    /// Entra tenant.
    pub tenant_id: Option<String>,
    /// Azure region.
    pub location: Option<String>,
    /// Whether the agents upgrade themselves.
    pub auto_update: Option<bool>,
    /// Whether custom locations may be made in the cluster.
    pub custom_locations_enabled: Option<bool>,
    /// Version of the agents.
    pub agent_version: Option<String>,
}

/// The agents' deployments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agents {
    /// Where they run.
    pub namespace: String,
    /// By deployment name. Empty when nothing is installed.
    pub workloads: BTreeMap<String, Workload>,
}

impl Cluster {
    /// Which Arc object the agents here serve; `None` when the cluster is not connected.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn arc_config(&self, call: &Call) -> Result<Option<ArcConfig>, Error> {
        let maps: Api<ConfigMap> = Api::namespaced(self.client(), AGENTS_NAMESPACE);
        let action = "get ConfigMap azure-arc/azure-clusterconfig";
        let found = self.read(call, action, || maps.get_opt(CONFIG)).await?;
        Ok(found.map(|map| parse(map.data.unwrap_or_default())))
    }

    /// The deployments in the agents' namespace.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn agents(&self, call: &Call) -> Result<Agents, Error> {
        Ok(Agents {
            namespace: AGENTS_NAMESPACE.to_owned(),
            workloads: self.deployments(call, AGENTS_NAMESPACE).await?,
        })
    }
}

fn parse(mut data: BTreeMap<String, String>) -> ArcConfig {
    let mut take = |key: &str| data.remove(key).filter(|value| !value.is_empty());
    ArcConfig {
        subscription_id: take("AZURE_SUBSCRIPTION_ID").unwrap_or_default(),
        resource_group: take("AZURE_RESOURCE_GROUP").unwrap_or_default(),
        name: take("AZURE_RESOURCE_NAME").unwrap_or_default(),
        tenant_id: take("AZURE_TENANT_ID"),
        location: take("AZURE_REGION"),
        auto_update: take("AZURE_ARC_AUTOUPDATE").as_deref().and_then(truth),
        custom_locations_enabled: take("CUSTOM_LOCATIONS_ENABLED").as_deref().and_then(truth),
        agent_version: take("AZURE_ARC_AGENT_VERSION"),
    }
}

/// Go writes `true`, Helm's values are often `True`.
fn truth(text: &str) -> Option<bool> {
    text.to_ascii_lowercase().parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cluster::testing::{call, cluster};

    #[tokio::test]
    async fn the_agents_config_names_their_arc_object() {
        let cluster = cluster(|request| match request {
            "GET /api/v1/namespaces/azure-arc/configmaps/azure-clusterconfig" => (
                200,
                json!({"data": {
                    "AZURE_SUBSCRIPTION_ID": "s", "AZURE_RESOURCE_GROUP": "rg", "AZURE_RESOURCE_NAME": "c1",
                    "AZURE_TENANT_ID": "t", "AZURE_REGION": "eastus", "AZURE_ARC_AUTOUPDATE": "True",
                    "CUSTOM_LOCATIONS_ENABLED": "false",
                    "AZURE_ARC_AGENT_VERSION": "", "OTHER": "x"}}),
            ),
            other => panic!("unexpected {other}"),
        });
        let config = cluster.arc_config(&call()).await.expect("answered");
        let expected = ArcConfig {
            subscription_id: "s".into(),
            resource_group: "rg".into(),
            name: "c1".into(),
            tenant_id: Some("t".into()),
            location: Some("eastus".into()),
            auto_update: Some(true),
            custom_locations_enabled: Some(false),
            agent_version: None,
        };
        assert_eq!(config, Some(expected));
    }

    #[tokio::test]
    async fn an_absent_config_is_none_and_a_refused_one_is_an_error() {
        let absent = cluster(|_| {
            (
                404,
                json!({"code": 404, "reason": "NotFound", "message": "not found"}),
            )
        });
        assert_eq!(absent.arc_config(&call()).await.expect("answered"), None);
        let refused = cluster(|_| {
            (
                403,
                json!({"code": 403, "reason": "Forbidden", "message": "no"}),
            )
        });
        let error = refused.arc_config(&call()).await.expect_err("refused");
        assert!(!error.is_not_found(), "{error}");
    }

    #[tokio::test]
    async fn deployments_are_counted() {
        let cluster = cluster(|_| {
            let deployment = |name, replicas, status| {
                json!({"metadata": {"name": name}, "spec": {"replicas": replicas, "selector": {}, "template": {}},
                       "status": status})
            };
            let items = [
                deployment("config-agent", json!(1), json!({"readyReplicas": 1})),
                deployment("kube-aad-proxy", json!(null), json!({})),
            ];
            (200, json!({"metadata": {}, "items": items}))
        });
        let agents = cluster.agents(&call()).await.expect("answered");
        let workload = |ready, desired| Workload { ready, desired };
        let expected = [
            ("config-agent", workload(1, 1)),
            ("kube-aad-proxy", workload(0, 1)),
        ];
        assert_eq!(
            agents.workloads,
            expected.map(|(n, w)| (n.to_owned(), w)).into()
        );
    }
}
