//! Subscriptions, resource providers and resource groups.

use reqwest::Method;
use serde_json::{Value, json};

use super::azure::{Azure, FRESH_SUBSCRIPTION, NEWEST, SUBSCRIPTION, cluster, cluster_path};

const VERSION: &str = "api-version=2024-11-01";

fn group(name: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/{name}?{VERSION}")
}

#[tokio::test]
async fn a_subscription_must_exist_and_be_a_guid() {
    let azure = Azure::start().await;
    let of = |id: &str| format!("/subscriptions/{id}?api-version=2022-12-01");
    assert_eq!(azure.get(&of(SUBSCRIPTION)).await.body["state"], "Enabled");
    let unknown = azure.get(&of("11111111-2222-3333-4444-666666666666")).await;
    assert_eq!(
        (unknown.status, unknown.code()),
        (404, "SubscriptionNotFound")
    );
    let malformed = azure.get(&of("training")).await;
    assert_eq!(
        (malformed.status, malformed.code()),
        (400, "InvalidSubscriptionId")
    );
    azure.stop().await;
}

#[tokio::test]
async fn an_api_version_is_needed_and_checked() {
    let azure = Azure::start().await;
    for (query, code) in [
        ("", "MissingApiVersionParameter"),
        ("?api-version=1999-01-01", "InvalidApiVersionParameter"),
    ] {
        let refusal = azure.get(&format!("/subscriptions{query}")).await;
        assert_eq!((refusal.status, refusal.code()), (400, code));
    }
    azure.stop().await;
}

#[tokio::test]
async fn a_provider_registers_in_its_own_time() {
    let azure = Azure::start().await;
    let namespace =
        format!("/subscriptions/{FRESH_SUBSCRIPTION}/providers/Microsoft.ExtendedLocation");
    let provider = format!("{namespace}?{VERSION}");
    assert_eq!(
        azure.get(&provider).await.body["registrationState"],
        "NotRegistered"
    );
    let register = azure
        .send(
            Method::POST,
            &format!("{namespace}/register?{VERSION}"),
            None,
        )
        .await;
    assert_eq!(register.body["registrationState"], "Registering");
    azure.elapse().await;
    assert_eq!(
        azure.get(&provider).await.body["registrationState"],
        "Registered"
    );
    azure.stop().await;
}

#[tokio::test]
async fn a_group_lives_and_dies_with_what_is_in_it() {
    let azure = Azure::start().await;
    let path = group("Fresh");
    assert_eq!(azure.send(Method::HEAD, &path, None).await.status, 404);
    let created = azure.put(&path, json!({"location": "Korea Central"})).await;
    assert_eq!(
        (created.status, &created.body["location"]),
        (201, &json!("koreacentral"))
    );
    assert_eq!(
        azure.send(Method::HEAD, &group("FRESH"), None).await.status,
        204
    );
    assert_eq!(azure.get(&group("fresh")).await.body["name"], "Fresh");

    let inside = cluster_path("c1", NEWEST).replace("/rg/", "/fresh/");
    assert_eq!(azure.put(&inside, cluster()).await.status, 201);
    let listed = azure.get(&path.replace('?', "/resources?")).await;
    assert_eq!(listed.body["value"][0]["name"], "c1");

    let deletion = azure.delete(&path).await;
    assert_eq!(deletion.status, 202);
    let late = azure.put(&inside, cluster()).await;
    assert_eq!(
        (late.status, late.code()),
        (409, "ResourceGroupBeingDeleted")
    );
    assert_eq!(azure.get(deletion.header("location")).await.status, 202);
    azure.elapse().await;
    assert_eq!(azure.get(deletion.header("location")).await.status, 200);
    let gone = azure.get(&inside).await;
    assert_eq!((gone.status, gone.code()), (404, "ResourceGroupNotFound"));
    azure.stop().await;
}

#[tokio::test]
async fn a_group_is_refused_without_a_good_location_or_name() {
    let azure = Azure::start().await;
    for (name, body, code) in [
        ("x", json!({}), "LocationRequired"),
        (
            "x",
            json!({"location": "moon"}),
            "LocationNotAvailableForResourceGroup",
        ),
        (
            "x",
            json!({"location": "eastus", "colour": "red"}),
            "InvalidRequestContent",
        ),
        (
            "x.",
            json!({"location": "eastus"}),
            "InvalidResourceGroupName",
        ),
        (
            "rg",
            json!({"location": "eastus"}),
            "InvalidResourceGroupLocation",
        ),
    ] {
        assert_eq!(azure.put(&group(name), body).await.code(), code);
    }
    azure.stop().await;
}

#[tokio::test]
async fn an_address_that_azure_does_not_have_is_marked_in_the_log() {
    let azure = Azure::start().await;
    let stray = azure
        .get(&format!("/subscriptions/{SUBSCRIPTION}/nonsense?{VERSION}"))
        .await;
    assert_eq!((stray.status, stray.code()), (404, "InvalidResourceType"));
    let log = azure.get("/_simulator/requests").await.body;
    let marked = |line: &&Value| line["unexpected"] == true;
    let marked: Vec<&Value> = log
        .as_array()
        .expect("lines")
        .iter()
        .filter(marked)
        .collect();
    assert_eq!(marked.len(), 1);
    assert_eq!(marked[0]["request_id"], stray.header("x-ms-request-id"));
    azure.stop().await;
}
