//! The profiles of a connected cluster: what is taken, and what the agents are told of it.

use reqwest::Method;
use serde_json::{Value, json};

use super::azure::{Azure, NEWEST, SUBSCRIPTION, cluster, cluster_path};

const SETTINGS: &str =
    "/dp/azure-arc-k8sagents/GetHelmSettings?api-version=2024-07-01-preview&releaseTrain=stable";

/// A cluster's body with more properties.
fn with(properties: &Value) -> Value {
    let mut body = cluster();
    let all = body["properties"].as_object_mut().expect("an object");
    all.extend(properties.as_object().expect("an object").clone());
    body
}

pub(super) fn hybrid(kind: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.HybridCompute/{kind}?api-version=2025-02-19-preview"
    )
}

/// An Azure in which Microsoft.HybridCompute may be used.
pub(super) async fn azure() -> Azure {
    let azure = Azure::start().await;
    let register = format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.HybridCompute/register?api-version=2024-11-01"
    );
    azure.send(Method::POST, &register, None).await;
    azure.elapse().await;
    azure
}

#[tokio::test]
async fn what_contradicts_itself_is_refused() {
    let azure = azure().await;
    for (properties, target) in [
        (
            json!({"privateLinkState": "Enabled"}),
            "privateLinkScopeResourceId",
        ),
        (
            json!({"privateLinkScopeResourceId": "/subscriptions/x"}),
            "privateLinkState",
        ),
        (
            json!({"privateLinkState": "Enabled", "privateLinkScopeResourceId": "/subscriptions/x"}),
            "privateLinkScopeResourceId",
        ),
        (
            json!({"oidcIssuerProfile": {"enabled": true, "selfHostedIssuerUrl": "http://issuer"}}),
            "oidcIssuerProfile.selfHostedIssuerUrl",
        ),
        (
            json!({"oidcIssuerProfile": {"selfHostedIssuerUrl": "https://issuer"}}),
            "oidcIssuerProfile.selfHostedIssuerUrl",
        ),
        (
            json!({"arcAgentProfile": {"desiredAgentVersion": "newest"}}),
            "arcAgentProfile.desiredAgentVersion",
        ),
        (
            json!({"arcAgentryConfigurations": [{"settings": {}}]}),
            "arcAgentryConfigurations",
        ),
        (
            json!({"arcAgentryConfigurations": [{"feature": "proxy"}, {"feature": "proxy"}]}),
            "arcAgentryConfigurations",
        ),
    ] {
        let refusal = azure
            .put(&cluster_path("c1", NEWEST), with(&properties))
            .await;
        assert_eq!(refusal.code(), "InvalidParameter", "{properties}");
        let expected = format!("properties.{target}");
        assert_eq!(refusal.body["error"]["target"], expected, "{properties}");
    }
    azure.stop().await;
}

#[tokio::test]
async fn a_private_link_scope_must_be_there() {
    let azure = azure().await;
    let path = hybrid("privateLinkScopes/scope");
    assert_eq!(azure.get(&path).await.code(), "ResourceNotFound");
    azure.put(&path, json!({"location": "koreacentral"})).await;
    let scope = azure.get(&path).await.body;
    assert_eq!(scope["location"], "koreacentral");
    let properties =
        json!({"privateLinkState": "Enabled", "privateLinkScopeResourceId": scope["id"]});
    let path = cluster_path("c1", NEWEST);
    assert_eq!(azure.put(&path, with(&properties)).await.status, 201);
    let shown = azure.provisioned(&path).await.body;
    assert_eq!(
        shown["properties"]["privateLinkScopeResourceId"],
        scope["id"]
    );
    azure.stop().await;
}

#[tokio::test]
async fn a_put_resets_profiles_that_it_leaves_out() {
    let azure = azure().await;
    let path = cluster_path("c1", NEWEST);
    let profiles = json!({
        "distributionVersion": "1.29",
        "arcAgentProfile": {"agentAutoUpgrade": "Disabled"},
        "oidcIssuerProfile": {"enabled": true},
        "securityProfile": {"workloadIdentity": {"enabled": true}},
        "gateway": {"enabled": true},
    });
    azure.put(&path, with(&profiles)).await;
    let full = azure.provisioned(&path).await.body;
    assert!(full["properties"]["oidcIssuerProfile"]["issuerUrl"].is_string());
    for (name, value) in profiles.as_object().expect("an object") {
        assert!(contains(&full["properties"][name], value), "{name}: {full}");
    }
    azure.put(&path, cluster()).await;
    let bare = azure.provisioned(&path).await.body["properties"].clone();
    assert_eq!(bare["arcAgentProfile"]["agentAutoUpgrade"], "Enabled");
    for name in [
        "distributionVersion",
        "oidcIssuerProfile",
        "securityProfile",
        "gateway",
    ] {
        assert!(bare.get(name).is_none(), "{name}: {bare}");
    }
    azure.stop().await;
}

fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part
            .iter()
            .all(|(name, value)| whole.get(name).is_some_and(|whole| contains(whole, value))),
        (whole, part) => whole == part,
    }
}

#[tokio::test]
async fn the_agents_are_told_of_the_profiles() {
    let azure = azure().await;
    let gateway = hybrid("gateways/gateway");
    azure
        .put(&gateway, json!({"location": "koreacentral"}))
        .await;
    let gateway = azure.get(&gateway).await.body["id"].clone();
    let path = cluster_path("c1", NEWEST);
    let profiles = json!({
        "arcAgentProfile": {"agentAutoUpgrade": "Disabled"},
        "oidcIssuerProfile": {"enabled": true, "selfHostedIssuerUrl": "https://issuer"},
        "securityProfile": {"workloadIdentity": {"enabled": true}},
        "gateway": {"enabled": true},
    });
    azure.put(&path, with(&profiles)).await;
    let mut body = azure.provisioned(&path).await.body;
    let (address, _) = path.split_once('?').expect("a query");
    let setting = format!(
        "{address}/providers/Microsoft.HybridCompute/settings/Default?api-version=2025-02-19-preview"
    );
    let association = json!({"properties": {"gatewayProperties": {"gatewayResourceId": gateway}}});
    assert_eq!(azure.put(&setting, association).await.status, 200);
    body["properties"]["arcAgentryConfigurations"] =
        json!([{"feature": "logging", "settings": {"container_log_path": "/logs"}}]);
    let settings = azure.send(Method::POST, SETTINGS, Some(body)).await.body;
    for (name, value) in [
        ("azureArcAgents.autoUpdate", json!("false")),
        ("oidcIssuer.enabled", json!("true")),
        ("oidcIssuer.selfHostedIssuerUrl", json!("https://issuer")),
        ("workloadIdentity.enabled", json!("true")),
        ("gateway.enabled", json!("true")),
        ("gateway.resourceId", gateway),
        ("fluent-bit.containerLogPath", json!("/logs")),
    ] {
        let name = format!("systemDefaultValues.{name}");
        assert_eq!(settings["helmValuesContent"][&name], value, "{name}");
    }
    azure.stop().await;
}

#[tokio::test]
async fn a_gateway_that_is_not_there_is_refused() {
    let azure = azure().await;
    azure.cluster("c1", NEWEST).await;
    let path = cluster_path("c1", NEWEST);
    let (address, _) = path.split_once('?').expect("a query");
    let setting = format!(
        "{address}/providers/Microsoft.HybridCompute/settings/Default?api-version=2025-02-19-preview"
    );
    let association = json!({"properties": {"gatewayProperties": {"gatewayResourceId": "/none"}}});
    assert_eq!(
        azure.put(&setting, association).await.code(),
        "ResourceNotFound"
    );
    let read = azure.get(&setting).await.body;
    assert_eq!(
        read["properties"]["gatewayProperties"]["gatewayResourceId"],
        Value::Null
    );
    azure.stop().await;
}
