//! Extensions: what is taken, what is refused, and when an operation ends.

use reqwest::Method;
use serde_json::{Value, json};

use super::azure::{Azure, NEWEST, child_path, cluster_path, extension_path, put_extension as put};

fn dapr() -> Value {
    json!({
        "identity": {"type": "SystemAssigned"},
        "properties": {"extensionType": "microsoft.dapr"},
    })
}

fn with(properties: &Value) -> Value {
    let mut body = dapr();
    let all = body["properties"].as_object_mut().expect("an object");
    all.extend(properties.as_object().expect("an object").clone());
    body
}

/// What the simulator knows of the protected settings.
async fn protected(azure: &Azure) -> Value {
    let state = azure.get("/_simulator/state").await.body;
    let extensions = state["extensions"].as_object().expect("extensions");
    let one = extensions.values().next().expect("an extension");
    one["protectedSettings"].clone()
}

async fn refused(azure: &Azure, name: &str, body: Value) -> String {
    let reply = azure.put(&extension_path(name), body.clone()).await;
    assert_eq!(reply.status, 400, "{body}: {reply:?}");
    reply.code().to_owned()
}

#[tokio::test]
async fn an_extension_is_created_and_shown_with_all_that_the_service_chose() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    let created = azure.put(&extension_path("dapr"), dapr()).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(created.body["properties"]["provisioningState"], "Creating");
    assert_eq!(created.body["properties"]["currentVersion"], Value::Null);
    let monitor = created.header("azure-asyncoperation");
    assert!(
        monitor.contains("/ConnectedClusters/c1/") && monitor.contains("/operations/"),
        "{monitor}"
    );
    azure.elapse().await;
    assert_eq!(azure.get(monitor).await.body["status"], "Succeeded");
    let shown = azure.get(&extension_path("dapr")).await.body;
    assert!(shown["identity"]["principalId"].is_string());
    let properties = &shown["properties"];
    assert_eq!(properties["provisioningState"], "Succeeded");
    assert_eq!(properties["currentVersion"], "1.2.0");
    assert_eq!(properties["releaseTrain"], "Stable");
    assert_eq!(properties["isSystemExtension"], false);
    assert_eq!(properties["errorInfo"], Value::Null);
    assert_eq!(
        properties["scope"]["cluster"]["releaseNamespace"],
        "dapr-system"
    );
    azure.stop().await;
}

#[tokio::test]
async fn a_body_that_azure_would_not_take_is_refused() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    for (body, code) in [
        (json!({"properties": {}}), "InvalidParameter"),
        (
            with(&json!({"extensionType": "microsoft.nothing"})),
            "ExtensionTypeRegistrationGetFailed",
        ),
        (with(&json!({"version": "1.1.5"})), "InvalidParameter"),
        (
            with(&json!({"version": "9.9.9", "autoUpgradeMinorVersion": false})),
            "ExtensionOperationFailed",
        ),
        (
            with(&json!({"releaseTrain": "nightly"})),
            "ExtensionOperationFailed",
        ),
        (
            with(
                &json!({"scope": {"cluster": {"releaseNamespace": "a"}, "namespace": {"targetNamespace": "b"}}}),
            ),
            "InvalidParameter",
        ),
        (
            with(&json!({"scope": {"namespace": {"targetNamespace": "b"}}})),
            "InvalidParameter",
        ),
        (
            with(&json!({"provisioningState": "Succeeded"})),
            "InvalidParameter",
        ),
        (
            with(&json!({"aksAssignedIdentity": {"type": "SystemAssigned"}})),
            "InvalidParameter",
        ),
        (
            with(&json!({"configurationSettings": {"replicas": 3}})),
            "InvalidRequestContent",
        ),
        (with(&json!({"colour": "red"})), "InvalidRequestContent"),
        (
            with(&json!({"extensionType": "microsoft.apimanagement.gateway"})),
            "InvalidParameter",
        ),
        (
            with(
                &json!({"extensionType": "microsoft.apimanagement.gateway", "scope": {"cluster": {}}}),
            ),
            "InvalidParameter",
        ),
        (
            with(
                &json!({"extensionType": "microsoft.flux", "scope": {"cluster": {"releaseNamespace": "elsewhere"}}}),
            ),
            "InvalidParameter",
        ),
        (
            with(&json!({"extensionType": "microsoft.azuremonitor.containers"})),
            "ExtensionOperationFailed",
        ),
        (
            json!({"properties": {"extensionType": "microsoft.policyinsights"}}),
            "InvalidParameter",
        ),
        (
            with(&json!({"extensionType": "contoso.samples"})),
            "InvalidParameter",
        ),
    ] {
        assert_eq!(refused(&azure, "e1", body.clone()).await, code, "{body}");
    }
    assert_eq!(refused(&azure, "-e1", dapr()).await, "InvalidResourceName");
    let version = azure
        .put(&child_path("extensions", "e1", "2020-01-01"), dapr())
        .await;
    assert_eq!(version.code(), "NoRegisteredProviderFound");
    let newer = with(&json!({"autoUpgradeMode": "patch"}));
    let older = azure
        .put(&child_path("extensions", "e1", "2023-05-01"), newer)
        .await;
    assert_eq!(older.code(), "InvalidRequestContent");
    assert_eq!(
        azure.get(&extension_path("e1")).await.code(),
        "ResourceNotFound"
    );
    azure.stop().await;
}

#[tokio::test]
async fn an_offer_of_the_marketplace_needs_its_plan() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    let mut body = with(&json!({"extensionType": "contoso.samples"}));
    body["plan"] = json!({"name": "free", "product": "contoso-samples"});
    assert_eq!(
        refused(&azure, "s1", body.clone()).await,
        "InvalidParameter"
    );
    body["plan"]["publisher"] = json!("contoso");
    put(&azure, "s1", body.clone()).await;
    put(&azure, "s2", body.clone()).await;
    assert_eq!(
        azure.get(&extension_path("s1")).await.body["plan"],
        body["plan"]
    );
    azure.stop().await;
}

#[tokio::test]
async fn most_types_live_alone_in_a_cluster() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    put(&azure, "first", dapr()).await;
    let second = azure.put(&extension_path("second"), dapr()).await;
    assert_eq!(second.code(), "ExtensionOperationFailed");
    assert!(second.message().contains("'first'"), "{second:?}");
    put(
        &azure,
        "web",
        with(&json!({"extensionType": "Microsoft.Web.Appservice"})),
    )
    .await;
    let rival = with(&json!({"extensionType": "microsoft.app.environment"}));
    assert_eq!(
        refused(&azure, "apps", rival).await,
        "ExtensionOperationFailed"
    );
    azure.stop().await;
}

#[tokio::test]
async fn an_extension_needs_its_cluster() {
    let azure = Azure::start().await;
    let orphan = azure.put(&extension_path("dapr"), dapr()).await;
    assert_eq!(
        (orphan.status, orphan.code()),
        (404, "ParentResourceNotFound")
    );
    for path in [
        extension_path("dapr"),
        extension_path("").replace("/?", "?"),
    ] {
        let read = azure.get(&path).await;
        assert_eq!((read.status, read.code()), (404, "ResourceNotFound"));
    }
    azure.simulated("c1").await;
    put(&azure, "dapr", dapr()).await;
    assert_eq!(azure.delete(&cluster_path("c1", NEWEST)).await.status, 202);
    azure.elapse().await;
    azure.simulated("c1").await;
    assert_eq!(
        azure.get(&extension_path("dapr")).await.status,
        404,
        "gone with its cluster"
    );
    azure.stop().await;
}

#[tokio::test]
async fn nothing_is_installed_where_the_provider_is_not_registered() {
    let azure = Azure::start().await;
    let path = extension_path("dapr")
        .replace(super::azure::SUBSCRIPTION, super::azure::FRESH_SUBSCRIPTION);
    let refusal = azure.put(&path, dapr()).await;
    assert_eq!(refusal.code(), "MissingSubscriptionRegistration");
    azure.stop().await;
}

#[tokio::test]
async fn protected_settings_are_never_shown_and_gone_when_not_sent_again() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    let secret = with(&json!({
        "configurationSettings": {"a": "1"},
        "configurationProtectedSettings": {"key": "canary", "other": "canary"},
    }));
    let created = azure.put(&extension_path("dapr"), secret).await;
    azure.elapse().await;
    let shown = azure.get(&extension_path("dapr")).await;
    let state = azure.get("/_simulator/state").await;
    for reply in [&created, &shown, &state] {
        assert!(!reply.body.to_string().contains("canary"), "{reply:?}");
    }
    let hashes = protected(&azure).await;
    assert_eq!(hashes["key"], hashes["other"]);
    assert_eq!(hashes["key"].as_str().map(str::len), Some(64));

    let patch = json!({"properties": {
        "configurationSettings": {"b": "2"},
        "configurationProtectedSettings": {"key": "canary"},
    }});
    azure.patch(&extension_path("dapr"), patch).await;
    let shown = azure.provisioned(&extension_path("dapr")).await.body;
    assert_eq!(
        shown["properties"]["configurationSettings"],
        json!({"a": "1", "b": "2"}),
        "settings are merged"
    );
    assert_eq!(protected(&azure).await, json!({"key": hashes["key"]}));

    azure
        .patch(&extension_path("dapr"), json!({"properties": {}}))
        .await;
    azure.elapse().await;
    assert_eq!(protected(&azure).await, json!({}));
    azure.stop().await;
}

#[tokio::test]
async fn versions_change_in_place_and_types_and_scopes_do_not() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    put(&azure, "dapr", dapr()).await;
    let path = extension_path("dapr");
    let pinned = json!({"properties": {"autoUpgradeMinorVersion": false, "version": "1.1.4"}});
    let accepted = azure.patch(&path, pinned).await;
    assert_eq!(accepted.status, 202);
    assert_eq!(accepted.body["properties"]["provisioningState"], "Updating");
    assert_eq!(accepted.body["properties"]["currentVersion"], "1.2.0");
    let shown = azure.provisioned(&path).await.body;
    assert_eq!(shown["properties"]["currentVersion"], "1.1.4");

    let unpinned = json!({"properties": {"autoUpgradeMinorVersion": true}});
    azure.patch(&path, unpinned).await;
    let mut echo = azure.provisioned(&path).await.body;
    assert_eq!(
        echo["properties"]["version"], "1.2.0",
        "the service's own choice"
    );
    assert_eq!(
        azure.put(&path, echo.clone()).await.status,
        200,
        "an echo is harmless"
    );
    azure.elapse().await;

    echo["properties"]["scope"] = json!({"cluster": {"releaseNamespace": "elsewhere"}});
    assert_eq!(
        azure.put(&path, echo).await.code(),
        "PropertyChangeNotAllowed"
    );
    let other = with(&json!({"extensionType": "microsoft.flux"}));
    assert_eq!(
        azure.put(&path, other).await.code(),
        "PropertyChangeNotAllowed"
    );
    let scope = json!({"properties": {"scope": {}}});
    assert_eq!(
        azure.patch(&path, scope).await.code(),
        "InvalidRequestContent"
    );
    azure.stop().await;
}

#[tokio::test]
async fn extensions_are_listed_in_pages() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    put(&azure, "dapr", dapr()).await;
    put(
        &azure,
        "flux",
        with(&json!({"extensionType": "microsoft.flux"})),
    )
    .await;
    azure
        .admin(
            Method::PUT,
            "behaviour",
            json!({"page_size": 1, "operation_ms": 3_600_000}),
        )
        .await;
    let first = azure.get(&extension_path("").replace("/?", "?")).await.body;
    let second = azure
        .get(first["nextLink"].as_str().expect("a link"))
        .await
        .body;
    assert_eq!(
        (&first["value"][0]["name"], &second["value"][0]["name"]),
        (&json!("dapr"), &json!("flux"))
    );
    let flux_v1 = child_path("sourceControlConfigurations", "", "2022-03-01").replace("/?", "?");
    assert_eq!(azure.get(&flux_v1).await.body, json!({"value": []}));
    azure.stop().await;
}
