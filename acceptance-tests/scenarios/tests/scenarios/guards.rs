//! What must never happen: that an outage wipes or wedges a state, or that a plan needs what it does not have.

use anyhow::{Context, ensure};
use world::aws;
use world::engine::{Action, Change, Engine, Run};
use world::files::write_private;

use crate::common::{self, ADDRESS, Configuration, Fixture, Suite};

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add("guards::an_outage_keeps_the_state", 1, engine, outage);
    suite.add("guards::unknowns_plan_without_network", 1, engine, unknowns);
}

/// The cluster is away, the login is worth nothing, Azure refuses: the plan warns and nothing is lost.
async fn outage(mut test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster().clone();
    let kubeconfig = test.work.path().join("kubeconfig");
    let good = std::fs::read_to_string(&cluster.kubeconfig)?;
    write_private(&kubeconfig, &good)?;
    let mut configuration = Configuration {
        kubernetes: format!(r#"{{ config_path = "{}" }}"#, kubeconfig.display()),
        ..Configuration::of(&cluster)
    };
    test.apply(&configuration.render()).await?;

    let dead = good.replace(&cluster.endpoint, "https://127.0.0.1:1");
    ensure!(
        dead != good,
        "the kubeconfig does not name {}",
        cluster.endpoint
    );
    write_private(&kubeconfig, &dead)?;
    kept(&test.work.plan().await?, "Cluster Not Reachable")?;
    r#"on_unreachable = "error""#.clone_into(&mut configuration.provider);
    test.work.configure(&configuration.render())?;
    let strict = test.work.plan().await?.expect_failure()?;
    ensure!(
        strict.text.contains("Cluster Not Reachable"),
        "{}",
        strict.text
    );
    configuration.provider = String::new();
    test.work.configure(&configuration.render())?;
    write_private(&kubeconfig, &good)?;

    let secret = test.work.variable("ARM_CLIENT_SECRET").to_owned();
    test.work.set("ARM_CLIENT_SECRET", "expired");
    kept(&test.work.plan().await?, "Login")?;
    test.work.set("ARM_CLIENT_SECRET", &secret);
    test.work.plan().await?.expect_empty()?;

    configuration.kubernetes = common::eks(&cluster.name);
    test.work.configure(&configuration.render())?;
    test.work.apply().await?.expect_success()?;
    let own = [
        ("AWS_ACCESS_KEY_ID", aws::STRANGER.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", aws::STRANGER.secret_access_key),
    ];
    let before = own.map(|(name, _)| (name, test.work.variable(name).to_owned()));
    for (name, value) in own {
        test.work.set(name, value);
    }
    kept(&test.work.plan().await?, "Cluster Login Refused")?;
    for (name, value) in before {
        test.work.set(name, &value);
    }
    test.work.plan().await?.expect_empty()?;
    test.destroy().await
}

/// Nothing is planned, and a warning says why nothing could be read.
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
async fn unknowns(mut test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster().clone();
    let subscription = test.work.variable("ARM_SUBSCRIPTION_ID").to_owned();
    let configuration = Configuration {
        provider: "subscription_id = terraform_data.subscription.output".to_owned(),
        kubernetes:
            r#"{ eks = { cluster_name = terraform_data.cluster.output, region = "us-east-1" } }"#
                .to_owned(),
        ..Configuration::of(&cluster)
    };
    let more = format!(
        r#"
resource "terraform_data" "subscription" {{ input = "{subscription}" }}
resource "terraform_data" "cluster" {{ input = "{}" }}
"#,
        cluster.name
    );
    test.init(&(configuration.render() + &more)).await?;
    let proxy = test.work.variable("HTTPS_PROXY").to_owned();
    test.work.set("HTTPS_PROXY", "http://127.0.0.1:1");
    let plan = test.work.plan().await?.expect_success()?;
    let create = Change::new(ADDRESS, Action::Create);
    ensure!(plan.changes.contains(&create), "{}", plan.text);
    test.work.set("HTTPS_PROXY", &proxy);
    test.work.converge().await?;
    test.destroy().await
}
