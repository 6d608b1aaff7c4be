//! A token that is not to be stored is stored nowhere.

use std::fs;
use std::path::Path;

use anyhow::ensure;

use super::objects::Objects;
use super::{ADDRESS, ADMINISTRATOR, with_token};
use crate::common::Fixture;

/// With `store_token = false` the token is in the cluster, and in nothing that a run writes: state, plan, logs, output.
pub async fn token_kept_nowhere(mut test: Fixture) -> anyhow::Result<()> {
    let cluster = &test.cluster().clone();
    test.work.set("TF_LOG_PROVIDER", "trace");
    test.work.set("TF_LOG_CORE", "trace");
    test.init(&with_token(
        cluster,
        &format!("{ADMINISTRATOR}\n  store_token = false"),
    ))
    .await?;
    let planned = test
        .work
        .run(&["plan", "-no-color", "-out=plan.bin"])
        .await?
        .expect_success()?;
    let applied = test
        .work
        .run(&["apply", "-no-color", "plan.bin"])
        .await?
        .expect_success()?;
    let refreshed = test.work.plan().await?;
    refreshed.expect_empty()?;
    let objects = Objects::of(cluster).await?;
    let token = objects.token_in("azure-user-secret").await?;
    ensure!(objects.accept(&token).await?, "the token is not accepted");
    ensure!(
        test.work.attributes(ADDRESS).await?["token"].is_null(),
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
        found_in(test.work.path(), &token)?.is_empty(),
        "the token is in a file"
    );
    test.work.destroy().await?.expect_success()?;
    ensure!(
        found_in(test.work.path(), &token)?.is_empty(),
        "the token is in a file"
    );
    objects.are_gone().await?;
    test.nothing_is_left().await
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
