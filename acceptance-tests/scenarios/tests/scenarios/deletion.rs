//! What a destroy does, and what it does where the orderly way is blocked.

use anyhow::{Context, ensure};
use world::engine::Engine;
use world::files::write_private;
use world::kubectl;
use world::leftovers::clean_up;

use crate::common::{Configuration, Fixture, REMEDY, Suite, says};

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add("deletion::policies", 1, engine, policies);
    suite.add("deletion::cluster_gone_for_good", 1, engine, gone_for_good);
}

async fn policies(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let policy = |text: &str| {
        test.work
            .configure(&Configuration::with(cluster, text).render())
    };
    policy(r#"deletion_policy = "prevent""#)?;
    test.work.init().await?;
    test.work.apply().await?.expect_success()?;
    let refused = test.work.destroy().await?.expect_failure()?;
    ensure!(
        refused.text.contains("Deletion Prevented"),
        "{}",
        refused.text
    );

    policy(r#"deletion_policy = "abandon""#)?;
    test.work.apply().await?.expect_success()?;
    test.work.destroy().await?.expect_success()?;
    let object = test.arm.connected_cluster(&cluster.name).await?;
    let object = object.context("it was deleted")?;
    ensure!(
        object["properties"]["connectivityStatus"] == "Connected",
        "{object:#}"
    );

    // Taken up again, and an object of the agents is held by a finalizer whose controller will be gone.
    policy("adopt_existing = true\n  force_delete = true")?;
    test.work.apply().await?.expect_success()?;
    kubectl::create_with_finalizer(cluster).await?;
    test.destroy().await
}

/// The cluster does not answer any more: nothing goes until the user says that the agents may stay, which can be said while
/// nothing answers. A warning says what is left.
async fn gone_for_good(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let kubeconfig = test.work.path().join("kubeconfig");
    let good = std::fs::read_to_string(&cluster.kubeconfig)?;
    write_private(&kubeconfig, &good)?;
    let configuration = Configuration {
        kubernetes: format!(r#"{{ config_path = "{}" }}"#, kubeconfig.display()),
        ..Configuration::of(cluster)
    };
    test.apply(&configuration.render()).await?;
    write_private(
        &kubeconfig,
        good.replace(&cluster.endpoint, "https://127.0.0.1:1"),
    )?;
    let refused = test.work.destroy().await?.expect_failure()?;
    says(
        &refused.text,
        &["Agents Cannot Be Removed", "force_delete = true", REMEDY],
    )?;
    ensure!(
        test.arm.connected_cluster(&cluster.name).await?.is_some(),
        "the object was deleted"
    );
    let forced = Configuration {
        more: "force_delete = true".to_owned(),
        ..configuration
    };
    test.work.configure(&forced.render())?;
    test.work.apply().await?.expect_success()?;
    let run = test.work.destroy().await?.expect_success()?;
    says(
        &run.text,
        &["Helm release azure-arc in namespace azure-arc-release"],
    )?;
    ensure!(
        test.arm.connected_cluster(&cluster.name).await?.is_none(),
        "the object is left"
    );
    clean_up(test.world(), cluster).await
}
