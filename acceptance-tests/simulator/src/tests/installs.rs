//! Extensions: when their operations end, and how.

use reqwest::Method;
use serde_json::{Value, json};

use super::azure::{Azure, NEWEST, Reply, extension_path, put_extension as put};

fn dapr() -> Value {
    json!({
        "identity": {"type": "SystemAssigned"},
        "properties": {"extensionType": "microsoft.dapr"},
    })
}

async fn script(azure: &Azure, ending: Value) {
    let fault = json!({"path": "*/extensions/*", "action": {"operation": ending}});
    assert_eq!(azure.admin(Method::POST, "faults", fault).await.status, 204);
}

/// Where an operation stands when Azure itself is done with it.
async fn outcome(azure: &Azure, begun: &Reply) -> Reply {
    azure.elapse().await;
    azure.get(begun.header("azure-asyncoperation")).await
}

#[tokio::test]
async fn an_operation_waits_for_a_cluster_that_is_away_but_not_for_ever() {
    let azure = Azure::start().await;
    azure.cluster("c1", NEWEST).await;
    let created = azure.put(&extension_path("dapr"), dapr()).await;
    let pending = outcome(&azure, &created).await;
    assert_eq!(
        (pending.status, &pending.body["status"]),
        (200, &json!("InProgress"))
    );
    let again = azure.put(&extension_path("dapr"), dapr()).await;
    assert_eq!(
        (again.status, again.code()),
        (409, "AnotherOperationInProgress")
    );

    azure.presence("c1", json!({"simulated": {}})).await;
    assert_eq!(outcome(&azure, &created).await.body["status"], "Succeeded");

    azure.presence("c1", json!("away")).await;
    let updated = azure
        .patch(&extension_path("dapr"), json!({"properties": {}}))
        .await;
    azure
        .admin(Method::PUT, "clock", json!({"offset_seconds": 60 * 3600}))
        .await;
    let given_up = azure.get(updated.header("azure-asyncoperation")).await;
    assert_eq!(given_up.body["status"], "Failed");
    let shown = azure.get(&extension_path("dapr")).await.body;
    assert_eq!(shown["properties"]["provisioningState"], "Failed");
    azure.stop().await;
}

#[tokio::test]
async fn a_failure_is_told_by_operation_status_and_error_info() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    let path = extension_path("dapr");
    for (ending, code, words) in [
        (
            json!({"fails": {"code": "ExtensionOperationFailed", "message": "no luck"}}),
            "ExtensionOperationFailed",
            "no luck",
        ),
        (
            json!("image_pull_error"),
            "ExtensionOperationFailed",
            "ImagePullBackOff",
        ),
    ] {
        script(&azure, ending).await;
        let begun = azure.put(&path, dapr()).await;
        let ended = outcome(&azure, &begun).await;
        assert_eq!(
            (&ended.body["status"], ended.code()),
            (&json!("Failed"), code)
        );
        let shown = azure.get(&path).await.body;
        let properties = &shown["properties"];
        assert_eq!(properties["provisioningState"], "Failed");
        assert_eq!(properties["errorInfo"]["code"], code);
        assert_eq!(properties["statuses"][0]["level"], "Error");
        let message = properties["statuses"][0]["message"].as_str().expect("text");
        assert!(message.contains(words), "{message}");
    }
    azure.put(&path, dapr()).await;
    let mended = azure.provisioned(&path).await.body;
    assert_eq!(mended["properties"]["errorInfo"], Value::Null);
    assert_eq!(mended["properties"]["statuses"][0]["level"], "Information");
    azure.stop().await;
}

#[tokio::test]
async fn a_deletion_asks_the_cluster_unless_it_is_forced() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    let path = extension_path("dapr");
    put(&azure, "dapr", dapr()).await;
    let accepted = azure.delete(&path).await;
    assert_eq!(accepted.status, 202);
    assert_eq!(outcome(&azure, &accepted).await.body["status"], "Succeeded");
    assert_eq!(azure.get(&path).await.status, 404);
    assert_eq!(azure.delete(&path).await.status, 204);

    put(&azure, "dapr", dapr()).await;
    azure.presence("c1", json!("away")).await;
    let waiting = azure.delete(&path).await;
    assert_eq!(outcome(&azure, &waiting).await.body["status"], "InProgress");
    let forced = azure.delete(&path.replace('?', "?forceDelete=true&")).await;
    assert_eq!(outcome(&azure, &forced).await.body["status"], "Succeeded");
    assert_eq!(azure.get(&path).await.status, 404);
    let strange = azure
        .delete(&path.replace('?', "?forceDelete=perhaps&"))
        .await;
    assert_eq!(strange.code(), "InvalidParameter");
    azure.stop().await;
}

#[tokio::test]
async fn a_deletion_takes_over_from_an_installation() {
    let azure = Azure::start().await;
    azure.cluster("c1", NEWEST).await;
    let created = azure.put(&extension_path("dapr"), dapr()).await;
    azure.delete(&extension_path("dapr")).await;
    let preempted = outcome(&azure, &created).await;
    assert_eq!(
        (&preempted.body["status"], preempted.code()),
        (&json!("Failed"), "OperationPreempted")
    );
    azure.presence("c1", json!({"simulated": {}})).await;
    azure.elapse().await;
    assert_eq!(azure.get(&extension_path("dapr")).await.status, 404);
    azure.stop().await;
}

#[tokio::test]
async fn what_a_policy_made_can_be_changed_and_what_belongs_to_azure_cannot() {
    let azure = Azure::start().await;
    let cluster = azure.simulated("c1").await.body["id"].clone();
    for (name, system) in [("policy", false), ("own", true)] {
        let seed = json!({
            "connected_cluster": cluster, "name": name, "extension_type": "microsoft.dapr",
            "version": "1.1.5", "release_namespace": "dapr-system", "system": system,
        });
        assert_eq!(
            azure.admin(Method::POST, "extensions", seed).await.status,
            204
        );
        let shown = azure.provisioned(&extension_path(name)).await.body;
        assert_eq!(shown["properties"]["currentVersion"], "1.1.5");
        assert_eq!(shown["properties"]["isSystemExtension"], system);
    }
    let change = json!({"properties": {"configurationSettings": {"a": "1"}}});
    assert_eq!(
        azure
            .patch(&extension_path("policy"), change.clone())
            .await
            .status,
        202
    );
    let path = extension_path("own");
    for reply in [azure.patch(&path, change).await, azure.delete(&path).await] {
        assert_eq!((reply.status, reply.code()), (409, "OperationNotAllowed"));
    }
    azure.stop().await;
}
