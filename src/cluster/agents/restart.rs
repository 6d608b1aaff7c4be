//! Starting the agents' pods anew, and taking away a deployment so that Helm makes it anew.

use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;

use super::AGENTS_NAMESPACE;
use crate::call::Call;
use crate::cluster::request::forgive_absence;
use crate::cluster::{Cluster, Error};

/// What `kubectl rollout restart` writes too.
const MARK: &str = "kubectl.kubernetes.io/restartedAt";

impl Cluster {
    /// Replaces the pods of one of the agents' deployments, as `kubectl rollout restart` does. One that is missing is fine.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn restart_agent(&self, call: &Call, name: &str) -> Result<(), Error> {
        let deployments: Api<Deployment> = Api::namespaced(self.client(), AGENTS_NAMESPACE);
        let now = jiff::Timestamp::now().to_string();
        let patch = Patch::Strategic(json!({
            "spec": {"template": {"metadata": {"annotations": {MARK: now}}}},
        }));
        let params = PatchParams::default();
        let request = || deployments.patch(name, &params, &patch);
        let action = format!("restart deployment azure-arc/{name}");
        forgive_absence(self.write(call, &action, request).await)
    }

    /// Deletes one of the agents' deployments. One that is missing is fine.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn delete_agent(&self, call: &Call, name: &str) -> Result<(), Error> {
        let deployments: Api<Deployment> = Api::namespaced(self.client(), AGENTS_NAMESPACE);
        let params = DeleteParams::default();
        let request = || deployments.delete(name, &params);
        let action = format!("delete deployment azure-arc/{name}");
        forgive_absence(self.write(call, &action, request).await)
    }
}
