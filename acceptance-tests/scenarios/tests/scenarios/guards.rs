//! What must never happen: that an outage wipes or wedges a state, or that a plan needs what it does not have.

use std::sync::Arc;

use anyhow::{Context, ensure};
use world::arm::Arm;
use world::aws;
use world::engine::{Action, Change, Engine, Run, Workdir};
use world::files::write_private;
use world::leftovers::nothing_is_left;

use crate::configuration::{self, ADDRESS, Configuration};
use crate::pool::Lease;
use crate::runner::Suite;

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let (first, second) = (engine.clone(), engine.clone());
    let name = |name: &str| format!("guards::{name}::{}", engine.name);
    suite.add(name("an_outage_keeps_the_state"), 1, |lease| {
        outage(lease, first)
    });
    suite.add(name("unknowns_plan_without_network"), 1, |lease| {
        unknowns(lease, second)
    });
}

/// The cluster is away, the login is worth nothing, Azure refuses: the plan warns and nothing is lost.
async fn outage(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let arm = Arm::login(lease.world()).await?;
    let mut work = Workdir::new(lease.world(), &engine, "outage")?;
    let kubeconfig = work.path().join("kubeconfig");
    let good = std::fs::read_to_string(&cluster.kubeconfig)?;
    write_private(&kubeconfig, &good)?;
    let mut configuration = Configuration {
        kubernetes: format!(r#"{{ config_path = "{}" }}"#, kubeconfig.display()),
        ..Configuration::of(cluster)
    };
    work.configure(&configuration.render())?;
    work.init().await?;
    work.apply().await?.expect_success()?;

    let dead = good.replace(&cluster.endpoint, "https://127.0.0.1:1");
    ensure!(
        dead != good,
        "the kubeconfig does not name {}",
        cluster.endpoint
    );
    write_private(&kubeconfig, &dead)?;
    kept(&work.plan().await?, "Cluster Not Reachable")?;
    r#"on_unreachable = "error""#.clone_into(&mut configuration.provider);
    work.configure(&configuration.render())?;
    let strict = work.plan().await?.expect_failure()?;
    ensure!(
        strict.text.contains("Cluster Not Reachable"),
        "{}",
        strict.text
    );
    configuration.provider = String::new();
    work.configure(&configuration.render())?;
    write_private(&kubeconfig, &good)?;

    let secret = work.variable("ARM_CLIENT_SECRET").to_owned();
    work.set("ARM_CLIENT_SECRET", "expired");
    kept(&work.plan().await?, "Login")?;
    work.set("ARM_CLIENT_SECRET", &secret);
    work.plan().await?.expect_empty()?;

    configuration.kubernetes = configuration::eks(&cluster.name);
    work.configure(&configuration.render())?;
    work.apply().await?.expect_success()?;
    let own = [
        ("AWS_ACCESS_KEY_ID", aws::STRANGER.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", aws::STRANGER.secret_access_key),
    ];
    let before = own.map(|(name, _)| (name, work.variable(name).to_owned()));
    for (name, value) in own {
        work.set(name, value);
    }
    kept(&work.plan().await?, "Cluster Login Refused")?;
    for (name, value) in before {
        work.set(name, &value);
    }
    work.plan().await?.expect_empty()?;
    work.destroy().await?.expect_success()?;
    nothing_is_left(&arm, lease.world(), cluster).await
}

/// Nothing is planned, and a warning says why nobody could look.
fn kept(plan: &Run, summary: &str) -> anyhow::Result<()> {
    plan.expect_empty()?;
    let warned = plan
        .diagnostics
        .iter()
        .find(|one| one.summary.contains(summary));
    let warning = warned.with_context(|| format!("no warning {summary:?} in {}", plan.text))?;
    ensure!(warning.severity == "warning", "{warning:?}");
    Ok(())
}

/// A cluster and a subscription that only an apply will know.
async fn unknowns(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let arm = Arm::login(lease.world()).await?;
    let mut work = Workdir::new(lease.world(), &engine, "unknowns")?;
    let subscription = work.variable("ARM_SUBSCRIPTION_ID").to_owned();
    let configuration = Configuration {
        provider: "subscription_id = terraform_data.subscription.output".to_owned(),
        kubernetes:
            r#"{ eks = { cluster_name = terraform_data.cluster.output, region = "us-east-1" } }"#
                .to_owned(),
        ..Configuration::of(cluster)
    };
    let more = format!(
        r#"
resource "terraform_data" "subscription" {{ input = "{subscription}" }}
resource "terraform_data" "cluster" {{ input = "{}" }}
"#,
        cluster.name
    );
    work.configure(&(configuration.render() + &more))?;
    work.init().await?;
    let proxy = work.variable("HTTPS_PROXY").to_owned();
    work.set("HTTPS_PROXY", "http://127.0.0.1:1");
    let plan = work.plan().await?.expect_success()?;
    let create = Change::new(ADDRESS, Action::Create);
    ensure!(plan.changes.contains(&create), "{}", plan.text);
    work.set("HTTPS_PROXY", &proxy);
    work.apply().await?.expect_success()?;
    work.plan().await?.expect_empty()?;
    work.destroy().await?.expect_success()?;
    nothing_is_left(&arm, lease.world(), cluster).await
}
