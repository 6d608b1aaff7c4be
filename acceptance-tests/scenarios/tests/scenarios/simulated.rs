//! What the simulated Azure does in a real cluster: without it, two planes would be one.

use std::time::Duration;

use anyhow::{Context, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Secret};
use kube::Api;
use kube::api::{ApiResource, DynamicObject, ListParams};
use kube::core::GroupVersionKind;
use reqwest::Method;
use serde_json::{Value, json};
use world::arm::Arm;
use world::cluster::Cluster;
use world::engine::Engine;
use world::leftovers;
use world::wait::{eventually, throughout};

use crate::common::{Configuration, Fixture, Suite};

const EXTENSIONS: &str = "2025-03-01";
const FLUX: &str = "2025-04-01";
/// How long a cluster is cut off: Azure's own part is over by then, and the agents would have had their turn.
const AWAY: Duration = Duration::from_secs(3);

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let name = "simulated::what_azure_installs_is_in_the_cluster";
    suite.add(name, 1, engine, installs);
}

async fn installs(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    test.apply(&Configuration::of(cluster).render()).await?;
    extension_is_a_release(&test.arm, cluster).await?;
    image_cannot_be_pulled(&test).await?;
    extension_waits_for_its_cluster(&test).await?;
    flux_has_objects(&test.arm, cluster).await?;
    test.destroy().await
}

/// Installed, upgraded and removed, a Helm release goes along.
async fn extension_is_a_release(arm: &Arm, cluster: &Cluster) -> anyhow::Result<()> {
    let path = arm.child(&cluster.name, "extensions/dapr", EXTENSIONS);
    let pinned = |version: &str| {
        json!({"properties": {
            "extensionType": "microsoft.dapr",
            "autoUpgradeMinorVersion": false,
            "version": version,
        }})
    };
    for (revision, version) in [(1, "1.1.4"), (2, "1.1.5")] {
        arm.call(Method::PUT, &path, Some(&pinned(version))).await?;
        let extension = arm.settled(&path).await?.context("no extension")?;
        ensure!(
            extension["properties"]["currentVersion"] == version,
            "{extension}"
        );
        let secrets: Api<Secret> = Api::namespaced(cluster.client().await?, "dapr-system");
        let name = format!("sh.helm.release.v1.dapr.v{revision}");
        let labels = secrets.get(&name).await?.metadata.labels;
        ensure!(
            labels.as_ref().and_then(|all| all.get("status")) == Some(&"deployed".to_owned()),
            "{labels:?}"
        );
    }
    let deployments: Api<Deployment> = Api::namespaced(cluster.client().await?, "dapr-system");
    let status = deployments.get("dapr-operator").await?.status;
    ensure!(
        status.as_ref().and_then(|one| one.available_replicas) == Some(1),
        "{status:?}"
    );
    arm.call(Method::DELETE, &path, None).await?;
    ensure!(arm.settled(&path).await?.is_none(), "the extension is left");
    leftovers::namespace_is_gone(cluster, "dapr-system").await
}

/// The extension fails, and the pods say why.
async fn image_cannot_be_pulled(test: &Fixture) -> anyhow::Result<()> {
    let (arm, cluster) = (&test.arm, test.cluster());
    let path = arm.child(&cluster.name, "extensions/dapr", EXTENSIONS);
    let fault = json!({"path": format!("*/{}/*/extensions/*", cluster.name), "action": {"operation": "image_pull_error"}});
    test.simulator.fault(fault).await?;
    let body = json!({"properties": {"extensionType": "microsoft.dapr"}});
    arm.call(Method::PUT, &path, Some(&body)).await?;
    let extension = arm.settled(&path).await?.context("no extension")?;
    let properties = &extension["properties"];
    ensure!(
        properties["provisioningState"] == "Failed"
            && properties["errorInfo"]["code"] == "ExtensionOperationFailed",
        "{extension}"
    );
    let pods: Api<Pod> = Api::namespaced(cluster.client().await?, "dapr-system");
    let reason = |pod: &Pod| {
        let container = pod.status.as_ref()?.container_statuses.as_ref()?.first()?;
        container.state.as_ref()?.waiting.as_ref()?.reason.clone()
    };
    let pods = pods.list(&ListParams::default()).await?.items;
    let reasons: Vec<_> = pods.iter().filter_map(reason).collect();
    ensure!(
        !reasons.is_empty() && reasons.iter().all(|reason| reason == "ImagePullBackOff"),
        "{reasons:?}"
    );
    arm.call(Method::PUT, &path, Some(&body)).await?;
    let repaired = arm.settled(&path).await?.context("no extension")?;
    ensure!(
        repaired["properties"]["provisioningState"] == "Succeeded",
        "{repaired}"
    );
    Ok(())
}

/// As long as the cluster is cut off, nothing ends.
async fn extension_waits_for_its_cluster(test: &Fixture) -> anyhow::Result<()> {
    let (arm, id) = (&test.arm, test.id());
    let path = arm.child(&test.cluster().name, "extensions/dapr", EXTENSIONS);
    test.simulator.presence(&id, json!("away")).await?;
    arm.call(Method::DELETE, &path, None).await?;
    throughout(AWAY, "the extension is being deleted", || async {
        let (_, pending) = arm.call(Method::GET, &path, None).await?;
        let state = &pending["properties"]["provisioningState"];
        Ok(if state == "Deleting" {
            Ok(())
        } else {
            Err(pending.to_string())
        })
    })
    .await?;
    test.simulator.presence(&id, json!("real")).await?;
    ensure!(arm.settled(&path).await?.is_none(), "the extension is left");
    Ok(())
}

/// The extension brings the definitions, the configuration the objects.
async fn flux_has_objects(arm: &Arm, cluster: &Cluster) -> anyhow::Result<()> {
    let extension = arm.child(&cluster.name, "extensions/flux", EXTENSIONS);
    let body = json!({"properties": {"extensionType": "microsoft.flux"}});
    arm.call(Method::PUT, &extension, Some(&body)).await?;
    arm.settled(&extension).await?.context("no extension")?;
    let path = arm.child(&cluster.name, "fluxConfigurations/fleet", FLUX);
    let body = json!({"properties": {
        "namespace": "fleet",
        "gitRepository": {"url": "https://github.com/example/fleet", "repositoryRef": {"branch": "main"}},
        "kustomizations": {"apps": {"path": "./apps"}},
    }});
    arm.call(Method::PUT, &path, Some(&body)).await?;
    arm.settled(&path).await?.context("no configuration")?;
    let kind = GroupVersionKind::gvk("kustomize.toolkit.fluxcd.io", "v1", "Kustomization");
    let kind = ApiResource::from_gvk(&kind);
    let objects: Api<DynamicObject> = Api::namespaced_with(cluster.client().await?, "fleet", &kind);
    eventually("the kustomization is ready", || async {
        Ok(is_ready(&objects.get("fleet-apps").await?.data))
    })
    .await?;
    for path in [path, extension] {
        arm.call(Method::DELETE, &path, None).await?;
        ensure!(arm.settled(&path).await?.is_none(), "{path} is left");
    }
    ensure!(
        objects.get_opt("fleet-apps").await?.is_none(),
        "the kustomization is left"
    );
    leftovers::delete_namespace(cluster, "fleet").await
}

fn is_ready(object: &Value) -> bool {
    object["status"]["conditions"][0]["status"] == "True"
}
