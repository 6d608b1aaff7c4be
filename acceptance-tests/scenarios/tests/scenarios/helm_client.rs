//! Which Helm is run where one was named and another is at hand.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::ensure;
use sha2::{Digest, Sha256};
use world::engine::Engine;
use world::files::{make_directory, write_private};

use crate::common::{Configuration, Fixture, REMEDY, Suite, says};

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add("helm_client::the_pinned_one_is_run", 1, engine, pinned);
}

/// A digest is pinned, and two other programs lie in wait: first on the `PATH`, and under a name in the cache that anybody
/// can work out. Neither is run. With the digest of something else nothing is.
async fn pinned(mut test: Fixture) -> anyhow::Result<()> {
    let digest = test.world().helm_digest.clone();
    let directory = test.work.path().to_owned();
    let (cache, calls) = (directory.join("cache"), directory.join("calls"));
    let real = test.world().bin().join("helm");
    let origin = Sha256::digest(format!("mcr.microsoft.com/azurearck8s/helm@{digest}"));
    let computed = cache.join(format!("helm-v3.20.1-linux-amd64-{origin:x}"));
    for place in [&directory.join("bin"), &computed] {
        plant(place, &calls, &real)?;
    }
    let path = test.work.variable("PATH").to_owned();
    let first = directory.join("bin");
    test.work
        .set("PATH", &format!("{}:{path}", first.display()));

    let pinned = |digest: &str| Configuration {
        provider: format!(
            r#"helm = {{ digest = "{digest}", cache_dir = "{}" }}"#,
            cache.display()
        ),
        ..Configuration::of(test.cluster())
    };
    let wrong = format!("sha256:{}", "1".repeat(64));
    let error = test.refused(&pinned(&wrong)).await?;
    says(&error.detail, &[&wrong, &digest, REMEDY])?;
    test.init(&pinned(&digest).render()).await?;
    let log = test.work.next_log("apply");
    test.work.apply().await?.expect_success()?;
    says(&std::fs::read_to_string(log)?, &["this Helm is used"])?;
    test.destroy().await?;
    ensure!(
        !calls.exists(),
        "a planted Helm was run: {}",
        std::fs::read_to_string(calls)?
    );
    Ok(())
}

/// A Helm that works, and tells on itself.
fn plant(directory: &Path, calls: &Path, real: &Path) -> anyhow::Result<()> {
    make_directory(directory)?;
    let program = directory.join("helm");
    let (calls, real) = (calls.display(), real.display());
    let script = format!("#!/bin/sh\necho \"$0 $*\" >> {calls}\nexec {real} \"$@\"\n");
    write_private(&program, script)?;
    std::fs::set_permissions(&program, Permissions::from_mode(0o755))?;
    Ok(())
}
