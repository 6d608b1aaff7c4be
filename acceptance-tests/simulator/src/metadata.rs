//! The cloud metadata document, from which clients learn a cloud's endpoints.
//!
//! The public cloud serves an array of clouds, of which only our own is of use here; a custom cloud (Azure Stack, Azure
//! Local) serves one object, with the data plane's endpoints in it.

use serde_json::{Value, json};

use super::arm::ArmError;
use super::hosts::{self, PUBLIC_ARM, PUBLIC_GRAPH, PUBLIC_LOGIN};
use super::identity;
use super::reply::Reply;
use super::request::Request;

const VERSIONS: &[&str] = &["2019-05-01", "2020-06-01", "2022-09-01", "2023-12-01"];

/// `GET /metadata/endpoints`, anonymous.
pub(super) fn endpoints(request: &Request) -> Result<Reply, ArmError> {
    super::arm::require_version(request, VERSIONS)?;
    Ok(Reply::ok(if hosts::is_loopback(request) {
        custom(&request.base_url())
    } else {
        json!([public()])
    }))
}

fn public() -> Value {
    json!({
        "name": "AzureCloud",
        "portal": "https://portal.azure.com",
        "resourceManager": format!("https://{PUBLIC_ARM}/"),
        "microsoftGraphResourceId": format!("https://{PUBLIC_GRAPH}/"),
        "authentication": {
            "loginEndpoint": format!("https://{PUBLIC_LOGIN}"),
            "audiences": identity::PUBLIC_AUDIENCES,
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "suffixes": {
            "acrLoginServer": "azurecr.io",
            "keyVaultDns": "vault.azure.net",
            "storage": "core.windows.net",
        },
    })
}

fn custom(base: &str) -> Value {
    json!({
        "name": "ArcSimulator",
        "portal": format!("{base}/portal"),
        "resourceManager": base,
        "microsoftGraphResourceId": format!("{base}/"),
        "authentication": {
            "loginEndpoint": base,
            "audiences": [identity::CUSTOM_AUDIENCE],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "suffixes": {
            "acrLoginServer": "azurecr.simulator.test",
            "keyVaultDns": "vault.simulator.test",
            "relayEndpointSuffix": "servicebus.simulator.test",
            "storage": "storage.simulator.test",
        },
        "dataplaneEndpoints": {
            "arcConfigEndpoint": format!("{base}/dp"),
            "arcGlobalNotificationServiceEndpoint": "https://guestnotificationservice.simulator.test",
            "arcHybridIdentityServiceEndpoint": "https://his.simulator.test",
        },
    })
}
