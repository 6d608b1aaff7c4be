//! Conversations about extensions, over TLS.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::*;
use crate::arm::testing::{Azure, CLUSTER, Reply, Seen, call, cluster_id};

const TAIL: &str = "/providers/Microsoft.KubernetesConfiguration/extensions";

fn path(name: &str) -> String {
    format!("{CLUSTER}{TAIL}/{name}")
}

fn stored(state: &str) -> Value {
    json!({"name": "flux", "properties": {"extensionType": "microsoft.flux", "provisioningState": state}})
}

/// A small service of extensions: everything succeeds at once.
fn script(seen: &Seen, before: usize) -> Option<Reply> {
    let operation = format!("{}/operations/1", path("flux"));
    match (&seen.method, seen.path.as_str()) {
        (&Method::GET, text) if text == operation => {
            Some(Reply::json(200, &json!({"status": "Succeeded"})))
        }
        (&Method::GET, text) if text == format!("{CLUSTER}{TAIL}") => Some(match before {
            0 => Reply::json(
                200,
                &json!({"value": [stored("Succeeded")], "nextLink": format!("http://elsewhere{CLUSTER}{TAIL}?$skiptoken=a%2Bb")}),
            ),
            _ => Reply::json(200, &json!({"value": [stored("Failed")], "nextLink": ""})),
        }),
        (&Method::GET, text) if text == path("flux") => {
            Some(Reply::json(200, &stored("Succeeded")))
        }
        (&Method::PATCH, _) => Some(Reply::json(202, &stored("Updating")).with(
            "azure-asyncoperation",
            format!("http://elsewhere{operation}"),
        )),
        (&Method::DELETE, _) => Some(Reply::error(
            404,
            "ParentResourceNotFound",
            "no such cluster",
        )),
        (&Method::GET, text) if text == path("gone") => {
            Some(Reply::error(404, "ResourceNotFound", "no"))
        }
        _ => None,
    }
}

#[tokio::test]
async fn a_patch_is_followed_to_its_end() {
    let azure = Azure::start(script).await;
    let extensions = azure.client().extensions();
    let mut patch = ExtensionPatch::default();
    patch.properties.version = Some("1.7.0".to_owned());
    let id = cluster_id().cluster_extension("flux");
    let operation = extensions.patch(&call(), &id, &patch).await;
    let extension = operation.expect("accepted").wait(&call()).await;
    let extension = extension.expect("finished");
    let state = extension.properties.provisioning_state;
    assert_eq!(state.as_deref(), Some("Succeeded"));
    let sent = &azure.requests_to(&path("flux"))[0];
    assert_eq!(sent.json(), json!({"properties": {"version": "1.7.0"}}));
    assert_eq!(sent.query, "api-version=2024-11-01");
}

#[tokio::test]
async fn all_pages_are_read_and_only_from_the_resource_manager() {
    let azure = Azure::start(script).await;
    let found = azure
        .client()
        .extensions()
        .list(&call(), &cluster_id())
        .await;
    assert_eq!(found.expect("listed").len(), 2);
    let requests = azure.requests_to(&format!("{CLUSTER}{TAIL}"));
    assert_eq!(requests[1].query, "$skiptoken=a%2Bb");
}

#[tokio::test]
async fn what_is_gone_with_its_cluster_is_gone() {
    let azure = Azure::start(script).await;
    let extensions = azure.client().extensions();
    let gone = cluster_id().cluster_extension("gone");
    let operation = extensions.delete(&call(), &gone, true).await;
    operation
        .expect("accepted")
        .wait(&call())
        .await
        .expect("gone");
    assert_eq!(
        azure.requests_to(&path("gone"))[0].query,
        "api-version=2024-11-01&forceDelete=true"
    );
    assert!(
        extensions
            .get(&call(), &gone)
            .await
            .expect("answered")
            .is_none()
    );
}

#[tokio::test]
async fn what_is_there_after_a_failed_creation_was_made_by_it() {
    let azure = Azure::start(|seen, before| match (&seen.method, &*seen.path) {
        (&Method::PUT, text) if text == path("flux") => {
            Some(Reply::error(429, "TooManyRequests", "later").with("retry-after", "60"))
        }
        (&Method::PUT, text) if text == path("gone") => Some(Reply::error(503, "Busy", "later")),
        _ => script(seen, before),
    })
    .await;
    let extensions = azure.client().extensions();
    // So short that the request is not repeated.
    let call = call().within(Duration::from_millis(300));
    let create = async |name: &str| {
        let id = cluster_id().cluster_extension(name);
        extensions.create(&call, &id, &Extension::default()).await
    };
    let operation = create("flux").await.expect("it was carried out");
    assert!(operation.initial().is_some());
    let error = create("gone").await.expect_err("it was not");
    assert_eq!(error.fault().and_then(|fault| fault.status), Some(503));
}
