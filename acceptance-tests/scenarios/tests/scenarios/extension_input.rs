//! What users get wrong about extensions: each is one error at the attribute, with the cause and what to do.

use anyhow::Context;
use serde_json::json;
use world::engine::Engine;

use crate::common::{Fixture, Suite, connect_simulated, eks, expect_error, head};

/// One mistake and what is said about it.
struct Mistake {
    name: &'static str,
    /// Attributes that make it; `{cluster}` is the id of a connected cluster.
    attributes: &'static str,
    /// The attribute that the error points at.
    attribute: &'static str,
    /// What the error names.
    names: &'static [&'static str],
}

const MISTAKES: [Mistake; 10] = [
    Mistake {
        name: "unknown_type",
        attributes: r#"name = "x"
  extension_type = "microsoft.dopr""#,
        attribute: "extension_type",
        names: &["microsoft.dopr", "microsoft.dapr", "microsoft.flux"],
    },
    Mistake {
        name: "unknown_version",
        attributes: r#"name = "x"
  extension_type = "microsoft.dapr"
  version = "9.9.9""#,
        attribute: "version",
        names: &["9.9.9", "1.1.5", "release train"],
    },
    Mistake {
        name: "version_with_upgrades",
        attributes: r#"name = "x"
  extension_type = "microsoft.dapr"
  version = "1.1.5"
  auto_upgrade_minor_version = true"#,
        attribute: "version",
        names: &["auto_upgrade_minor_version"],
    },
    Mistake {
        name: "both_scopes",
        attributes: r#"name = "x"
  extension_type = "microsoft.dapr"
  release_namespace = "a"
  target_namespace = "b""#,
        attribute: "release_namespace",
        names: &["target_namespace"],
    },
    Mistake {
        name: "wrong_scope",
        attributes: r#"name = "x"
  extension_type = "microsoft.flux"
  target_namespace = "b""#,
        attribute: "target_namespace",
        names: &["cluster scope", "release_namespace"],
    },
    Mistake {
        name: "fixed_name",
        attributes: r#"name = "x"
  extension_type = "microsoft.azuremonitor.containers""#,
        attribute: "name",
        names: &["azuremonitor-containers"],
    },
    Mistake {
        name: "setting_twice",
        attributes: r#"name = "x"
  extension_type = "microsoft.dapr"
  configuration_settings = { key = "1" }
  configuration_protected_settings = { key = "2" }"#,
        attribute: "configuration_settings",
        names: &["key", "configuration_protected_settings"],
    },
    Mistake {
        name: "plan_missing",
        attributes: r#"name = "x"
  extension_type = "contoso.samples""#,
        attribute: "",
        names: &["Marketplace", r#"product = "contoso-samples""#],
    },
    Mistake {
        name: "second_instance",
        attributes: r#"name = "x"
  extension_type = "microsoft.policyinsights""#,
        attribute: "extension_type",
        names: &["by-policy", "adopt_existing = true"],
    },
    Mistake {
        name: "identity_missing",
        attributes: r#"name = "x"
  extension_type = "microsoft.azureml.kubernetes"
  identity_enabled = false"#,
        attribute: "identity_enabled",
        names: &["managed identity"],
    },
];

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add("extension_input::mistakes", 1, engine, mistakes);
    suite.add("extension_input::parents", 1, engine, parents);
}

/// All of them are found in the plan, on a cluster that is there.
async fn mistakes(test: Fixture) -> anyhow::Result<()> {
    let name = test.cluster().name.as_str();
    let id = test.arm.id(name);
    connect_simulated(&test, name).await?;
    let seed = json!({
        "connected_cluster": id, "name": "by-policy", "extension_type": "microsoft.policyinsights",
        "version": "1.2.0", "release_namespace": "kube-system",
    });
    test.simulator.add_extension(seed).await?;
    for mistake in MISTAKES {
        test.init(&configuration(&id, name, mistake.attributes))
            .await?;
        let run = test.work.plan().await?.expect_failure()?;
        expect_error(&run, mistake.attribute, mistake.names).context(mistake.name)?;
    }
    test.arm.delete(name).await?;
    test.simulator.presence(&id, json!("real")).await
}

/// A cluster that is not there, and one that is away, are found at the latest when something is to be installed.
async fn parents(test: Fixture) -> anyhow::Result<()> {
    let name = test.cluster().name.as_str();
    let id = test.arm.id(name);
    let good = "name = \"x\"\n  extension_type = \"microsoft.dapr\"";
    test.init(&configuration(&id, name, good)).await?;
    let missing = test.work.apply().await?.expect_failure()?;
    let names = [name, "az connectedk8s list"];
    expect_error(&missing, "connected_cluster_id", &names)?;
    connect_simulated(&test, name).await?;
    test.simulator.presence(&id, json!("away")).await?;
    test.arm.until_status(name, "Offline").await?;
    let away = test.work.apply().await?.expect_failure()?;
    let names = ["Offline", "kubectl get pods"];
    expect_error(&away, "connected_cluster_id", &names)?;
    let other = id.replace("connectedClusters", "managedClusters");
    test.work.configure(&configuration(&other, name, good))?;
    let wrong = test.work.plan().await?.expect_failure()?;
    expect_error(&wrong, "connected_cluster_id", &["managedClusters"])?;
    test.arm.delete(name).await?;
    test.simulator.presence(&id, json!("real")).await
}

fn configuration(id: &str, cluster: &str, attributes: &str) -> String {
    format!(
        r#"{}
resource "arc_extension" "x" {{
  connected_cluster_id = "{id}"
  kubernetes = {}
  {attributes}
}}
"#,
        head(""),
        eks(cluster)
    )
}
