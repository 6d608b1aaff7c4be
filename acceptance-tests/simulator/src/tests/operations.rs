//! Long-running operations in both styles.

use serde_json::json;

use super::azure::{Azure, NEWEST, cluster, cluster_path};

#[tokio::test]
async fn a_creation_is_watched_by_its_monitor() {
    let azure = Azure::start().await;
    let path = cluster_path("c1", NEWEST);
    let created = azure.put(&path, cluster()).await;
    assert_eq!(created.body["properties"]["provisioningState"], "Accepted");
    assert_eq!(created.header("retry-after"), "1");
    let monitor = created.header("azure-asyncoperation");
    assert!(
        monitor.contains("/locations/KOREACENTRAL/operationStatuses/"),
        "{monitor}"
    );
    let first = azure.get(monitor).await;
    assert_eq!(
        (first.status, &first.body["status"]),
        (200, &json!("InProgress"))
    );
    azure.elapse().await;
    assert_eq!(azure.get(monitor).await.body["status"], "Succeeded");
    assert_eq!(
        azure.get(&path).await.body["properties"]["provisioningState"],
        "Succeeded"
    );
    azure.stop().await;
}

#[tokio::test]
async fn an_address_that_was_changed_on_its_way_is_refused() {
    let azure = Azure::start().await;
    let created = azure.put(&cluster_path("c1", NEWEST), cluster()).await;
    let monitor = created.header("azure-asyncoperation");
    assert!(monitor.len() > 2500, "Azure's addresses are long");
    let decoded = monitor.replace("%2B", "+");
    assert_eq!(
        azure.get(&decoded).await.code(),
        "InvalidAsyncOperationToken"
    );
    let (bare, _) = monitor.split_once('?').expect("a query");
    assert_eq!(azure.get(bare).await.code(), "InvalidAsyncOperationToken");
    azure.stop().await;
}

#[tokio::test]
async fn a_patch_is_synchronous_until_it_is_not() {
    let azure = Azure::start().await;
    azure.cluster("c1", NEWEST).await;
    for version in ["2021-03-01", "2024-01-01", "2025-08-01-preview"] {
        let patched = azure
            .patch(
                &cluster_path("c1", version),
                json!({"tags": {"by": version}}),
            )
            .await;
        assert_eq!(
            (patched.status, &patched.body["tags"]["by"]),
            (200, &json!(version))
        );
    }
    let path = cluster_path("c1", NEWEST);
    let accepted = azure.patch(&path, json!({"tags": {"by": "newest"}})).await;
    assert_eq!((accepted.status, &accepted.body), (202, &json!(null)));
    let during = azure.get(&path).await.body;
    assert_eq!(during["properties"]["provisioningState"], "Updating");
    assert_eq!(
        during["tags"]["by"], "2025-08-01-preview",
        "nothing changes before the end"
    );
    let result = accepted.header("location").to_owned();
    let pending = azure.get(&result).await;
    assert_eq!(
        (pending.status, pending.header("location")),
        (202, result.as_str())
    );
    azure.elapse().await;
    let done = azure.get(&result).await;
    assert_eq!(
        (done.status, &done.body["tags"]),
        (200, &json!({"by": "newest"}))
    );
    let preview = cluster_path("c1", "2025-12-01-preview");
    let accepted = azure.patch(&preview, json!({"tags": {}})).await;
    assert_eq!(
        accepted.status, 202,
        "the first version that takes its time"
    );
    azure.stop().await;
}

#[tokio::test]
async fn a_deletion_can_be_followed_both_ways() {
    let azure = Azure::start().await;
    let path = cluster_path("c1", NEWEST);
    for (header, status) in [("location", 204), ("azure-asyncoperation", 200)] {
        azure.cluster("c1", NEWEST).await;
        let accepted = azure.delete(&path).await;
        assert_eq!(accepted.status, 202);
        assert_eq!(
            azure.get(&path).await.body["properties"]["provisioningState"],
            "Deleting"
        );
        let again = azure.put(&path, cluster()).await;
        assert_eq!(again.code(), "AnotherOperationInProgress");
        azure.elapse().await;
        assert_eq!(azure.get(accepted.header(header)).await.status, status);
        assert_eq!(azure.get(&path).await.status, 404);
    }
    assert_eq!(azure.delete(&path).await.status, 204);
    azure.stop().await;
}

#[tokio::test]
async fn a_deletion_takes_over_from_a_creation() {
    let azure = Azure::start().await;
    let path = cluster_path("c1", NEWEST);
    azure.put(&path, cluster()).await;
    assert_eq!(
        azure
            .delete(&path.replace('?', "?force=True&"))
            .await
            .status,
        202
    );
    azure.elapse().await;
    assert_eq!(azure.get(&path).await.status, 404);
    azure.stop().await;
}
