//! What users get wrong about extensions: each is one error at the attribute, with the cause and what to do.

use std::sync::Arc;

use anyhow::{bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPublicKey;
use serde_json::json;
use world::arm::Arm;
use world::engine::{Diagnostic, Engine, Workdir};
use world::simulator_client::SimulatorClient;

use crate::configuration::{eks, head};
use crate::pool::Lease;
use crate::runner::Suite;

/// Azure takes no shorter key.
const KEY_BITS: usize = 2048;

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
    let (first, second) = (engine.clone(), engine.clone());
    let name = |name: &str| format!("extension_input::{name}::{}", engine.name);
    suite.add(name("mistakes"), 1, |lease| mistakes(lease, first));
    suite.add(name("parents"), 1, |lease| parents(lease, second));
}

/// All of them are found in the plan, on a cluster that is there.
async fn mistakes(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let arm = Arm::login(lease.world()).await?;
    let simulator = SimulatorClient::new(lease.world())?;
    let name = lease.cluster().name.as_str();
    let id = arm.id(name);
    connect_simulated(&arm, &simulator, name).await?;
    let seed = json!({
        "connected_cluster": id, "name": "by-policy", "extension_type": "microsoft.policyinsights",
        "version": "1.2.0", "release_namespace": "kube-system",
    });
    simulator.add_extension(seed).await?;
    for mistake in MISTAKES {
        let work = Workdir::new(lease.world(), &engine, mistake.name)?;
        work.configure(&configuration(&id, name, mistake.attributes))?;
        work.init().await?;
        let run = work.plan().await?.expect_failure()?;
        explained(&run.errors(), mistake.attribute, mistake.names)?;
    }
    arm.delete(name).await?;
    simulator.presence(&id, json!("real")).await
}

/// A cluster that is not there, and one that is away, are found at the latest when something is to be installed.
async fn parents(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let arm = Arm::login(lease.world()).await?;
    let simulator = SimulatorClient::new(lease.world())?;
    let name = lease.cluster().name.as_str();
    let id = arm.id(name);
    let good = "name = \"x\"\n  extension_type = \"microsoft.dapr\"";
    let work = Workdir::new(lease.world(), &engine, "extension-parents")?;
    work.configure(&configuration(&id, name, good))?;
    work.init().await?;
    let missing = work.apply().await?.expect_failure()?;
    let names = [name, "az connectedk8s list"];
    explained(&missing.errors(), "connected_cluster_id", &names)?;
    connect_simulated(&arm, &simulator, name).await?;
    simulator.presence(&id, json!("away")).await?;
    arm.until_status(name, "Offline").await?;
    let away = work.apply().await?.expect_failure()?;
    let names = ["Offline", "kubectl get pods"];
    explained(&away.errors(), "connected_cluster_id", &names)?;
    let other = id.replace("connectedClusters", "managedClusters");
    work.configure(&configuration(&other, name, good))?;
    let wrong = work.plan().await?.expect_failure()?;
    explained(
        &wrong.errors(),
        "connected_cluster_id",
        &["managedClusters"],
    )?;
    arm.delete(name).await?;
    simulator.presence(&id, json!("real")).await
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

/// A cluster that is Connected without agents.
pub async fn connect_simulated(
    arm: &Arm,
    simulator: &SimulatorClient,
    name: &str,
) -> anyhow::Result<()> {
    let body = json!({
        "location": "koreacentral", "identity": {"type": "SystemAssigned"},
        "properties": {"agentPublicKeyCertificate": public_key()?},
    });
    simulator
        .presence(&arm.id(name), json!({"simulated": {}}))
        .await?;
    arm.create(name, &body).await?;
    arm.until_status(name, "Connected").await
}

/// Any: nobody has the private half.
fn public_key() -> anyhow::Result<String> {
    let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, KEY_BITS)?.to_public_key();
    Ok(BASE64.encode(key.to_pkcs1_der()?))
}

/// Exactly one error, at the attribute, with these words in its detail.
pub fn explained(errors: &[&Diagnostic], attribute: &str, names: &[&str]) -> anyhow::Result<()> {
    let [error] = errors else {
        bail!("not exactly one error: {errors:#?}");
    };
    ensure!(
        error.attribute().unwrap_or_default() == attribute,
        "{error:#?}"
    );
    for name in names {
        ensure!(
            error.detail.contains(name),
            "there is no {name} in: {}",
            error.detail
        );
    }
    Ok(())
}
