//! Which Arc gateway a connected cluster goes through: its child `Microsoft.HybridCompute/settings/Default`.
//!
//! The connected cluster itself only says whether it uses a gateway; api-versions before 2025-08-01-preview named it there.

use reqwest::Method;
use serde_json::json;

use super::client::Client;
use super::cloud::versions;
use super::error::Error;
use super::id::ResourceId;
use super::transport::Request;
use crate::call::Call;

/// Path of the child behind the cluster's own.
const SETTINGS: [&str; 4] = [
    "providers",
    "Microsoft.HybridCompute",
    "settings",
    "Default",
];

/// Writes the association of clusters and gateways.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    client: Client,
}

impl Client {
    /// Which gateway a connected cluster goes through.
    #[must_use]
    pub fn gateway_settings(&self) -> GatewaySettings {
        GatewaySettings::new(self.clone())
    }
}

impl GatewaySettings {
    const fn new(client: Client) -> Self {
        Self { client }
    }

    /// Leads a connected cluster through a gateway, as `az connectedk8s connect --gateway-resource-id` does.
    ///
    /// # Errors
    ///
    /// [`Error`] when Azure does not accept that.
    pub async fn associate(
        &self,
        call: &Call,
        cluster: &ResourceId,
        gateway: &ResourceId,
    ) -> Result<(), Error> {
        let path = cluster.segments().chain(SETTINGS);
        let version = versions::GATEWAY_SETTINGS;
        let address = self.client.address(call, path, version).await?;
        let action = format!(
            "associate {} with gateway {}",
            cluster.name(),
            gateway.name()
        );
        let body = json!({"properties": {"gatewayProperties": {"gatewayResourceId": gateway.to_string()}}});
        let request = Request::new(Method::PUT, address, action).with_json(&body);
        self.client.send(call, &request).await.map(drop)
    }
}
