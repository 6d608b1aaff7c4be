//! Extensions become real: what Azure wants installed is a Helm release in the cluster.
//!
//! Everything is looked at again on each beat until it is as it should be, so nothing here waits.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Namespace, Pod, Secret};
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use kube::{Api, Client};

use super::cluster::{AgentError, Cluster, FIELD_MANAGER, unreachable};
use super::{flux, objects, release};
use crate::Cloud;
use crate::arm::configuration::extensions::{self, Install, Job, Task};

/// The extension that brings custom resource definitions.
const FLUX: &str = "microsoft.flux";

/// How far a job has come.
enum Progress {
    /// There is more to do, or to wait for.
    Going,
    Done,
    Failed(String),
}

/// Does what waits to be done in the cluster of a connected cluster's id.
pub(super) async fn reconcile(
    cloud: &Cloud,
    cluster: &mut Cluster,
    id: &str,
) -> Result<(), AgentError> {
    let jobs = extensions::jobs(&cloud.store(), &id.to_lowercase());
    for job in jobs {
        let result = match work(cluster, &job).await? {
            Progress::Going => continue,
            Progress::Done => Ok(()),
            Progress::Failed(reason) => Err(reason),
        };
        extensions::report(&mut cloud.store(), &job, result, cloud.clock.now());
    }
    Ok(())
}

async fn work(cluster: &mut Cluster, job: &Job) -> Result<Progress, AgentError> {
    let client = cluster.client().await?;
    match &job.task {
        Task::Remove { release, namespace } => remove(&client, release, namespace).await,
        Task::Install(install) => {
            if cluster.started.contains(&job.operation) {
                return look(&client, install).await;
            }
            if begin(&client, install).await? {
                cluster.started.insert(job.operation.clone());
            }
            Ok(Progress::Going)
        }
    }
}

/// Writes a revision of the release and its objects. Says whether it could.
async fn begin(client: &Client, install: &Install) -> Result<bool, AgentError> {
    if !objects::ensure_namespace(client, &install.namespace, &install.release).await? {
        return Ok(false);
    }
    if install.chart == FLUX {
        flux::define(client).await?;
    }
    let secrets: Api<Secret> = Api::namespaced(client.clone(), &install.namespace);
    release::begin(&secrets, install).await?;
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), &install.namespace);
    let apply = PatchParams::apply(FIELD_MANAGER).force();
    for workload in &install.workloads {
        let deployment = objects::deployment(install, workload);
        let applied = deployments
            .patch(workload, &apply, &Patch::Apply(&deployment))
            .await;
        applied.map_err(unreachable)?;
    }
    Ok(true)
}

/// Looks whether the workloads are there, or cannot be.
async fn look(client: &Client, install: &Install) -> Result<Progress, AgentError> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), &install.namespace);
    let ours = objects::of_release(&install.release);
    if install.unpullable {
        let pods: Api<Pod> = Api::namespaced(client.clone(), &install.namespace);
        let pods = pods.list(&ours).await.map_err(unreachable)?;
        let Some(pod) = pods.items.iter().find(|pod| objects::cannot_pull(pod)) else {
            return Ok(Progress::Going);
        };
        release::end(&secrets, &install.release, "failed").await?;
        let name = pod.metadata.name.as_deref().unwrap_or_default();
        return Ok(Progress::Failed(install.back_off(name)));
    }
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), &install.namespace);
    let deployments = deployments.list(&ours).await.map_err(unreachable)?;
    let available = deployments
        .items
        .iter()
        .filter(|one| objects::is_available(one));
    if available.count() < install.workloads.len() {
        return Ok(Progress::Going);
    }
    release::end(&secrets, &install.release, "deployed").await?;
    Ok(Progress::Done)
}

/// Removes a release, and its namespace if that was made for it. Done when nothing is left.
async fn remove(client: &Client, release: &str, namespace: &str) -> Result<Progress, AgentError> {
    let ours = objects::of_release(release);
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), namespace);
    let secrets: Api<Secret> = Api::namespaced(client.clone(), namespace);
    let delete = DeleteParams::background();
    let gone = deployments.delete_collection(&delete, &ours).await;
    gone.map_err(unreachable)?;
    let revisions = release::of(release);
    let gone = secrets.delete_collection(&delete, &revisions).await;
    gone.map_err(unreachable)?;
    let left = deployments
        .list(&ours)
        .await
        .map_err(unreachable)?
        .items
        .len()
        + secrets
            .list(&revisions)
            .await
            .map_err(unreachable)?
            .items
            .len();
    if left > 0 || !namespace_is_settled(client, release, namespace, &secrets).await? {
        return Ok(Progress::Going);
    }
    Ok(Progress::Done)
}

/// Whether the namespace is gone, or was never ours, or is still in use by another release.
async fn namespace_is_settled(
    client: &Client,
    release: &str,
    namespace: &str,
    secrets: &Api<Secret>,
) -> Result<bool, AgentError> {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let Some(found) = namespaces.get_opt(namespace).await.map_err(unreachable)? else {
        return Ok(true);
    };
    let others = ListParams::default().labels(release::OWNER);
    let others = secrets.list(&others).await.map_err(unreachable)?;
    if !objects::was_made_for(&found, release) || !others.items.is_empty() {
        return Ok(true);
    }
    if found.metadata.deletion_timestamp.is_none() {
        let deleted = namespaces.delete(namespace, &DeleteParams::default()).await;
        deleted.map_err(unreachable)?;
    }
    Ok(false)
}
