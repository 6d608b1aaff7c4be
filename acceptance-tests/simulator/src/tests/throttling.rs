//! Token buckets of Resource Manager.

use reqwest::Method;
use serde_json::json;

use super::azure::{Azure, NEWEST, cluster, cluster_path};

const SUBSCRIPTIONS: &str = "/subscriptions?api-version=2022-12-01";

#[tokio::test]
async fn buckets_have_the_sizes_of_azure() {
    let azure = Azure::start().await;
    let path = cluster_path("c1", NEWEST);
    let remaining = "x-ms-ratelimit-remaining-subscription-";
    let created = azure.put(&path, cluster()).await;
    assert_eq!(created.header(&format!("{remaining}writes")), "199");
    let read = azure.get(&path).await;
    assert_eq!(read.header(&format!("{remaining}reads")), "249");
    let deleted = azure.delete(&path).await;
    assert_eq!(deleted.header(&format!("{remaining}deletes")), "199");
    let tenant = azure.get(SUBSCRIPTIONS).await;
    assert_eq!(
        tenant.header("x-ms-ratelimit-remaining-tenant-reads"),
        "249"
    );
    azure.stop().await;
}

#[tokio::test]
async fn an_empty_bucket_refuses_until_it_has_filled_a_little() {
    let azure = Azure::start().await;
    let path = cluster_path("c1", NEWEST);
    // A bucket that does not fill by itself while the test runs.
    let slow = json!({"size": 2, "per_second": 0});
    let behaviour = json!({"throttling": {"reads": slow}});
    azure.admin(Method::PUT, "behaviour", behaviour).await;
    for _ in 0..2 {
        assert_eq!(azure.get(&path).await.status, 404);
    }
    let refusal = azure.get(&path).await;
    assert_eq!(
        (refusal.status, refusal.code()),
        (429, "SubscriptionRequestsThrottled")
    );
    assert_eq!(refusal.header("retry-after"), "1");
    assert_eq!(
        azure.put(&path, cluster()).await.status,
        201,
        "writes have a bucket of their own"
    );
    let behaviour = json!({"throttling": {"reads": {"size": 2, "per_second": 1}}});
    azure.admin(Method::PUT, "behaviour", behaviour).await;
    azure.elapse().await;
    assert_eq!(azure.get(&path).await.status, 200);
    azure.stop().await;
}
