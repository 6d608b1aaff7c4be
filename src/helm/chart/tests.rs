use tar::EntryType;

use super::super::archive::tests::archive;
use super::super::testing::{FakeRegistry, call, sha256};
use super::*;

const REPOSITORY: &str = "azurearck8s/batch1/stable/v2/azure-arc-k8sagents";
const CHART_YAML: &[u8] = b"apiVersion: v2\nname: azure-arc-k8sagents\nversion: 1.33.0\n";

fn chart_archive() -> Vec<u8> {
    archive(&[
        (
            "azure-arc-k8sagents/Chart.yaml",
            EntryType::Regular,
            CHART_YAML,
        ),
        ("azure-arc-k8sagents/values.yaml", EntryType::Regular, b"{}"),
    ])
}

fn reference(registry: &FakeRegistry, version: &str, digest: Option<&str>) -> ChartSource {
    ChartSource::Reference {
        repository: format!("oci://{}/{REPOSITORY}", registry.host),
        version: version.to_owned(),
        digest: digest.map(str::to_owned),
    }
}

async fn pulled(source: &ChartSource, workspace: &Workspace) -> Result<Chart, Error> {
    pull_from(&call(), &Registry::plain(), source, workspace).await
}

#[test]
fn a_repository_path_is_read_as_the_azure_cli_reads_it() {
    for (path, repository, version) in [
        (
            "mcr.microsoft.com/azurearck8s/batch1/stable/azure-arc-k8sagents:1.33.0",
            "mcr.microsoft.com/azurearck8s/batch1/stable/v2/azure-arc-k8sagents",
            "1.33.0",
        ),
        (
            "127.0.0.1:5000/azure-arc-k8sagents:1.14.0",
            "127.0.0.1:5000/v2/azure-arc-k8sagents",
            "1.14.0",
        ),
        (
            "mcr.microsoft.com/batch1/preview/azure-arc-k8sagents:1.1.59-preview",
            "mcr.microsoft.com/batch1/preview/v2/azure-arc-k8sagents",
            "1.1.59-preview",
        ),
    ] {
        let reference = ChartReference::from_repository_path(path).expect(path);
        assert_eq!(
            (reference.repository.as_str(), reference.version.as_str()),
            (repository, version)
        );
    }
}

#[test]
fn what_is_not_a_repository_path_is_refused() {
    for path in [
        "",
        "chart:1.33.0",
        "mcr.microsoft.com/chart",
        "h/:1.33.0",
        "h/c:latest",
        "/c:1.33.0",
    ] {
        let error = ChartReference::from_repository_path(path).expect_err(path);
        assert!(
            matches!(error, Error::BadReference { .. }),
            "{path}: {error}"
        );
    }
    let error = ChartReference::from_repository_path("h/c:1.13.9").expect_err("too old");
    assert!(matches!(error, Error::AgentTooOld { .. }), "{error}");
}

#[tokio::test]
async fn a_chart_is_pulled_and_unpacked() {
    let registry = FakeRegistry::start().await;
    let digest = registry.push(REPOSITORY, "1.33.0", CHART_LAYER, &chart_archive());
    let workspace = Workspace::new().expect("a directory");
    let pinned = sha256(&chart_archive());
    for pin in [None, Some(digest.as_str()), Some(pinned.as_str())] {
        let chart = pulled(&reference(&registry, "1.33.0", pin), &workspace)
            .await
            .expect("it is there");
        assert_eq!(chart.version, "1.33.0");
        assert_eq!(chart.digest.as_ref(), Some(&digest));
        assert!(chart.path.starts_with(workspace.path()));
        assert!(chart.path.ends_with("azure-arc-k8sagents"));
        assert!(chart.path.join("values.yaml").is_file());
    }
}

#[tokio::test]
async fn another_digest_than_the_pinned_one_is_an_error_that_shows_both() {
    let registry = FakeRegistry::start().await;
    let digest = registry.push(REPOSITORY, "1.33.0", CHART_LAYER, &chart_archive());
    let workspace = Workspace::new().expect("a directory");
    let pinned = sha256(b"what it was yesterday");
    let source = reference(&registry, "1.33.0", Some(&pinned));
    let error = pulled(&source, &workspace).await.expect_err("changed");
    let said = error.to_string();
    assert!(said.contains(&pinned) && said.contains(&digest), "{said}");
}

#[tokio::test]
async fn content_that_is_not_the_manifests_is_an_error() {
    let registry = FakeRegistry::start().await;
    registry.push(REPOSITORY, "1.33.0", CHART_LAYER, &chart_archive());
    registry.corrupt(REPOSITORY, &sha256(&chart_archive()));
    let workspace = Workspace::new().expect("a directory");
    let error = pulled(&reference(&registry, "1.33.0", None), &workspace)
        .await
        .expect_err("other bytes");
    assert!(matches!(error, Error::Digest { .. }), "{error}");
}

#[tokio::test]
async fn a_missing_version_is_named_and_asked_for_once() {
    let registry = FakeRegistry::start().await;
    let workspace = Workspace::new().expect("a directory");
    let error = pulled(&reference(&registry, "1.99.0", None), &workspace)
        .await
        .expect_err("not there");
    assert_eq!(
        error.to_string(),
        format!(
            "{}/{REPOSITORY}:1.99.0 was not found in its registry",
            registry.host
        )
    );
    assert_eq!(registry.requests(), 1);
}

#[tokio::test]
async fn an_overloaded_registry_is_asked_again() {
    let registry = FakeRegistry::start().await;
    registry.push(REPOSITORY, "1.33.0_1", CHART_LAYER, &chart_archive());
    registry.break_down(4);
    let workspace = Workspace::new().expect("a directory");
    pulled(&reference(&registry, "1.33.0+1", None), &workspace)
        .await
        .expect("the fifth try succeeds");

    registry.break_down(5);
    let error = pulled(&reference(&registry, "1.33.0+1", None), &workspace)
        .await
        .expect_err("there is no sixth try");
    assert!(matches!(error, Error::Registry { .. }), "{error}");
    assert_eq!(registry.requests(), 10);
}

#[tokio::test]
async fn a_local_chart_is_a_directory_or_an_archive() {
    let workspace = Workspace::new().expect("a directory");
    let local = tempfile::tempdir().expect("a directory");
    let file = local.path().join("chart.tgz");
    std::fs::write(&file, chart_archive()).expect("written");
    let unpacked = pulled(&ChartSource::Path(file), &workspace)
        .await
        .expect("an archive");
    let in_place = pulled(&ChartSource::Path(unpacked.path.clone()), &workspace).await;
    assert_eq!(in_place.expect("a directory"), unpacked);
    assert_eq!(
        (unpacked.version.as_str(), unpacked.digest),
        ("1.33.0", None)
    );

    let error = pulled(&ChartSource::Path(local.path().to_owned()), &workspace).await;
    assert!(matches!(error, Err(Error::BadChart { .. })), "{error:?}");
}

#[tokio::test]
async fn of_a_blob_no_more_is_taken_than_its_manifest_says() {
    let registry = FakeRegistry::start().await;
    registry.push(REPOSITORY, "1.33.0", CHART_LAYER, b"x");
    registry.never_end(REPOSITORY, &sha256(b"x"));
    let workspace = Workspace::new().expect("a directory");
    let error = pulled(&reference(&registry, "1.33.0", None), &workspace)
        .await
        .expect_err("it has no end");
    assert!(
        error
            .to_string()
            .ends_with("it is larger than the 1 bytes that its manifest names"),
        "{error}"
    );
    // What lies in buffers between the two is all that was sent for nothing.
    assert!(registry.sent() < 32 << 20, "{} bytes", registry.sent());
}

#[tokio::test]
async fn a_file_that_helm_would_not_load_is_not_read() {
    let workspace = Workspace::new().expect("a directory");
    let chart = tempfile::tempdir().expect("a directory");
    let metadata = chart.path().join("Chart.yaml");
    let padded = |size: usize| {
        let mut text = CHART_YAML.to_vec();
        text.resize(size, b'\n');
        std::fs::write(&metadata, text).expect("written");
        ChartSource::Path(chart.path().to_owned())
    };
    let largest = 5 << 20;
    let read = pulled(&padded(largest), &workspace).await;
    assert_eq!(read.expect("still small enough").version, "1.33.0");
    let error = pulled(&padded(largest + 1), &workspace).await;
    let said = error.expect_err("too large").to_string();
    assert!(said.contains("more than 5120 KiB"), "{said}");
}
