//! The Kubernetes objects of an extension's Helm release.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::api::{ListParams, PostParams};
use kube::{Api, Client};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::cluster::{AgentError, unreachable};
use crate::arm::configuration::extensions::Install;

/// For whom a namespace was made.
const MADE_FOR: &str = "clusterconfig.azure.com/made-for";

/// Annotation that tells the simulated kubelet that a pod's images cannot be pulled.
pub(super) const UNPULLABLE: &str = "simulator/image-pull-error";

/// Selects what belongs to a release.
pub(super) fn of_release(release: &str) -> ListParams {
    ListParams::default().labels(&format!("app.kubernetes.io/instance={release}"))
}

/// Makes a namespace if it is missing, and remembers for whom. Says whether it can be used: one that is going away has
/// to be gone first.
pub(super) async fn ensure_namespace(
    client: &Client,
    name: &str,
    whom: &str,
) -> Result<bool, AgentError> {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    if let Some(found) = namespaces.get_opt(name).await.map_err(unreachable)? {
        return Ok(found.metadata.deletion_timestamp.is_none());
    }
    let namespace: Namespace = typed(json!({
        "metadata": {"name": name, "annotations": {MADE_FOR: whom}},
    }));
    let created = namespaces.create(&PostParams::default(), &namespace).await;
    created.map(|_| true).map_err(unreachable)
}

/// Whether a namespace would not be there without this release.
pub(super) fn was_made_for(namespace: &Namespace, release: &str) -> bool {
    let annotations = namespace.metadata.annotations.as_ref();
    annotations
        .and_then(|all| all.get(MADE_FOR))
        .map(String::as_str)
        == Some(release)
}

/// One workload of a release.
pub(super) fn deployment(install: &Install, workload: &str) -> Deployment {
    let (release, namespace, version) = (&install.release, &install.namespace, &install.version);
    let selector = json!({
        "app.kubernetes.io/instance": release,
        "app.kubernetes.io/name": workload,
    });
    let mut labels = selector.clone();
    labels["app.kubernetes.io/managed-by"] = json!("Helm");
    labels["app.kubernetes.io/version"] = json!(version);
    let mut notes = json!({});
    if install.unpullable {
        notes[UNPULLABLE] = json!("true");
    }
    typed(json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": workload,
            "namespace": namespace,
            "labels": labels,
            "annotations": {
                "meta.helm.sh/release-name": release,
                "meta.helm.sh/release-namespace": namespace,
            },
        },
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": selector},
            "template": {
                "metadata": {"labels": labels, "annotations": notes},
                "spec": {
                    "nodeSelector": {"kubernetes.io/os": "linux"},
                    "containers": [{"name": workload, "image": image(install, workload)}],
                },
            },
        },
    }))
}

/// Whether the current generation of a deployment is up.
pub(super) fn is_available(deployment: &Deployment) -> bool {
    let wanted = deployment.spec.replicas.unwrap_or(1);
    deployment.status.as_ref().is_some_and(|status| {
        status.observed_generation >= deployment.metadata.generation
            && status.updated_replicas.unwrap_or(0) >= wanted
            && status.available_replicas.unwrap_or(0) >= wanted
    })
}

/// Whether a container of a pod waits for an image in vain.
pub(super) fn cannot_pull(pod: &Pod) -> bool {
    let containers = pod
        .status
        .iter()
        .flat_map(|status| status.container_statuses.iter().flatten());
    let mut waiting = containers.filter_map(|container| container.state.as_ref()?.waiting.as_ref());
    waiting.any(|waiting| {
        matches!(
            waiting.reason.as_deref(),
            Some("ImagePullBackOff" | "ErrImagePull")
        )
    })
}

fn image(install: &Install, workload: &str) -> String {
    let (chart, version) = (&install.chart, &install.version);
    format!("mcr.microsoft.com/extensions/{chart}/{workload}:{version}")
}

fn typed<T: DeserializeOwned>(object: Value) -> T {
    serde_json::from_value(object).expect("an object of its kind")
}
