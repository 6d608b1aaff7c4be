//! Flux configurations: what is taken, what is refused, and how they come to comply.

use reqwest::Method;
use serde_json::{Value, json};

use super::azure::{Azure, child_path, put_extension};

fn path(name: &str) -> String {
    child_path("fluxConfigurations", name, "2025-04-01")
}

fn configuration() -> Value {
    json!({"properties": {
        "scope": "cluster",
        "namespace": "cluster-config",
        "sourceKind": "GitRepository",
        "gitRepository": {
            "url": "https://github.com/example/fleet",
            "repositoryRef": {"branch": "main"},
        },
        "kustomizations": {
            "infra": {"path": "./infrastructure", "prune": true},
            "apps": {"path": "./apps", "dependsOn": ["infra"]},
        },
    }})
}

/// A configuration with one property replaced, by JSON pointer below `properties`; null removes it.
fn changed(pointer: &str, value: Value) -> Value {
    let mut body = configuration();
    let pointer = format!("/properties{pointer}");
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = body.pointer_mut(parent).and_then(Value::as_object_mut);
    let parent = parent.expect("an object");
    match value {
        Value::Null => parent.remove(name),
        value => parent.insert(name.to_owned(), value),
    };
    body
}

/// A cluster with Flux.
async fn start() -> Azure {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    let flux = json!({"properties": {"extensionType": "microsoft.flux"}});
    put_extension(&azure, "flux", flux).await;
    azure
}

#[tokio::test]
async fn compliance_comes_after_the_operation() {
    let azure = start().await;
    let created = azure.put(&path("fleet"), configuration()).await;
    assert_eq!(created.status, 201, "{created:?}");
    let pending = azure.provisioned(&path("fleet")).await.body;
    assert_eq!(pending["properties"]["complianceState"], "Pending");
    assert_eq!(pending["properties"]["sourceSyncedCommitId"], Value::Null);
    azure.elapse().await;
    let shown = azure.get(&path("fleet")).await.body;
    let properties = &shown["properties"];
    assert_eq!(properties["complianceState"], "Compliant");
    let commit = properties["sourceSyncedCommitId"]
        .as_str()
        .expect("a commit");
    assert!(commit.starts_with("main@sha1:"), "{commit}");
    let kinds: Vec<&Value> = properties["statuses"]
        .as_array()
        .expect("statuses")
        .iter()
        .map(|status| &status["name"])
        .collect();
    assert_eq!(kinds, ["fleet", "fleet-apps", "fleet-infra"]);
    let apps = &properties["kustomizations"]["apps"];
    assert_eq!(
        (
            &apps["name"],
            &apps["wait"],
            &apps["retryIntervalInSeconds"]
        ),
        (&json!("apps"), &json!(true), &Value::Null)
    );
    let reference = &properties["gitRepository"]["repositoryRef"];
    assert_eq!(
        reference.get("commit"),
        Some(&Value::Null),
        "an explicit null"
    );
    azure.stop().await;
}

#[tokio::test]
async fn a_source_that_cannot_be_had_is_told() {
    let azure = start().await;
    let fault = json!({"path": "*/fluxconfigurations/*", "action": {"operation": "non_compliant"}});
    azure.admin(Method::POST, "faults", fault).await;
    azure.put(&path("fleet"), configuration()).await;
    azure.provisioned(&path("fleet")).await;
    azure.elapse().await;
    let shown = azure.get(&path("fleet")).await.body;
    assert_eq!(shown["properties"]["complianceState"], "Non-Compliant");
    let message = shown["properties"]["errorMessage"].as_str().expect("text");
    assert!(message.contains("authentication required"), "{message}");
    azure.stop().await;
}

#[tokio::test]
async fn a_body_that_makes_no_sense_is_refused() {
    let azure = start().await;
    for (body, code) in [
        (changed("/gitRepository", Value::Null), "InvalidParameter"),
        (
            changed("/gitRepository/repositoryRef", Value::Null),
            "InvalidParameter",
        ),
        (
            changed("/gitRepository/repositoryRef", json!({"commit": "abc"})),
            "InvalidParameter",
        ),
        (
            changed("/gitRepository/url", json!("ftp://example")),
            "InvalidParameter",
        ),
        (
            changed("/bucket", json!({"url": "https://s3"})),
            "InvalidParameter",
        ),
        (changed("/sourceKind", json!("Svn")), "InvalidParameter"),
        (
            changed("/namespace", json!("Not_A_Namespace")),
            "InvalidParameter",
        ),
        (
            changed("/kustomizations/Infra", json!({})),
            "InvalidResourceName",
        ),
        (
            changed("/kustomizations/apps/dependsOn", json!(["none"])),
            "InvalidParameter",
        ),
        (
            changed("/kustomizations/infra/dependsOn", json!(["apps"])),
            "InvalidParameter",
        ),
        (
            changed("/complianceState", json!("Compliant")),
            "InvalidParameter",
        ),
        (
            changed("/kustomizations/apps/colour", json!("red")),
            "InvalidRequestContent",
        ),
    ] {
        let refusal = azure.put(&path("fleet"), body.clone()).await;
        assert_eq!((refusal.status, refusal.code()), (400, code), "{body}");
    }
    let named = azure.put(&path("Fleet"), configuration()).await;
    assert_eq!(named.code(), "InvalidResourceName");
    azure.stop().await;
}

#[tokio::test]
async fn nothing_is_configured_without_flux() {
    let azure = Azure::start().await;
    assert_eq!(
        azure.put(&path("fleet"), configuration()).await.code(),
        "ParentResourceNotFound"
    );
    azure.simulated("c1").await;
    let refusal = azure.put(&path("fleet"), configuration()).await;
    assert!(refusal.message().contains("microsoft.flux"), "{refusal:?}");
    azure.stop().await;
}

#[tokio::test]
async fn a_patch_merges_and_null_removes() {
    let azure = start().await;
    azure.put(&path("fleet"), configuration()).await;
    azure.provisioned(&path("fleet")).await;
    let patch = json!({"properties": {
        "suspend": true,
        "gitRepository": {"repositoryRef": {"branch": "dev"}},
        "kustomizations": {"apps": null, "infra": {"force": true}},
    }});
    assert_eq!(azure.patch(&path("fleet"), patch).await.status, 202);
    let shown = azure.provisioned(&path("fleet")).await.body;
    let properties = &shown["properties"];
    assert_eq!(properties["complianceState"], "Suspended");
    assert_eq!(
        properties["gitRepository"]["url"],
        "https://github.com/example/fleet"
    );
    assert_eq!(
        properties["gitRepository"]["repositoryRef"]["branch"],
        "dev"
    );
    assert!(properties["kustomizations"].get("apps").is_none());
    let infra = &properties["kustomizations"]["infra"];
    assert_eq!(
        (&infra["prune"], &infra["force"]),
        (&json!(true), &json!(true))
    );
    let moved = azure
        .put(&path("fleet"), changed("/namespace", json!("other")))
        .await;
    assert_eq!(moved.code(), "PropertyChangeNotAllowed");
    let scope = json!({"properties": {"scope": "cluster"}});
    assert_eq!(
        azure.patch(&path("fleet"), scope).await.code(),
        "InvalidRequestContent"
    );
    azure.stop().await;
}

#[tokio::test]
async fn secrets_are_never_shown() {
    let azure = start().await;
    let mut body = changed("/gitRepository", Value::Null);
    let all = body["properties"].as_object_mut().expect("an object");
    all.insert("sourceKind".to_owned(), json!("Bucket"));
    all.insert(
        "bucket".to_owned(),
        json!({"url": "https://s3.example", "bucketName": "b", "accessKey": "canary"}),
    );
    all.insert(
        "configurationProtectedSettings".to_owned(),
        json!({"bucketSecretKey": "canary"}),
    );
    let created = azure.put(&path("fleet"), body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let shown = azure.provisioned(&path("fleet")).await;
    let state = azure.get("/_simulator/state").await;
    let log = azure.get("/_simulator/requests").await;
    for reply in [&created, &shown, &state, &log] {
        assert!(!reply.body.to_string().contains("canary"), "{reply:?}");
    }
    assert_eq!(shown.body["properties"]["bucket"]["insecure"], true);
    assert!(state.body.to_string().contains("bucketSecretKey"));
    azure.stop().await;
}

#[tokio::test]
async fn a_configuration_goes_at_last() {
    let azure = start().await;
    azure.put(&path("fleet"), configuration()).await;
    azure.provisioned(&path("fleet")).await;
    let list = azure.get(&path("").replace("/?", "?")).await.body;
    assert_eq!(list["value"].as_array().map(Vec::len), Some(1));
    let accepted = azure.delete(&path("fleet")).await;
    assert_eq!(accepted.status, 202);
    azure.elapse().await;
    let ended = azure.get(accepted.header("azure-asyncoperation")).await;
    assert_eq!(ended.body["status"], "Succeeded");
    assert_eq!(azure.get(&path("fleet")).await.status, 404);
    assert_eq!(azure.delete(&path("fleet")).await.status, 204);
    azure.stop().await;
}
