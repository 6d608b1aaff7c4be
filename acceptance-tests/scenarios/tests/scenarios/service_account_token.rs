//! Service accounts with roles and a token, from the first apply to a destroy that leaves nothing.

mod bad_input;
mod ephemeral;
pub mod objects;
mod secrecy;

use anyhow::{Context, ensure};
use world::cluster::Cluster;
use world::engine::{Action, Change, Engine, Workdir};

use objects::Objects;

use crate::common::{self, Configuration, Fixture, Suite};

const ADDRESS: &str = "arc_service_account_token.portal";

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add("service_account_token::lifecycle", 1, engine, lifecycle);
    suite.add("service_account_token::import", 1, engine, import);
    suite.add(
        "service_account_token::ephemeral",
        1,
        engine,
        ephemeral::in_a_provider_block,
    );
    suite.add(
        "service_account_token::token_kept_nowhere",
        1,
        engine,
        secrecy::token_kept_nowhere,
    );
}

/// What users get wrong. The messages do not depend on the engine, so one is enough.
pub fn bad_input_scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add(
        "service_account_token::bad_input",
        1,
        engine,
        bad_input::explained,
    );
}

/// A token of this cluster's `azure-user`, with its parts beyond the usual ones.
fn token(cluster: &Cluster, parent: &str, more: &str) -> String {
    let kubernetes = common::eks(&cluster.name);
    format!(
        r#"
resource "arc_service_account_token" "portal" {{
  connected_cluster_id = {parent}
  kubernetes           = {kubernetes}
  namespace            = "default"
  name                 = "azure-user"
  {more}
}}
"#
    )
}

/// The running example with a token.
fn with_token(cluster: &Cluster, more: &str) -> String {
    Configuration::of(cluster).render() + &token(cluster, "arc_connected_cluster.eks.id", more)
}

const ADMINISTRATOR: &str = r#"cluster_roles = ["cluster-admin"]"#;

/// Connected and provided in one apply; then each part of it is broken and repaired, and the token rotated.
async fn lifecycle(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let objects = Objects::of(cluster).await?;
    test.init(&with_token(cluster, ADMINISTRATOR)).await?;
    let run = test.work.apply().await?.expect_success()?;
    ensure!(
        run.diagnostics
            .iter()
            .any(|warning| warning.summary == "Token Of A Cluster Administrator"),
        "{}",
        run.text
    );
    test.work.plan().await?.expect_empty()?;
    is_complete(&test.work, &objects).await?;
    repairs(&test.work, &objects).await?;
    rotates(&test.work, &objects, cluster).await?;
    changes_roles(&test.work, &objects, cluster).await?;
    test.work.destroy().await?.expect_success()?;
    objects.are_gone().await?;
    test.nothing_is_left().await
}

/// The token in the state is one that the API server accepts, and Azure shows the way.
async fn is_complete(work: &Workdir, objects: &Objects) -> anyhow::Result<()> {
    let attributes = work.attributes(ADDRESS).await?;
    let token = attributes["token"].as_str().context("no token")?;
    ensure!(objects.accept(token).await?, "the token is not accepted");
    ensure!(objects.may_everything(token).await?, "no administrator");
    ensure!(
        attributes["secret_name"]
            .as_str()
            .is_some_and(|name| name.starts_with("azure-user-secret")),
        "{attributes:#}"
    );
    ensure!(
        attributes["cluster_connect"]["enabled"] == true,
        "{attributes:#}"
    );
    ensure!(
        attributes["cluster_connect"]["relay"].is_string(),
        "{attributes:#}"
    );
    ensure!(
        attributes["drift"] == serde_json::json!([]),
        "{attributes:#}"
    );
    Ok(())
}

async fn repairs(work: &Workdir, objects: &Objects) -> anyhow::Result<()> {
    let before = current(work).await?;
    objects.remove_subject().await?;
    repaired(
        work,
        "ClusterRoleBinding azure-user-binding: subject removed",
    )
    .await?;
    ensure!(current(work).await? == before, "the token was replaced");
    objects.delete_secret("azure-user-secret").await?;
    objects.until_refused(&before).await?;
    repaired(work, "Secret default/azure-user-secret: missing").await?;
    // Who deletes a Secret may want to revoke its token: the repair must not bring it back.
    ensure!(!objects.accept(&before).await?, "the token is back");
    let after = current(work).await?;
    ensure!(after != before, "the token is the same");
    objects.recreate_account().await?;
    repaired(work, "ServiceAccount default/azure-user: made anew").await?;
    is_complete(work, objects).await
}

/// A change is seen, named, and put right in place.
async fn repaired(work: &Workdir, difference: &str) -> anyhow::Result<()> {
    let plan = work.plan().await?.expect_success()?;
    plan.expect_changes(&[Change::new(ADDRESS, Action::Update)])?;
    let shown = work.run(&["plan", "-no-color"]).await?.expect_success()?;
    ensure!(shown.text.contains(difference), "{}", shown.text);
    work.converge().await
}

async fn rotates(work: &Workdir, objects: &Objects, cluster: &Cluster) -> anyhow::Result<()> {
    let before = current(work).await?;
    let triggered = format!("{ADMINISTRATOR}\n  rotation_triggers = {{ on = \"2026-12-01\" }}");
    work.configure(&with_token(cluster, &triggered))?;
    updated(work).await?;
    let rotated = current(work).await?;
    ensure!(rotated != before, "the token is the same");
    objects.until_refused(&before).await?;
    let bound = format!("{ADMINISTRATOR}\n  type = \"bound\"\n  duration = \"1h\"");
    work.configure(&with_token(cluster, &bound))?;
    updated(work).await?;
    let attributes = work.attributes(ADDRESS).await?;
    ensure!(attributes["token_expiration"].is_string(), "{attributes:#}");
    objects.until_refused(&rotated).await?;
    let bound = current(work).await?;
    ensure!(objects.accept(&bound).await?, "the bound token is refused");
    objects.delete_secret("azure-user-bound-token").await?;
    objects.until_refused(&bound).await?;
    repaired(
        work,
        "Secret default/azure-user-bound-token: missing, which ended the token",
    )
    .await
}

async fn changes_roles(work: &Workdir, objects: &Objects, cluster: &Cluster) -> anyhow::Result<()> {
    let before = objects.bindings().await?;
    ensure!(before == ["azure-user-binding"], "{before:?}");
    let roles = r#"cluster_roles = ["view"]
  role_bindings = [{ namespace = "kube-public", kind = "ClusterRole", name = "edit" }]
  type          = "bound""#;
    work.configure(&with_token(cluster, roles))?;
    updated(work).await?;
    let after = objects.bindings().await?;
    ensure!(
        after
            == [
                "azure-user-binding:clusterrole:edit",
                "azure-user-binding:view"
            ],
        "{after:?}"
    );
    Ok(())
}

async fn updated(work: &Workdir) -> anyhow::Result<()> {
    let plan = work.plan().await?.expect_success()?;
    plan.expect_changes(&[Change::new(ADDRESS, Action::Update)])?;
    work.converge().await
}

async fn current(work: &Workdir) -> anyhow::Result<String> {
    let attributes = work.attributes(ADDRESS).await?;
    Ok(attributes["token"].as_str().context("no token")?.to_owned())
}

/// A token that was provided from one configuration is taken into the state of another.
async fn import(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    test.apply(&with_token(cluster, ADMINISTRATOR)).await?;
    let made = test.work.attributes(ADDRESS).await?;
    let id = made["id"].as_str().context("no id")?;
    let configuration = alone(&test, ADMINISTRATOR);
    let second = test.imported(&configuration, ADDRESS, id).await?;
    ensure!(
        current(&second).await? == made["token"],
        "not the same token"
    );
    second.destroy().await?.expect_success()?;
    Objects::of(cluster).await?.are_gone().await?;
    test.destroy().await
}

/// A configuration with nothing but a token, whose cluster the provider block names: an import id cannot.
fn alone(test: &Fixture, more: &str) -> String {
    let cluster = test.cluster();
    let path = &test.world().environment()["KUBECONFIG"];
    let connection = common::kubeconfig(path, &cluster.arn);
    let head = common::head(&format!("kubernetes = {connection}"));
    let parent = format!("\"{}\"", test.id());
    format!(
        r#"{head}
resource "arc_service_account_token" "portal" {{
  connected_cluster_id = {parent}
  namespace            = "default"
  name                 = "azure-user"
  {more}
}}
"#
    )
}
