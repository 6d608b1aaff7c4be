//! A token that is not to be stored is stored nowhere.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::ensure;
use world::arm::Arm;
use world::engine::{Engine, Workdir};
use world::leftovers::nothing_is_left;

use super::objects::Objects;
use super::{ADDRESS, ADMINISTRATOR, with_token};
use crate::pool::Lease;

/// With `store_token = false` the token is in the cluster, and in nothing that a run writes: state, plan, logs, output.
pub async fn token_kept_nowhere(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let mut work = Workdir::new(lease.world(), &engine, "token-nowhere")?;
    work.set("TF_LOG_PROVIDER", "trace");
    work.set("TF_LOG_CORE", "trace");
    work.configure(&with_token(
        cluster,
        &format!("{ADMINISTRATOR}\n  store_token = false"),
    ))?;
    work.init().await?;
    let planned = work
        .run(&["plan", "-no-color", "-out=plan.bin"])
        .await?
        .expect_success()?;
    let applied = work
        .run(&["apply", "-no-color", "plan.bin"])
        .await?
        .expect_success()?;
    let refreshed = work.plan().await?;
    refreshed.expect_empty()?;
    let objects = Objects::of(cluster).await?;
    let token = objects.token_in("azure-user-secret").await?;
    ensure!(objects.accept(&token).await?, "the token is not accepted");
    ensure!(
        work.attributes(ADDRESS).await?["token"].is_null(),
        "the token is in the state"
    );
    for run in [&planned, &applied, &refreshed] {
        ensure!(
            !run.text.contains(&token),
            "{} shows the token",
            run.command
        );
    }
    ensure!(
        found_in(work.path(), &token)?.is_empty(),
        "the token is in a file"
    );
    work.destroy().await?.expect_success()?;
    ensure!(
        found_in(work.path(), &token)?.is_empty(),
        "the token is in a file"
    );
    objects.are_gone().await?;
    nothing_is_left(&Arm::login(lease.world()).await?, lease.world(), cluster).await
}

/// The files under a directory that hold a text.
fn found_in(directory: &Path, text: &str) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            found.extend(found_in(&entry.path(), text)?);
        } else if kind.is_file() && holds(&fs::read(entry.path())?, text.as_bytes()) {
            found.push(entry.path().display().to_string());
        }
    }
    Ok(found)
}

fn holds(content: &[u8], text: &[u8]) -> bool {
    content.windows(text.len()).any(|window| window == text)
}
