use serde_json::json;
use tar::EntryType;

use super::super::archive::tests::archive;
use super::super::testing::{FakeRegistry, call, sha256};
use super::*;

fn helm_archive(script: &[u8]) -> Vec<u8> {
    let directory = format!("{OS}-{ARCH}");
    archive(&[
        (
            &format!("{directory}/LICENSE"),
            EntryType::Regular,
            b"Apache-2.0",
        ),
        (&format!("{directory}/helm"), EntryType::Regular, script),
    ])
}

fn source(registry: &FakeRegistry, cache: &Path, digest: Option<String>) -> HelmSource {
    HelmSource {
        path: None,
        repository: Some(format!("{}/helm", registry.host)),
        digest,
        cache_dir: Some(cache.to_owned()),
    }
}

async fn downloaded(source: &HelmSource) -> Result<PathBuf, Error> {
    helm(&call(), source, &Registry::plain()).await
}

#[tokio::test]
async fn a_client_is_downloaded_once_and_complete() {
    let registry = FakeRegistry::start().await;
    let cache = tempfile::tempdir().expect("a directory");
    let tag = format!("helm-{VERSION}-{OS}-{ARCH}");
    registry.push(
        "helm",
        &tag,
        "application/gzip",
        &helm_archive(b"#!/bin/sh\n"),
    );
    let source = source(&registry, cache.path(), None);
    let (one, other) = tokio::join!(downloaded(&source), downloaded(&source));
    let program = one.expect("downloaded");
    assert_eq!(program, other.expect("downloaded"));
    assert_eq!(fs::read(&program).expect("it is there"), b"#!/bin/sh\n");
    let mode = program
        .metadata()
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o755);

    let requests = registry.requests();
    assert_eq!(downloaded(&source).await.expect("cached"), program);
    assert_eq!(registry.requests(), requests);
    let left = cache.path().read_dir().expect("it is there").count();
    assert_eq!(left, 1, "nothing but the client stays");
}

#[tokio::test]
async fn an_index_is_searched_by_platform_and_by_title() {
    let content = helm_archive(b"ours");
    let title = "org.opencontainers.image.title";
    for ours in [
        json!({"platform": {"os": OS, "architecture": ARCH}}),
        json!({"annotations": {title: format!("helm-{VERSION}-{OS}-{ARCH}.tar.gz")}}),
    ] {
        let registry = FakeRegistry::start().await;
        let cache = tempfile::tempdir().expect("a directory");
        let media_type = "application/vnd.oci.image.manifest.v1+json";
        let member = |digest: String, rest: &serde_json::Value| {
            let mut member = json!({"mediaType": media_type, "digest": digest, "size": 1});
            let rest = rest.as_object().expect("an object").clone();
            member.as_object_mut().expect("an object").extend(rest);
            member
        };
        let other = registry.push("helm", "other", "application/gzip", b"other");
        let wanted = registry.push("helm", "wanted", "application/gzip", &content);
        let foreign = json!({"platform": {"os": "plan9", "architecture": "mips"}});
        let index = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [member(other, &foreign), member(wanted, &ours)],
        });
        let digest = registry.push_manifest("helm", &format!("helm-{VERSION}"), &index);
        let program = downloaded(&source(&registry, cache.path(), Some(digest))).await;
        assert_eq!(
            fs::read(program.expect("downloaded")).expect("it is there"),
            b"ours"
        );
    }
}

#[tokio::test]
async fn another_client_than_the_pinned_one_is_not_kept() {
    let registry = FakeRegistry::start().await;
    let cache = tempfile::tempdir().expect("a directory");
    let tag = format!("helm-{VERSION}-{OS}-{ARCH}");
    registry.push("helm", &tag, "application/gzip", &helm_archive(b"changed"));
    let pinned = sha256(&helm_archive(b"as it was"));
    let error = downloaded(&source(&registry, cache.path(), Some(pinned.clone())))
        .await
        .expect_err("changed");
    assert!(
        matches!(&error, Error::Digest { expected, .. } if *expected == pinned),
        "{error}"
    );
    assert_eq!(cache.path().read_dir().expect("it is there").count(), 0);
}

#[test]
fn the_cache_is_where_xdg_says() {
    let user = |xdg: Option<&'static str>, home: Option<&'static str>| {
        user_cache(move |name| {
            let value = if name == "HOME" { home } else { xdg };
            value.map(PathBuf::from)
        })
    };
    assert_eq!(user(Some("/x"), Some("/h")), Some("/x".into()));
    assert_eq!(user(Some("relative"), Some("/h")), Some("/h/.cache".into()));
    assert_eq!(user(None, None), None);
}
