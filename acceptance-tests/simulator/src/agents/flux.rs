//! Flux configurations become real: sources and kustomizations are objects in the cluster, which Flux would work on.
//!
//! The extension brings the custom resource definitions. Where they are missing nothing can be applied, so Azure goes on
//! waiting, as it does in life.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{ApiResource, DeleteParams, DynamicObject, Patch, PatchParams};
use kube::core::GroupVersionKind;
use kube::{Api, Client};
use serde_json::{Map, Value, json};

use super::cluster::{AgentError, Cluster, FIELD_MANAGER, unreachable};
use super::objects;
use crate::Cloud;
use crate::arm::configuration::flux::{self, Compliance, Source, Task};

const SOURCES: &str = "source.toolkit.fluxcd.io";
const KUSTOMIZATIONS: &str = "kustomize.toolkit.fluxcd.io";

/// The definitions that the extension brings: group, version, kind, plural.
const DEFINITIONS: [(&str, &str, &str, &str); 5] = [
    (SOURCES, "v1", "GitRepository", "gitrepositories"),
    (SOURCES, "v1", "Bucket", "buckets"),
    (SOURCES, "v1", "OCIRepository", "ocirepositories"),
    (KUSTOMIZATIONS, "v1", "Kustomization", "kustomizations"),
    (
        "clusterconfig.azure.com",
        "v1beta1",
        "FluxConfig",
        "fluxconfigs",
    ),
];

/// Writes the definitions.
pub(super) async fn define(client: &Client) -> Result<(), AgentError> {
    let definitions: Api<CustomResourceDefinition> = Api::all(client.clone());
    let apply = PatchParams::apply(FIELD_MANAGER).force();
    for (group, version, kind, plural) in DEFINITIONS {
        let name = format!("{plural}.{group}");
        let definition = json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": name},
            "spec": {
                "group": group,
                "scope": "Namespaced",
                "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase(), "listKind": format!("{kind}List")},
                "versions": [{
                    "name": version,
                    "served": true,
                    "storage": true,
                    "subresources": {"status": {}},
                    "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                }],
            },
        });
        let written = definitions
            .patch(&name, &apply, &Patch::Apply(&definition))
            .await;
        written.map_err(unreachable)?;
    }
    Ok(())
}

/// Does what waits to be done for the cluster with this id, and says in the cluster how far Flux is.
pub(super) async fn reconcile(
    cloud: &Cloud,
    cluster: &mut Cluster,
    id: &str,
) -> Result<(), AgentError> {
    let (key, now) = (id.to_lowercase(), cloud.clock.now());
    let jobs = flux::jobs(&cloud.store(), &key);
    for job in jobs {
        let client = cluster.client().await?;
        let done = match &job.task {
            Task::Apply(source) => apply(&client, source).await?,
            Task::Remove(source) => remove(&client, source).await?,
        };
        if done {
            flux::report(&mut cloud.store(), &job, now);
        }
    }
    let synced = flux::synced(&cloud.store(), &key, now);
    for (source, compliance) in synced {
        let word = format!("{source:?} is {compliance:?}");
        if cluster.started.contains(&word) {
            continue;
        }
        let client = cluster.client().await?;
        if write_status(&client, &source, compliance).await? {
            cluster.started.insert(word);
        }
    }
    Ok(())
}

/// Writes the objects of a configuration. Says whether it could.
async fn apply(client: &Client, source: &Source) -> Result<bool, AgentError> {
    if !objects::ensure_namespace(client, &source.namespace, &source.name).await? {
        return Ok(false);
    }
    for object in wanted(source) {
        let api = object.api(client, &source.namespace);
        let parameters = PatchParams::apply(FIELD_MANAGER).force();
        let body = object.body(&source.namespace);
        match api
            .patch(&object.name, &parameters, &Patch::Apply(&body))
            .await
        {
            Ok(_) => {}
            // The definition is not there, or not served yet.
            Err(kube::Error::Api(status)) if status.code == 404 => return Ok(false),
            Err(error) => return Err(unreachable(error)),
        }
    }
    Ok(true)
}

/// Removes the objects of a configuration.
async fn remove(client: &Client, source: &Source) -> Result<bool, AgentError> {
    for object in wanted(source) {
        let api = object.api(client, &source.namespace);
        match api.delete(&object.name, &DeleteParams::default()).await {
            Ok(_) => {}
            Err(kube::Error::Api(status)) if status.code == 404 => {}
            Err(error) => return Err(unreachable(error)),
        }
    }
    Ok(true)
}

/// Writes how far Flux is into the status of its objects. Says whether they were all there.
async fn write_status(
    client: &Client,
    source: &Source,
    compliance: Compliance,
) -> Result<bool, AgentError> {
    let (status, reason, message) = match compliance {
        Compliance::Compliant => ("True", "Succeeded", format!("stored {}", source.revision)),
        Compliance::NonCompliant => ("False", "GitOperationFailed", flux::UNREACHABLE.to_owned()),
        Compliance::Pending | Compliance::Suspended => return Ok(true),
    };
    let now = jiff::Timestamp::now();
    let body = json!({"status": {"conditions": [{
        "type": "Ready",
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": now,
    }], "artifact": {"revision": source.revision}}});
    for object in wanted(source) {
        let api = object.api(client, &source.namespace);
        let patched = api
            .patch_status(&object.name, &PatchParams::default(), &Patch::Merge(&body))
            .await;
        match patched {
            Ok(_) => {}
            Err(kube::Error::Api(refusal)) if refusal.code == 404 => return Ok(false),
            Err(error) => return Err(unreachable(error)),
        }
    }
    Ok(true)
}

/// An object of Flux.
struct Wanted {
    group: &'static str,
    kind: &'static str,
    name: String,
    spec: Value,
}

impl Wanted {
    fn api(&self, client: &Client, namespace: &str) -> Api<DynamicObject> {
        let kind = GroupVersionKind::gvk(self.group, "v1", self.kind);
        let known = DEFINITIONS
            .iter()
            .find(|(_, _, known, _)| *known == self.kind);
        let plural = known.map_or("", |(.., plural)| plural);
        let resource = ApiResource::from_gvk_with_plural(&kind, plural);
        Api::namespaced_with(client.clone(), namespace, &resource)
    }

    fn body(&self, namespace: &str) -> Value {
        json!({
            "apiVersion": format!("{}/v1", self.group),
            "kind": self.kind,
            "metadata": {
                "name": self.name,
                "namespace": namespace,
                "labels": {"app.kubernetes.io/managed-by": "fluxconfig-controller"},
            },
            "spec": self.spec,
        })
    }
}

/// The source, and a kustomization for each of the configuration's.
fn wanted(source: &Source) -> Vec<Wanted> {
    let kind = match source.kind.as_str() {
        "GitRepository" => "GitRepository",
        "OCIRepository" => "OCIRepository",
        _ => "Bucket",
    };
    let described = Wanted {
        group: SOURCES,
        kind,
        name: source.name.clone(),
        spec: json!({
            "url": source.description.get("url"),
            "ref": source.description.get("repositoryRef"),
            "bucketName": source.description.get("bucketName"),
            "interval": interval(source.description.get("syncIntervalInSeconds")),
            "suspend": source.suspend,
        }),
    };
    let kustomizations = source.kustomizations.iter().map(|(name, given)| Wanted {
        group: KUSTOMIZATIONS,
        kind: "Kustomization",
        name: format!("{}-{name}", source.name),
        spec: kustomization(source, kind, given.as_object().unwrap_or(&Map::new())),
    });
    [described].into_iter().chain(kustomizations).collect()
}

fn kustomization(source: &Source, kind: &str, given: &Map<String, Value>) -> Value {
    let others = given.get("dependsOn").and_then(Value::as_array);
    let others = others.into_iter().flatten().filter_map(Value::as_str);
    let others: Vec<Value> = others
        .map(|other| json!({"name": format!("{}-{other}", source.name)}))
        .collect();
    json!({
        "sourceRef": {"kind": kind, "name": source.name},
        "path": given.get("path"),
        "prune": given.get("prune").unwrap_or(&Value::Bool(false)),
        "force": given.get("force").unwrap_or(&Value::Bool(false)),
        "wait": given.get("wait").unwrap_or(&Value::Bool(true)),
        "dependsOn": others,
        "interval": interval(given.get("syncIntervalInSeconds")),
        "suspend": source.suspend,
    })
}

fn interval(seconds: Option<&Value>) -> String {
    format!("{}s", seconds.and_then(Value::as_i64).unwrap_or(600))
}
