//! Custom locations become real: the custom locations provider gets into their namespaces.

use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;

use super::cluster::{AgentError, Cluster, FIELD_MANAGER, unreachable};
use super::objects;
use crate::Cloud;
use crate::arm::custom_locations::{self, Job, Task};
use crate::graph::CUSTOM_LOCATIONS_PRINCIPAL;

/// By its name other tools find out whether custom locations are enabled.
const BINDING: &str = "AzureArc-Microsoft.ExtendedLocation-RP-RoleBinding";

/// Does what waits to be done in the cluster of a connected cluster's id.
pub(super) async fn reconcile(
    cloud: &Cloud,
    cluster: &mut Cluster,
    id: &str,
) -> Result<(), AgentError> {
    let jobs = custom_locations::jobs(&cloud.store(), &id.to_lowercase());
    for job in jobs {
        if work(cluster, &job).await? {
            custom_locations::report(&mut cloud.store(), &job);
        }
    }
    Ok(())
}

/// Does a job. Says whether it is done.
async fn work(cluster: &mut Cluster, job: &Job) -> Result<bool, AgentError> {
    let client = cluster.client().await?;
    let bindings: Api<RoleBinding> = Api::namespaced(client.clone(), &job.namespace);
    if job.task == Task::Close {
        return match bindings.delete(BINDING, &DeleteParams::default()).await {
            Ok(_) => Ok(true),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(true),
            Err(error) => Err(unreachable(error)),
        };
    }
    if !objects::ensure_namespace(&client, &job.namespace, "custom-location").await? {
        return Ok(false);
    }
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": BINDING, "namespace": job.namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": CUSTOM_LOCATIONS_PRINCIPAL}],
    });
    let apply = PatchParams::apply(FIELD_MANAGER).force();
    let written = bindings
        .patch(BINDING, &apply, &Patch::Apply(&binding))
        .await;
    written.map(|_| true).map_err(unreachable)
}
