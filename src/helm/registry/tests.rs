use serde_json::{Value, json};

use super::super::testing::{FakeRegistry, call, sha256};
use super::*;

const LAYER: &str = "application/x";

/// Pulls `a/b:1` from the registry, and tells what came.
async fn pulled(registry: &FakeRegistry) -> Result<Artifact, Error> {
    let directory = tempfile::tempdir().expect("a directory");
    let wanted = Wanted {
        repository: format!("{}/a/b", registry.host),
        tag: "1".to_owned(),
        digest: None,
        member: |platform, _| platform == "linux/amd64",
        media_type: LAYER,
    };
    Registry::plain()
        .pull(&call(), &wanted, directory.path())
        .await
}

/// A manifest with one layer, to which more can be said.
fn manifest(layer: &[u8], more: &Value) -> Value {
    let mut described = json!({"mediaType": LAYER, "digest": sha256(layer), "size": layer.len()});
    let more = more.as_object().expect("an object").clone();
    described.as_object_mut().expect("an object").extend(more);
    json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": [described]})
}

#[tokio::test]
async fn a_size_that_cannot_be_is_refused_before_anything_is_taken() {
    for size in [json!(-1), json!(300 << 20), json!("1"), json!(1e30)] {
        let registry = FakeRegistry::start().await;
        registry.push("a/b", "1", LAYER, b"x");
        registry.never_end("a/b", &sha256(b"x"));
        registry.push_manifest("a/b", "1", &manifest(b"x", &json!({ "size": size })));
        let error = pulled(&registry).await.expect_err("no such size");
        assert!(matches!(error, Error::Archive { .. }), "{size}: {error}");
        assert_eq!(registry.sent(), 0, "{size}");
    }
}

#[tokio::test]
async fn a_manifest_without_end_is_given_up() {
    let registry = FakeRegistry::start().await;
    registry.never_end_at("/v2/a/b/manifests/1");
    let error = pulled(&registry).await.expect_err("it has no end");
    assert!(error.to_string().contains("4194304 bytes"), "{error}");
    assert!(registry.sent() < 32 << 20, "{} bytes", registry.sent());
}

#[tokio::test]
async fn content_of_other_servers_is_not_fetched() {
    let registry = FakeRegistry::start().await;
    registry.push("elsewhere", "1", LAYER, b"x");
    let url = format!(
        "http://{}/v2/elsewhere/blobs/{}",
        registry.host,
        sha256(b"x")
    );
    registry.push_manifest("a/b", "1", &manifest(b"x", &json!({ "urls": [url] })));
    let error = pulled(&registry).await.expect_err("it is not there");
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
}

#[tokio::test]
async fn a_refusal_says_what_the_registry_said() {
    let registry = FakeRegistry::start().await;
    registry.refuse(403, "{\"errors\":\n[\u{7}{\"code\":\"DENIED\"}]}");
    let error = pulled(&registry).await.expect_err("refused");
    assert_eq!(
        error.to_string(),
        format!(
            r#"the registry refused to give {}/a/b:1: 127.0.0.1 answered with HTTP 403: {{"errors": [{{"code":"DENIED"}}]}}"#,
            registry.host
        )
    );
}
