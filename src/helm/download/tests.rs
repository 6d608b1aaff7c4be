use std::path::Path;

use serde_json::json;
use tar::EntryType;

use super::super::archive::tests::archive;
use super::super::testing::{FakeRegistry, call, sha256};
use super::*;

/// The tag of this platform's client.
pub(in crate::helm) fn tag() -> String {
    format!("helm-{VERSION}-{OS}-{ARCH}")
}

/// A client as its registry has it.
pub(in crate::helm) fn helm_archive(script: &[u8]) -> Vec<u8> {
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

async fn downloaded(source: &HelmSource) -> Result<Unpacked, Error> {
    helm(&call(), source, &Registry::plain()).await
}

fn content(unpacked: Result<Unpacked, Error>) -> Vec<u8> {
    fs::read(unpacked.expect("downloaded").program).expect("it is there")
}

fn mode(path: &Path) -> u32 {
    let metadata = path.metadata().expect("it is there");
    metadata.permissions().mode() & 0o777
}

/// The only file of the cache whose name begins so.
fn kept(cache: &Path, prefix: &str) -> PathBuf {
    let files = cache.read_dir().expect("it is there");
    let mut found = files.map(|entry| entry.expect("it is there").path());
    let has_prefix = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(prefix))
    };
    found.find(has_prefix).expect(prefix)
}

#[tokio::test]
async fn a_client_is_downloaded_once_and_complete() {
    let registry = FakeRegistry::start().await;
    let cache = tempfile::tempdir().expect("a directory");
    let tag = tag();
    registry.push(
        "helm",
        &tag,
        "application/gzip",
        &helm_archive(b"#!/bin/sh\n"),
    );
    let place = cache.path().join("new/cache");
    let source = source(&registry, &place, None);
    let (one, other) = tokio::join!(downloaded(&source), downloaded(&source));
    assert_eq!(content(other), b"#!/bin/sh\n");
    let one = one.expect("downloaded");
    assert!(one.program.starts_with(one.home.path()), "{one:?}");
    let modes = [one.program.as_path(), one.home.path(), &place].map(mode);
    assert_eq!(modes, [0o700; 3], "no part of it is for others");
    let home = one.home.path().to_owned();
    drop(one);
    assert!(!home.exists(), "the copy goes with its last user");

    let requests = registry.requests();
    assert_eq!(content(downloaded(&source).await), b"#!/bin/sh\n");
    assert_eq!(registry.requests(), requests);
    let left = place.read_dir().expect("it is there").count();
    assert_eq!(left, 4, "manifest, archive, note and lock");
}

#[tokio::test]
async fn an_index_is_searched_by_platform_and_by_title() {
    let archive = helm_archive(b"ours");
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
        let wanted = registry.push("helm", "wanted", "application/gzip", &archive);
        let foreign = json!({"platform": {"os": "plan9", "architecture": "mips"}});
        let index = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [member(other, &foreign), member(wanted, &ours)],
        });
        let digest = registry.push_manifest("helm", &format!("helm-{VERSION}"), &index);
        let source = source(&registry, cache.path(), Some(digest));
        assert_eq!(content(downloaded(&source).await), b"ours");
        let requests = registry.requests();
        assert_eq!(content(downloaded(&source).await), b"ours");
        assert_eq!(registry.requests(), requests, "the index was kept too");
    }
}

#[tokio::test]
async fn another_client_than_the_pinned_one_is_not_kept() {
    let registry = FakeRegistry::start().await;
    let cache = tempfile::tempdir().expect("a directory");
    let tag = tag();
    registry.push("helm", &tag, "application/gzip", &helm_archive(b"changed"));
    let pinned = sha256(&helm_archive(b"as it was"));
    let error = downloaded(&source(&registry, cache.path(), Some(pinned.clone())))
        .await
        .expect_err("changed");
    assert!(
        matches!(&error, Error::Digest { expected, .. } if *expected == pinned),
        "{error}"
    );
    let left = cache.path().read_dir().expect("it is there").count();
    assert_eq!(left, 1, "nothing but the lock");
}

#[tokio::test]
async fn a_torn_file_is_downloaded_again() {
    let registry = FakeRegistry::start().await;
    let cache = tempfile::tempdir().expect("a directory");
    let archive = helm_archive(b"whole");
    registry.push("helm", &tag(), "application/gzip", &archive);
    let source = source(&registry, cache.path(), None);
    downloaded(&source).await.expect("downloaded");
    let kept = cache.path().join(sha256(&archive).replace(':', "-"));
    for torn in [&b""[..], &archive[..archive.len() / 2]] {
        fs::write(&kept, torn).expect("ours");
        assert_eq!(content(downloaded(&source).await), b"whole");
        assert_eq!(fs::read(&kept).expect("it is there"), archive);
    }
}

#[tokio::test]
async fn without_a_pin_the_first_client_of_a_version_is_the_only_one() {
    let registry = FakeRegistry::start().await;
    let cache = tempfile::tempdir().expect("a directory");
    let push =
        |script: &[u8]| registry.push("helm", &tag(), "application/gzip", &helm_archive(script));
    let first = push(b"first");
    let unpinned = source(&registry, cache.path(), None);
    downloaded(&unpinned).await.expect("downloaded");
    let found = push(b"second");
    assert_eq!(content(downloaded(&unpinned).await), b"first", "it is kept");

    fs::remove_file(cache.path().join(first.replace(':', "-"))).expect("it was kept");
    let error = downloaded(&unpinned).await.expect_err("changed");
    let said = error.to_string();
    let note = kept(cache.path(), "helm-").display().to_string();
    for part in [&first, &found, &note] {
        assert!(said.contains(part), "{said}");
    }
    let pinned = source(&registry, cache.path(), Some(found));
    assert_eq!(content(downloaded(&pinned).await), b"second");
}

#[tokio::test]
async fn the_pin_counts_also_for_what_is_kept() {
    let registry = FakeRegistry::start().await;
    let cache = tempfile::tempdir().expect("a directory");
    let digest = registry.push("helm", &tag(), "application/gzip", &helm_archive(b"pinned"));
    let pinned = source(&registry, cache.path(), Some(digest));
    downloaded(&pinned).await.expect("downloaded");

    // Another client, whole and with its note, as if it had been kept under this pin.
    let evil = FakeRegistry::start().await;
    evil.push(
        "helm",
        &tag(),
        "application/gzip",
        &helm_archive(b"planted"),
    );
    let other = tempfile::tempdir().expect("a directory");
    downloaded(&source(&evil, other.path(), None))
        .await
        .expect("downloaded");
    for planted in other.path().read_dir().expect("it is there") {
        let planted = planted.expect("it is there");
        let name = planted.file_name();
        let note = name
            .to_string_lossy()
            .starts_with("helm-")
            .then(|| kept(cache.path(), "helm-"));
        fs::copy(planted.path(), note.unwrap_or(cache.path().join(name))).expect("ours");
    }
    assert_eq!(content(downloaded(&pinned).await), b"pinned");
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
