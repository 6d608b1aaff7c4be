//! Connected clusters: what is taken, what is refused, what is shown.

use reqwest::Method;
use serde_json::{Value, json};

use super::azure::{
    Azure, FRESH_SUBSCRIPTION, NEWEST, OTHER_PUBLIC_KEY, SUBSCRIPTION, behaviour, cluster,
    cluster_path,
};
use super::profiles;
use crate::{Behaviour, KeyChange};

/// The least body with one member replaced, by JSON pointer; null removes it.
fn changed(pointer: &str, value: Value) -> Value {
    let mut body = cluster();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = body
        .pointer_mut(parent)
        .and_then(Value::as_object_mut)
        .expect("an object");
    match value {
        Value::Null => parent.remove(name),
        value => parent.insert(name.to_owned(), value),
    };
    body
}

#[tokio::test]
async fn a_created_cluster_has_an_identity_and_waits_for_its_agents() {
    let azure = Azure::start().await;
    let shown = azure.cluster("c1", NEWEST).await.body;
    assert_eq!(shown["type"], "Microsoft.Kubernetes/connectedClusters");
    assert_eq!(shown["tags"], json!({"env": "test"}));
    assert!(shown["identity"]["principalId"].is_string());
    assert_eq!(shown["properties"]["connectivityStatus"], "Connecting");
    assert_eq!(shown["properties"]["privateLinkState"], "Disabled");
    let version = shown["properties"].get("kubernetesVersion");
    assert_eq!(
        version,
        Some(&Value::Null),
        "nothing reported yet is an explicit null"
    );
    azure.stop().await;
}

#[tokio::test]
async fn a_body_that_azure_would_not_take_is_refused() {
    let azure = Azure::start().await;
    for (body, code) in [
        (changed("/location", Value::Null), "LocationRequired"),
        (
            changed("/location", json!("westus")),
            "LocationNotAvailableForResourceType",
        ),
        (changed("/identity", Value::Null), "InvalidParameter"),
        (
            changed("/identity/type", json!("UserAssigned")),
            "InvalidParameter",
        ),
        (
            changed("/properties/agentPublicKeyCertificate", Value::Null),
            "InvalidParameter",
        ),
        (
            changed(
                "/properties/agentPublicKeyCertificate",
                json!("bm90IGEga2V5"),
            ),
            "InvalidParameter",
        ),
        (
            changed("/properties/connectivityStatus", json!("Connected")),
            "InvalidParameter",
        ),
        (
            changed("/properties/azureHybridBenefit", json!(true)),
            "InvalidRequestContent",
        ),
        (
            changed("/properties/azureHybridBenefit", json!("Yes")),
            "InvalidParameter",
        ),
        (
            changed("/properties/colour", json!("red")),
            "InvalidRequestContent",
        ),
        (
            changed("/tags/microsoft.thing", json!("x")),
            "ReservedTagName",
        ),
    ] {
        let refusal = azure.put(&cluster_path("c1", NEWEST), body.clone()).await;
        assert_eq!((refusal.status, refusal.code()), (400, code), "{body}");
    }
    let named = azure.put(&cluster_path("c.1", NEWEST), cluster()).await;
    assert_eq!(named.code(), "InvalidResourceName");
    let nowhere = azure
        .put(
            &cluster_path("c1", NEWEST).replace("/rg/", "/none/"),
            cluster(),
        )
        .await;
    assert_eq!(
        (nowhere.status, nowhere.code()),
        (404, "ResourceGroupNotFound")
    );
    let version = azure.get(&cluster_path("c1", "2020-01-01")).await;
    assert_eq!(
        (version.status, version.code()),
        (400, "NoRegisteredProviderFound")
    );
    assert_eq!(
        azure.get(&cluster_path("c1", NEWEST)).await.code(),
        "ResourceNotFound"
    );
    azure.stop().await;
}

#[tokio::test]
async fn a_body_must_be_json() {
    let azure = Azure::start().await;
    let url = azure.url(&cluster_path("c1", NEWEST));
    let text = azure.client.put(&url).bearer_auth(&azure.token).body("{}");
    assert_eq!(text.send().await.expect("an answer").status(), 415);
    let list = azure.put(&cluster_path("c1", NEWEST), json!([])).await;
    assert_eq!(list.code(), "InvalidRequestContent");
    azure.stop().await;
}

#[tokio::test]
async fn nothing_is_created_in_a_subscription_without_the_provider() {
    let azure = Azure::start().await;
    let path = cluster_path("c1", NEWEST).replace(SUBSCRIPTION, FRESH_SUBSCRIPTION);
    let refusal = azure.put(&path, cluster()).await;
    assert_eq!(
        (refusal.status, refusal.code()),
        (409, "MissingSubscriptionRegistration")
    );
    let namespace = format!("/subscriptions/{FRESH_SUBSCRIPTION}/providers/Microsoft.Kubernetes");
    azure
        .send(
            Method::POST,
            &format!("{namespace}/register?api-version=2024-11-01"),
            None,
        )
        .await;
    assert_eq!(azure.put(&path, cluster()).await.status, 201);
    azure.stop().await;
}

#[tokio::test]
async fn a_put_replaces_and_an_echo_of_what_was_read_is_harmless() {
    let azure = Azure::start().await;
    let path = cluster_path("c1", NEWEST);
    let mut full = cluster();
    full["properties"]["azureHybridBenefit"] = json!("True");
    full["properties"]["arcAgentryConfigurations"] = json!([{"feature": "proxy", "settings": {}, "protectedSettings": {"https_proxy": "canary"}}]);
    azure.put(&path, full).await;
    let mut echo = azure.provisioned(&path).await.body;
    assert!(
        !echo.to_string().contains("canary"),
        "protected settings are never shown"
    );
    let principal = echo["identity"]["principalId"].clone();

    echo["tags"] = json!({"env": "echo"});
    let reply = azure.put(&path, echo).await;
    assert_eq!(
        (reply.status, &reply.body["properties"]["provisioningState"]),
        (200, &json!("Updating"))
    );
    let echoed = azure.provisioned(&path).await.body;
    assert_eq!(echoed["identity"]["principalId"], principal);
    assert_eq!(echoed["properties"]["azureHybridBenefit"], "True");

    azure.put(&path, changed("/tags", Value::Null)).await;
    let replaced = azure.provisioned(&path).await.body;
    assert_eq!(replaced["tags"], json!({}));
    assert_eq!(
        replaced["properties"]["azureHybridBenefit"],
        "NotApplicable"
    );
    assert!(
        replaced["properties"]
            .get("arcAgentryConfigurations")
            .is_none()
    );
    azure.stop().await;
}

#[tokio::test]
async fn a_live_cluster_keeps_its_key_and_its_place() {
    let azure = Azure::start().await;
    azure.cluster("c1", NEWEST).await;
    let key = changed(
        "/properties/agentPublicKeyCertificate",
        json!(OTHER_PUBLIC_KEY),
    );
    let path = cluster_path("c1", NEWEST);
    assert_eq!(azure.put(&path, key.clone()).await.code(), "Conflict");
    assert_eq!(
        azure
            .put(&path, changed("/location", json!("eastus")))
            .await
            .code(),
        "InvalidResourceLocation"
    );
    let behaviour = Behaviour {
        key_change: KeyChange::Accept,
        ..behaviour()
    };
    azure
        .admin(Method::PUT, "behaviour", json!(behaviour))
        .await;
    assert_eq!(azure.put(&path, key).await.status, 200);
    azure.stop().await;
}

#[tokio::test]
async fn ids_are_compared_without_case_and_shown_as_created() {
    let azure = Azure::start().await;
    let shown = azure.cluster("Mixed-Case", NEWEST).await.body;
    let path = cluster_path("mixed-case", NEWEST).to_lowercase();
    assert_eq!(azure.get(&path).await.body["id"], shown["id"]);
    let once = json!({"method": "GET", "action": "shuffled_casing"});
    azure.admin(Method::POST, "faults", once).await;
    assert_ne!(azure.get(&path).await.body["id"], shown["id"]);
    assert_eq!(azure.get(&path).await.body["id"], shown["id"]);
    azure
        .admin(Method::PUT, "behaviour", json!({"shuffled_casing": true}))
        .await;
    let shuffled = azure.get(&path).await.body["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert!(shuffled.contains(
        "/resourcegroups/rg/providers/microsoft.kubernetes/ConnectedClusters/Mixed-Case"
    ));
    azure.stop().await;
}

#[tokio::test]
async fn lists_come_in_pages() {
    let azure = Azure::start().await;
    let behaviour = Behaviour {
        page_size: 2,
        ..behaviour()
    };
    azure
        .admin(Method::PUT, "behaviour", json!(behaviour))
        .await;
    for name in ["a", "b", "c"] {
        azure.cluster(name, NEWEST).await;
    }
    for scope in ["", "/resourceGroups/rg"] {
        let path = format!(
            "/subscriptions/{SUBSCRIPTION}{scope}/providers/Microsoft.Kubernetes/connectedClusters?api-version={NEWEST}"
        );
        let first = azure.get(&path).await.body;
        assert_eq!(first["value"].as_array().map(Vec::len), Some(2));
        let second = azure
            .get(first["nextLink"].as_str().expect("a link"))
            .await
            .body;
        assert_eq!(second["value"][0]["name"], "c");
        assert!(second.get("nextLink").is_none());
    }
    azure.stop().await;
}

#[tokio::test]
async fn credentials_need_both_parameters() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    let path = cluster_path("c1", NEWEST).replace('?', "/listClusterUserCredential?");
    let ask = |body: Value| azure.send(Method::POST, &path, Some(body));
    assert_eq!(
        ask(json!({"authenticationMethod": "Token"})).await.code(),
        "InvalidParameter"
    );
    let direct = ask(json!({"authenticationMethod": "Token", "clientProxy": false}))
        .await
        .body;
    assert!(
        direct["kubeconfigs"][0]["value"].is_string()
            && direct.get("hybridConnectionConfig").is_none()
    );
    let relayed = ask(json!({"authenticationMethod": "AAD", "clientProxy": true}))
        .await
        .body;
    assert!(relayed["hybridConnectionConfig"]["relay"].is_string());
    azure.stop().await;
}

#[tokio::test]
async fn there_are_no_credentials_where_no_agent_waits() {
    let azure = profiles::azure().await;
    azure.cluster("c1", NEWEST).await;
    let path = cluster_path("c1", NEWEST).replace('?', "/listClusterUserCredential?");
    let body = json!({"authenticationMethod": "Token", "clientProxy": true});
    let ask = || azure.send(Method::POST, &path, Some(body.clone()));
    let lost = "Hybrid connection for the target resource does not exist.";
    let connecting = ask().await;
    assert_eq!((connecting.status, connecting.code()), (400, "BadRequest"));
    assert!(connecting.message().starts_with(lost), "{connecting:?}");

    azure.presence("c1", json!({"simulated": {}})).await;
    assert_eq!(ask().await.status, 200);
    azure
        .presence("c1", json!({"simulated": {"cluster_connect": false}}))
        .await;
    assert!(ask().await.message().starts_with(lost));
    azure.presence("c1", json!({"simulated": {}})).await;
    azure.presence("c1", json!("away")).await;
    assert!(ask().await.message().starts_with(lost));

    azure.presence("c1", json!({"simulated": {}})).await;
    let mut private = changed("/properties/privateLinkState", json!("Enabled"));
    let scope = json!({"location": "koreacentral"});
    let place = profiles::hybrid("privateLinkScopes/scope");
    azure.put(&place, scope).await;
    let scope = azure.get(&place).await;
    private["properties"]["privateLinkScopeResourceId"] = scope.body["id"].clone();
    azure.put(&cluster_path("c1", NEWEST), private).await;
    assert!(ask().await.message().contains("private link"));
    azure.stop().await;
}

#[tokio::test]
async fn the_data_plane_answers_for_the_cluster_that_it_is_asked_about() {
    let azure = Azure::start().await;
    let mut body = azure.cluster("c1", NEWEST).await.body;
    let path = "/dp/azure-arc-k8sagents/GetHelmSettings?api-version=2024-07-01-preview&releaseTrain=stable";
    body["properties"]["arcAgentryConfigurations"] = json!([{"feature": "proxy", "protectedSettings": {"https_proxy": "redacted:proxy:https_proxy"}}]);
    let settings = azure
        .send(Method::POST, path, Some(body.clone()))
        .await
        .body;
    let values = &settings["helmValuesContent"];
    assert_eq!(values["global.resourceName"], "c1");
    assert_eq!(values["global.httpsProxy"], "redacted:proxy:https_proxy");
    assert_eq!(
        values["systemDefaultValues.azureArcAgents.autoUpdate"],
        "true"
    );
    assert!(
        values
            .as_object()
            .expect("values")
            .values()
            .all(Value::is_string)
    );

    for (pointer, value) in [
        (
            "/properties/arcAgentryConfigurations/0/protectedSettings/https_proxy",
            json!("http://u:p@proxy"),
        ),
        ("/identity/principalId", json!("somebody else")),
        ("/location", json!("eastus")),
    ] {
        let mut wrong = body.clone();
        *wrong.pointer_mut(pointer).expect("a member") = value;
        assert_eq!(
            azure.send(Method::POST, path, Some(wrong)).await.code(),
            "InvalidParameter",
            "{pointer}"
        );
    }
    azure.stop().await;
}
