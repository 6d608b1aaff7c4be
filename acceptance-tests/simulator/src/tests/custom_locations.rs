//! Custom locations: what the cluster must be set up for, what is taken and what is refused.

use serde_json::{Value, json};

use super::azure::{Azure, FRESH_SUBSCRIPTION, NEWEST, SUBSCRIPTION, cluster_path, put_extension};

fn path(name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ExtendedLocation/customLocations/{name}?api-version=2021-08-15"
    )
}

fn host() -> String {
    let path = cluster_path("c1", NEWEST);
    path.split('?').next().expect("a path").to_owned()
}

fn location(namespace: &str) -> Value {
    json!({
        "location": "koreacentral",
        "tags": {"env": "test"},
        "properties": {"hostResourceId": host(), "namespace": namespace, "hostType": "Kubernetes"},
    })
}

#[tokio::test]
async fn a_custom_location_is_made_changed_and_deleted() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    let flux = json!({"properties": {"extensionType": "microsoft.flux"}});
    let extension = put_extension(&azure, "flux", flux).await.body["id"].clone();
    let mut body = location("apps");
    body["properties"]["clusterExtensionIds"] = json!([extension]);
    let created = azure.put(&path("l1"), body).await;
    assert_eq!(created.status, 201, "{created:?}");
    azure.elapse().await;
    let ended = azure.get(created.header("azure-asyncoperation")).await;
    assert_eq!(ended.body["status"], "Succeeded");

    let patch = json!({"tags": {"env": "live"}, "properties": {"displayName": "Apps"}});
    let patched = azure.patch(&path("l1"), patch).await;
    assert_eq!(
        (patched.status, &patched.body["tags"]["env"]),
        (200, &json!("live"))
    );
    let shown = azure.get(&path("L1").to_lowercase()).await.body;
    assert_eq!(shown["properties"]["displayName"], "Apps");
    assert_eq!(
        shown["properties"]["authentication"],
        json!({}),
        "always an object"
    );
    assert_eq!(shown["properties"]["namespace"], "apps");
    let list = azure.get(&path("").replace("/?", "?")).await.body;
    assert_eq!(list["value"][0]["name"], "l1");

    assert_eq!(azure.delete(&path("l1")).await.status, 202);
    azure.elapse().await;
    assert_eq!(azure.get(&path("l1")).await.status, 404);
    assert_eq!(azure.delete(&path("l1")).await.status, 204);
    azure.stop().await;
}

#[tokio::test]
async fn the_cluster_must_be_there_and_set_up_for_it() {
    let azure = Azure::start().await;
    let missing = azure.put(&path("l1"), location("apps")).await;
    assert_eq!((missing.status, missing.code()), (404, "ResourceNotFound"));
    azure.cluster("c1", NEWEST).await;
    assert_eq!(
        azure.put(&path("l1"), location("apps")).await.code(),
        "BadRequest"
    );
    azure.presence("c1", json!({"simulated": {}})).await;
    let refusal = azure.put(&path("l1"), location("apps")).await;
    assert_eq!(
        (refusal.status, refusal.code()),
        (400, "UnauthorizedNamespaceError")
    );
    let elsewhere = path("l1").replace(SUBSCRIPTION, FRESH_SUBSCRIPTION);
    let unregistered = azure.put(&elsewhere, location("apps")).await;
    assert_eq!(unregistered.code(), "MissingSubscriptionRegistration");
    azure.stop().await;
}

#[tokio::test]
async fn a_body_that_azure_would_not_take_is_refused() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    let with = |name: &str, value: Value| {
        let mut body = location("apps");
        body["properties"][name] = value;
        body
    };
    for (body, code) in [
        (with("namespace", Value::Null), "InvalidParameter"),
        (with("hostResourceId", Value::Null), "InvalidParameter"),
        (with("hostType", json!("Docker")), "InvalidParameter"),
        (
            with("clusterExtensionIds", json!(["/none"])),
            "InvalidParameter",
        ),
        (with("colour", json!("red")), "InvalidRequestContent"),
        (
            json!({"properties": {"hostResourceId": host(), "namespace": "apps"}}),
            "LocationRequired",
        ),
    ] {
        let refusal = azure.put(&path("l1"), body.clone()).await;
        assert_eq!((refusal.status, refusal.code()), (400, code), "{body}");
    }
    let named = azure.put(&path("l.1"), location("apps")).await;
    assert_eq!(named.code(), "InvalidResourceName");
    azure.stop().await;
}

#[tokio::test]
async fn a_namespace_belongs_to_one_custom_location() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    azure.put(&path("l1"), location("apps")).await;
    azure.provisioned(&path("l1")).await;
    let second = azure.put(&path("l2"), location("apps")).await;
    assert_eq!((second.status, second.code()), (409, "Conflict"));
    assert_eq!(azure.put(&path("l2"), location("data")).await.status, 201);
    let moved = azure.put(&path("l1"), location("elsewhere")).await;
    assert_eq!(moved.code(), "PropertyChangeNotAllowed");
    let mut abroad = location("apps");
    abroad["location"] = json!("eastus");
    assert_eq!(
        azure.put(&path("l1"), abroad).await.code(),
        "InvalidResourceLocation"
    );
    azure.stop().await;
}

#[tokio::test]
async fn a_kubeconfig_is_never_shown() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    let mut body = location("apps");
    body["properties"]["authentication"] = json!({"type": "KubeConfig", "value": "canary"});
    azure.put(&path("l1"), body).await;
    let shown = azure.provisioned(&path("l1")).await;
    let log = azure.get("/_simulator/requests").await;
    for reply in [&shown, &log] {
        assert!(!reply.body.to_string().contains("canary"), "{reply:?}");
    }
    assert_eq!(
        shown.body["properties"]["authentication"]["type"],
        "KubeConfig"
    );
    azure.stop().await;
}
