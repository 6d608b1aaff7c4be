//! The Arc configuration data plane: which agents a cluster gets, and with which settings.
//!
//! The service is not documented; paths, versions and bodies are those of the Azure CLI.

use std::collections::BTreeMap;
use std::fmt;

use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::client::{Client, extend_path};
use super::cloud::versions;
use super::connected_clusters::ConnectedCluster;
use super::error::Error;
use super::transport::Request;
use crate::call::Call;
use crate::retry;

/// What the agents of a cluster are to be installed with.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HelmSettings {
    /// `{registry}/{path}/azure-arc-k8sagents:{version}`; empty when the service leaves it to
    /// [`DataPlane::latest_helm_package_path`].
    #[serde(default)]
    pub repository_path: String,
    /// Dotted Helm keys and their values. Opaque: pass all of them on.
    #[serde(rename = "helmValuesContent", default)]
    pub values: BTreeMap<String, String>,
}

/// Values may hold what a proxy needs to be passed, so only their keys are shown.
impl fmt::Debug for HelmSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self.values.keys().collect();
        f.debug_struct("HelmSettings")
            .field("repository_path", &self.repository_path)
            .field("values", &keys)
            .finish()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PackagePath {
    #[serde(default)]
    repository_path: String,
}

/// The data plane of one region.
#[derive(Clone, Debug)]
pub struct DataPlane {
    client: Client,
    address: Url,
}

impl Client {
    /// The Arc configuration data plane for clusters of a region.
    ///
    /// # Errors
    ///
    /// [`Error::Cloud`] when the cloud has none that could be named.
    pub async fn data_plane(&self, call: &Call, location: &str) -> Result<DataPlane, Error> {
        let address = self.cloud(call).await?.data_plane(location)?;
        Ok(DataPlane::new(self.clone(), address))
    }
}

impl DataPlane {
    const fn new(client: Client, address: Url) -> Self {
        Self { client, address }
    }

    /// Asks whether the service is well.
    ///
    /// # Errors
    ///
    /// [`Error`] when it is not, after five attempts.
    pub async fn health_check(&self, call: &Call) -> Result<(), Error> {
        let action = "check the health of the Arc data plane";
        let request = self.request("healthCheck", versions::DATA_PLANE, None, action);
        self.client
            .send_patiently(call, &request, retry::AZURE_CLI)
            .await?;
        Ok(())
    }

    /// Chart and Helm values for a cluster, which is passed as Azure returned it, read-only members included.
    ///
    /// # Errors
    ///
    /// [`Error`], after five attempts if the service is in trouble.
    pub async fn helm_settings(
        &self,
        call: &Call,
        cluster: &ConnectedCluster,
        release_train: &str,
    ) -> Result<HelmSettings, Error> {
        let action = "get the agents' Helm settings";
        let request = self.request(
            "GetHelmSettings",
            versions::DATA_PLANE,
            Some(release_train),
            action,
        );
        self.ask(call, request.with_json(cluster)).await
    }

    /// The newest chart of a release train, such as `stable`, in the form of [`HelmSettings::repository_path`].
    ///
    /// # Errors
    ///
    /// [`Error`], also when the service names no chart.
    pub async fn latest_helm_package_path(
        &self,
        call: &Call,
        release_train: &str,
    ) -> Result<String, Error> {
        let action = format!("find the newest agents of release train {release_train}");
        let version = versions::HELM_PACKAGE;
        let request = self.request(
            "GetLatestHelmPackagePath",
            version,
            Some(release_train),
            &action,
        );
        let package: PackagePath = self.ask(call, request).await?;
        if package.repository_path.is_empty() {
            return Err(Error::Incomplete {
                action,
                lacks: "repositoryPath".to_owned(),
            });
        }
        Ok(package.repository_path)
    }

    async fn ask<T: DeserializeOwned>(&self, call: &Call, request: Request) -> Result<T, Error> {
        let answer = self
            .client
            .send_patiently(call, &request, retry::AZURE_CLI)
            .await?;
        answer.json(&request.action)
    }

    /// All of them are questions, whatever their method says, so all may be repeated.
    fn request(
        &self,
        operation: &str,
        version: &str,
        release_train: Option<&str>,
        action: &str,
    ) -> Request {
        let mut url = self.address.clone();
        extend_path(&mut url, ["azure-arc-k8sagents", operation]);
        url.query_pairs_mut().append_pair("api-version", version);
        if let Some(train) = release_train {
            url.query_pairs_mut().append_pair("releaseTrain", train);
        }
        Request::new(Method::POST, url, action).repeatable()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::testing::{Azure, Reply, call};
    use serde_json::json;

    #[tokio::test]
    async fn the_settings_are_asked_for_with_the_cluster_as_azure_shows_it() {
        let azure = Azure::start(|seen, _| {
            let settings = json!({
                "repositoryPath": "mcr.microsoft.com/azurearck8s/azure-arc-k8sagents:1.40.0",
                "helmValuesContent": {"global.location": "eastus"},
            });
            let path = seen.path.strip_prefix("/dp/azure-arc-k8sagents/")?;
            Some(match path {
                "healthCheck" => Reply::empty(200),
                "GetHelmSettings" => Reply::json(200, &settings),
                _ => Reply::json(200, &json!({"repositoryPath": ""})),
            })
        })
        .await;
        let data_plane = azure
            .client()
            .data_plane(&call(), "East US")
            .await
            .expect("announced");
        data_plane.health_check(&call()).await.expect("healthy");
        let cluster = serde_json::from_value(
            json!({"id": "/x", "identity": {"principalId": "p"}, "properties": {}}),
        );
        let settings = data_plane
            .helm_settings(&call(), &cluster.expect("readable"), "stable")
            .await
            .expect("settings");
        assert_eq!(settings.values["global.location"], "eastus");
        let sent = &azure.requests_to("/dp/azure-arc-k8sagents/GetHelmSettings")[0];
        assert_eq!(
            sent.query,
            "api-version=2024-07-01-preview&releaseTrain=stable"
        );
        assert_eq!(sent.header("authorization"), "Bearer token-1");
        assert_eq!(
            sent.json(),
            json!({"id": "/x", "identity": {"principalId": "p"}, "properties": {}})
        );
        let error = data_plane
            .latest_helm_package_path(&call(), "stable")
            .await
            .expect_err("no chart");
        assert!(
            error.to_string().ends_with("has no usable repositoryPath"),
            "{error}"
        );
    }

    #[test]
    fn values_are_not_shown() {
        let settings = HelmSettings {
            repository_path: "r".to_owned(),
            values: BTreeMap::from([(
                "global.httpsProxy".to_owned(),
                "http://u:canary@p".to_owned(),
            )]),
        };
        let shown = format!("{settings:?}");
        assert!(
            shown.contains("global.httpsProxy") && !shown.contains("canary"),
            "{shown}"
        );
    }
}
