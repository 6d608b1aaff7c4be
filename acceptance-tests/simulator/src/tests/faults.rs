//! Scripted misbehaviour.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::azure::{Azure, NEWEST, cluster, cluster_path};

async fn script(azure: &Azure, fault: Value) {
    assert_eq!(azure.admin(Method::POST, "faults", fault).await.status, 204);
}

#[tokio::test]
async fn a_scripted_reply_comes_when_it_is_due_and_not_longer() {
    let azure = Azure::start().await;
    let path = cluster_path("c1", NEWEST);
    let reply = json!({"status": 429, "code": "TooManyRequests", "headers": {"Retry-After": "2"}});
    script(&azure, json!({"method": "GET", "path": "*/connectedclusters/*", "skip": 1, "times": 2, "action": {"reply": reply}})).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(azure.get(&path).await.status);
    }
    assert_eq!(seen, [404, 429, 429, 404]);
    let matched = azure.get("/_simulator/faults").await.body;
    assert_eq!(
        (&matched[0]["matched"], &matched[0]["spent"]),
        (&json!(3), &json!(true))
    );
    azure.stop().await;
}

#[tokio::test]
async fn a_dropped_connection_may_hide_a_write() {
    let azure = Azure::start().await;
    let path = cluster_path("c1", NEWEST);
    for (moment, afterwards) in [("before", 404), ("after", 200)] {
        script(&azure, json!({"method": "PUT", "action": {"drop": moment}})).await;
        let lost = azure.try_send(Method::PUT, &path, Some(cluster())).await;
        assert!(lost.is_err(), "{lost:?}");
        assert_eq!(azure.get(&path).await.status, afterwards);
    }
    azure.stop().await;
}

#[tokio::test]
async fn an_operation_may_fail() {
    let azure = Azure::start().await;
    let path = cluster_path("c1", NEWEST);
    let failure = json!({"fails": {"code": "InternalServerError", "message": "no luck"}});
    script(
        &azure,
        json!({"method": "PUT", "action": {"operation": failure}}),
    )
    .await;
    let created = azure.put(&path, cluster()).await;
    azure.elapse().await;
    let ended = azure.get(created.header("azure-asyncoperation")).await;
    assert_eq!(
        (&ended.body["status"], ended.code()),
        (&json!("Failed"), "InternalServerError")
    );
    assert_eq!(
        azure.get(&path).await.body["properties"]["provisioningState"],
        "Failed"
    );
    assert_eq!(
        azure.put(&path, cluster()).await.status,
        200,
        "a failed cluster can be tried again"
    );
    azure.stop().await;
}

#[tokio::test]
async fn an_operation_may_never_end_not_even_in_a_year() {
    let azure = Azure::start().await;
    script(&azure, json!({"action": {"operation": "never"}})).await;
    let created = azure.put(&cluster_path("c1", NEWEST), cluster()).await;
    azure
        .admin(
            Method::PUT,
            "clock",
            json!({"offset_seconds": 365 * 24 * 3600}),
        )
        .await;
    let monitor = azure.get(created.header("azure-asyncoperation")).await;
    assert_eq!(monitor.body["status"], "InProgress");
    azure.stop().await;
}

#[tokio::test]
async fn an_operation_can_get_lost() {
    let azure = Azure::start().await;
    let created = azure.put(&cluster_path("c1", NEWEST), cluster()).await;
    let monitor = created.header("azure-asyncoperation");
    let reply = json!({"status": 404, "code": "ResourceNotFound"});
    script(
        &azure,
        json!({"path": "*/operationstatuses/*", "action": {"reply": reply}}),
    )
    .await;
    assert_eq!(azure.get(monitor).await.status, 404);
    assert_eq!(azure.get(monitor).await.status, 200);
    azure.stop().await;
}

#[tokio::test]
async fn a_new_object_can_be_slow_to_be_seen_everywhere() {
    let azure = Azure::start().await;
    let path = cluster_path("c1", NEWEST);
    let behaviour = json!({"operation_ms": 0});
    azure.admin(Method::PUT, "behaviour", behaviour).await;
    script(
        &azure,
        json!({"method": "PUT", "action": {"hidden_ms": 60_000}}),
    )
    .await;
    assert_eq!(azure.put(&path, cluster()).await.status, 201);
    let list = path.replace("/c1?", "?");
    assert_eq!(azure.get(&path).await.code(), "ResourceNotFound");
    assert_eq!(azure.get(&list).await.body["value"], json!([]));
    assert_eq!(
        azure.put(&path, cluster()).await.status,
        200,
        "a write finds it"
    );
    azure.elapse().await;
    assert_eq!(azure.get(&path).await.status, 200);
    assert_eq!(azure.get(&list).await.body["value"][0]["name"], "c1");
    azure.stop().await;
}

#[tokio::test]
async fn a_delay_delays() {
    let azure = Azure::start().await;
    script(
        &azure,
        json!({"path": "/subscriptions", "action": {"delay_ms": 200}}),
    )
    .await;
    let began = Instant::now();
    azure.get("/subscriptions?api-version=2022-12-01").await;
    assert!(began.elapsed() >= Duration::from_millis(200));
    azure.stop().await;
}

#[tokio::test]
async fn the_admin_api_is_not_served_under_azures_names() {
    let azure = Azure::start().await;
    let address = azure.public("management.azure.com", "/_simulator/state");
    assert_eq!(azure.get(&address).await.status, 404);
    assert_eq!(azure.get("/_simulator/state").await.status, 200);
    azure.stop().await;
}
