use tempfile::TempDir;

use super::super::testing::{FakeRegistry, call, program, supervisor};
use super::*;

async fn located(source: &HelmSource, path: &Path) -> Result<Helm, Error> {
    Search {
        source,
        path: path.into(),
        supervisor: supervisor(),
        registry: Registry::plain(),
    }
    .run(&call())
    .await
}

fn directory_with_helm(script: &str) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    program(&directory.path().join("helm"), script);
    directory
}

#[tokio::test]
async fn helm_3_and_4_on_path_are_used() {
    for (printed, expected) in [("v3.20.1+ga2369ca", "3.20.1"), ("v4.0.0", "4.0.0")] {
        let directory = directory_with_helm(&format!("echo {printed}"));
        let helm = located(&HelmSource::default(), directory.path())
            .await
            .expect("it works");
        assert_eq!(helm.program(), directory.path().join("helm"));
        assert!(helm.version().to_string().starts_with(expected));
    }
}

#[tokio::test]
async fn a_named_program_is_not_replaced() {
    let directory = directory_with_helm("echo v3.20.1");
    let source = HelmSource {
        path: Some("/no/such/helm".into()),
        ..HelmSource::default()
    };
    let error = located(&source, directory.path())
        .await
        .expect_err("missing");
    assert!(error.to_string().contains("/no/such/helm"), "{error}");
}

#[tokio::test]
async fn the_error_names_every_place() {
    let registry = FakeRegistry::start().await;
    let cache = tempfile::tempdir().expect("a directory");
    let source = HelmSource {
        repository: Some(format!("{}/helm", registry.host)),
        cache_dir: Some(cache.path().to_owned()),
        ..HelmSource::default()
    };
    let missing = format!(
        "{}/helm:helm-v3.20.1 was not found in its registry",
        registry.host
    );

    let old = directory_with_helm("echo 'Client: v2.17.0+ga690bad'");
    let program = old.path().join("helm");
    let error = located(&source, old.path()).await.expect_err("too old");
    assert_eq!(
        error.to_string(),
        format!(
            "no usable helm program: helm program {} cannot be used: its version is `Client: v2.17.0+ga690bad`, not 3 or 4; {missing}",
            program.display()
        )
    );

    let empty = tempfile::tempdir().expect("a directory");
    let error = located(&source, empty.path()).await.expect_err("nothing");
    assert_eq!(
        error.to_string(),
        format!("no usable helm program: no helm on PATH; {missing}")
    );
}
