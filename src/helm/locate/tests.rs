use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::TempDir;

use super::super::download::tests::{helm_archive, tag};
use super::super::testing::{FakeRegistry, call, program, sha256, supervisor};
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

#[tokio::test(start_paused = true)]
async fn a_named_program_that_hangs_is_not_waited_for() {
    let directory = directory_with_helm("read word; exit 143");
    let source = HelmSource {
        path: Some(directory.path().join("helm")),
        ..HelmSource::default()
    };
    let error = located(&source, Path::new("")).await.expect_err("it hangs");
    let said = error.to_string();
    assert!(said.ends_with("it does not tell its version"), "{said}");
}

#[tokio::test]
async fn the_error_names_every_place() {
    let nowhere = HelmSource {
        cache_dir: Some("/dev/null/cache".into()),
        ..HelmSource::default()
    };
    let uncached = "cannot create /dev/null/cache: Not a directory (os error 20)";
    let old = directory_with_helm("echo 'Client: v2.17.0+ga690bad'");
    let program = old.path().join("helm");
    let error = located(&nowhere, old.path()).await.expect_err("too old");
    assert_eq!(
        error.to_string(),
        format!(
            "no usable helm program: helm program {} cannot be used: its version is `Client: v2.17.0+ga690bad`, not 3 or 4; {uncached}",
            program.display()
        )
    );
    let empty = tempfile::tempdir().expect("a directory");
    let error = located(&nowhere, empty.path()).await.expect_err("nothing");
    assert_eq!(
        error.to_string(),
        format!("no usable helm program: no helm on PATH; {uncached}")
    );

    let registry = FakeRegistry::start().await;
    let cache = tempfile::tempdir().expect("a directory");
    let named = HelmSource {
        repository: Some(format!("{}/helm", registry.host)),
        cache_dir: Some(cache.path().to_owned()),
        ..HelmSource::default()
    };
    let error = located(&named, old.path()).await.expect_err("not there");
    assert_eq!(
        error.to_string(),
        format!(
            "no usable helm program: {}/helm:helm-v3.20.1 was not found in its registry",
            registry.host
        )
    );
}

/// A registry whose client answers `v3.20.1` and writes what it was asked for beside `$0`'s cache.
struct Bench {
    registry: FakeRegistry,
    cache: TempDir,
    path: TempDir,
    digest: String,
}

impl Bench {
    async fn new() -> Self {
        let registry = FakeRegistry::start().await;
        let archive = helm_archive(b"#!/bin/sh\necho v3.20.1+registry\n");
        let digest = registry.push("helm", &tag(), "application/gzip", &archive);
        Self {
            registry,
            cache: tempfile::tempdir().expect("a directory"),
            path: directory_with_helm("echo v3.20.1+path"),
            digest,
        }
    }

    fn source(&self, digest: Option<&str>) -> HelmSource {
        HelmSource {
            repository: Some(format!("{}/helm", self.registry.host)),
            digest: digest.map(str::to_owned),
            cache_dir: Some(self.cache.path().to_owned()),
            ..HelmSource::default()
        }
    }

    async fn located(&self, source: &HelmSource) -> Result<String, Error> {
        let helm = located(source, self.path.path()).await?;
        Ok(helm.version().build.to_string())
    }

    /// The directory that this source's client was kept in by earlier versions, whose name anybody can work out.
    fn computed(&self, source: &HelmSource) -> PathBuf {
        let repository = source.repository.as_deref().unwrap_or_default();
        let digest = source.digest.as_deref().unwrap_or_default();
        let origin = sha256(format!("{repository}@{digest}").as_bytes());
        let name = format!("{}-{}", tag(), origin.trim_start_matches("sha256:"));
        self.cache.path().join(name)
    }
}

#[tokio::test]
async fn a_helm_of_a_named_origin_is_not_replaced_by_one_on_path() {
    let bench = Bench::new().await;
    for digest in [None, Some(bench.digest.as_str())] {
        let found = bench.located(&bench.source(digest)).await;
        assert_eq!(found.expect("downloaded"), "registry");
    }
    let wrong = sha256(b"something else");
    let error = bench.located(&bench.source(Some(&wrong))).await;
    assert!(matches!(error, Err(Error::Digest { .. })), "{error:?}");
}

#[tokio::test]
async fn what_is_planted_in_the_cache_is_never_run() {
    let bench = Bench::new().await;
    for digest in [None, Some(bench.digest.as_str())] {
        let source = bench.source(digest);
        let planted = bench.computed(&source);
        std::fs::create_dir_all(&planted).expect("made");
        program(&planted.join("helm"), "echo v3.20.1+planted");
        let found = bench.located(&source).await.expect("downloaded");
        assert_eq!(found, "registry");
    }
}

#[tokio::test]
async fn an_empty_file_in_the_cache_is_no_reason_to_fail() {
    let bench = Bench::new().await;
    let source = bench.source(None);
    let torn = bench.computed(&source);
    std::fs::create_dir_all(&torn).expect("made");
    std::fs::write(torn.join("helm"), "").expect("written");
    let found = bench.located(&source).await.expect("downloaded again");
    assert_eq!(found, "registry");
}

#[tokio::test]
async fn a_cache_that_others_may_write_to_is_refused() {
    let bench = Bench::new().await;
    std::fs::set_permissions(bench.cache.path(), Permissions::from_mode(0o777)).expect("ours");
    let error = bench
        .located(&bench.source(None))
        .await
        .expect_err("open to all");
    let said = error.to_string();
    assert!(
        said.contains(&bench.cache.path().display().to_string()),
        "{said}"
    );
    assert!(said.contains("others"), "{said}");
}
