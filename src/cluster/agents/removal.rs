//! Taking away what an uninstalled release leaves behind.

use std::time::Duration;

use futures::future::try_join_all;
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, ResourceExt};
use serde_json::json;

use super::RELEASE_NAMESPACE;
use crate::call::{Call, Probe, poll_until};
use crate::cluster::keys::{DISCONNECTING, REMINDED};
use crate::cluster::request::{forgive_absence, only};
use crate::cluster::{Cluster, Error};
use crate::redact;

/// Between two looks.
const INTERVAL: Duration = Duration::from_secs(2);

/// The Arc CRDs that `az connectedk8s delete --force` removes, up to the cloud's suffix (`com`, `us`, `cn`).
const ARC_CRDS: [&str; 7] = [
    "connectedclusters.arc.azure.",
    "arccertificates.clusterconfig.azure.",
    "azureclusteridentityrequests.clusterconfig.azure.",
    "azureextensionidentities.clusterconfig.azure.",
    "customlocationsettings.clusterconfig.azure.",
    "extensionconfigs.clusterconfig.azure.",
    "gitconfigs.clusterconfig.azure.",
];

impl Cluster {
    /// Notes at the release's namespace, which goes last, that this connected cluster is being removed: whoever finds the
    /// note knows that a removal broke off. A namespace that is not there is fine.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn note_removal(&self, call: &Call, id: &str) -> Result<(), Error> {
        let namespaces: Api<Namespace> = Api::all(self.client());
        let patch = Patch::Merge(json!({"metadata": {"annotations": {DISCONNECTING: id}}}));
        let params = PatchParams::default();
        let request = || namespaces.patch(RELEASE_NAMESPACE, &params, &patch);
        let action = "annotate namespace azure-arc-release";
        forgive_absence(self.write(call, action, request).await)
    }

    /// ARM id of the connected cluster whose removal broke off here, if one did.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn noted_removal(&self, call: &Call) -> Result<Option<String>, Error> {
        let namespaces: Api<Namespace> = Api::all(self.client());
        let action = "get namespace azure-arc-release";
        let request = || namespaces.get_metadata_opt(RELEASE_NAMESPACE);
        let found = self.read(call, action, request).await?;
        let annotations = found.and_then(|namespace| namespace.metadata.annotations);
        Ok(annotations.and_then(|mut annotations| annotations.remove(DISCONNECTING)))
    }

    /// Deletes a namespace and waits until it is gone. One that is not there is fine.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation; [`Error::Wait`] with the objects and finalizers that hold the namespace.
    pub async fn delete_namespace(&self, call: &Call, name: &str) -> Result<(), Error> {
        self.remove_namespace(call, name, None).await
    }

    /// Deletes the namespace with this UID and waits until it is gone. One that is not there, or was made again, is fine.
    ///
    /// # Errors
    ///
    /// As [`Cluster::delete_namespace`].
    pub(super) async fn delete_namespace_of(
        &self,
        call: &Call,
        name: &str,
        uid: &str,
    ) -> Result<(), Error> {
        match self.remove_namespace(call, name, Some(uid)).await {
            Err(error) if error.is_conflict() => Ok(()),
            removed => removed,
        }
    }

    async fn remove_namespace(
        &self,
        call: &Call,
        name: &str,
        uid: Option<&str>,
    ) -> Result<(), Error> {
        let namespaces: Api<Namespace> = Api::all(self.client());
        let params = uid.map_or_else(DeleteParams::default, only);
        let delete = || namespaces.delete(name, &params);
        forgive_absence(
            self.write(call, &format!("delete namespace {name}"), delete)
                .await,
        )?;
        let action = format!("get namespace {name}");
        let look = || async {
            let found = self
                .read(call, &action, || namespaces.get_opt(name))
                .await?;
            Ok::<_, Error>(match found {
                None => Probe::Ready(()),
                Some(namespace) if uid.is_some() && namespace.metadata.uid.as_deref() != uid => {
                    Probe::Ready(())
                }
                Some(namespace) => Probe::pending(what_holds(&namespace)),
            })
        };
        Ok(poll_until(call, format!("namespace {name} to be gone"), INTERVAL, look).await?)
    }

    /// Deletes the CRDs of the Arc agents with everything in them and waits until they are gone.
    ///
    /// The agents that would honour the objects' finalizers are gone, so the finalizers are struck.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation or of the wait.
    pub async fn delete_arc_crds(&self, call: &Call) -> Result<(), Error> {
        let definitions: Api<CustomResourceDefinition> = Api::all(self.client());
        let everything = ListParams::default();
        loop {
            let list = self
                .read(call, "list CRDs", || definitions.list(&everything))
                .await?;
            let left: Vec<_> = list.items.into_iter().filter(is_arc).collect();
            if left.is_empty() {
                return Ok(());
            }
            // Not within a look of a poll, which is dropped when the call ends: a change is seen through.
            let steps = left
                .iter()
                .map(|crd| self.delete_crd(call, &definitions, crd));
            try_join_all(steps).await?;
            let names: Vec<_> = left.iter().map(ResourceExt::name_any).collect();
            call.sleep(INTERVAL).await.map_err(|halt| Error::Wait {
                halt,
                awaited: "the CRDs of the Arc agents to be gone".to_owned(),
                seen: names.join(", "),
            })?;
        }
    }

    /// One step: asks for deletion, or frees the objects that hold it up.
    async fn delete_crd(
        &self,
        call: &Call,
        definitions: &Api<CustomResourceDefinition>,
        crd: &CustomResourceDefinition,
    ) -> Result<(), Error> {
        let name = crd.name_any();
        if crd.metadata.deletion_timestamp.is_some() {
            return match self.strike_finalizers(call, crd).await? {
                0 => self.remind(call, definitions, &name).await,
                _ => Ok(()),
            };
        }
        let params = DeleteParams::default();
        let request = || definitions.delete(&name, &params);
        forgive_absence(
            self.write(call, &format!("delete CRD {name}"), request)
                .await,
        )
    }

    /// Touches an empty CRD. The API server's finalizer may lose a deletion that follows closely on the creation ("storage is
    /// (re)initializing"), and comes back to it after minutes, or at the next change of the CRD.
    async fn remind(
        &self,
        call: &Call,
        definitions: &Api<CustomResourceDefinition>,
        name: &str,
    ) -> Result<(), Error> {
        let now = jiff::Timestamp::now().to_string();
        let patch = Patch::Merge(json!({"metadata": {"annotations": {REMINDED: now}}}));
        let params = PatchParams::default();
        let request = || definitions.patch(name, &params, &patch);
        let action = format!("touch CRD {name}");
        forgive_absence(self.write(call, &action, request).await)
    }

    /// Answers how many objects the CRD still has.
    async fn strike_finalizers(
        &self,
        call: &Call,
        crd: &CustomResourceDefinition,
    ) -> Result<usize, Error> {
        let Some(version) = crd.spec.versions.iter().find(|v| v.served) else {
            return Ok(0);
        };
        let kind = GroupVersionKind::gvk(&crd.spec.group, &version.name, &crd.spec.names.kind);
        let resource = ApiResource::from_gvk_with_plural(&kind, &crd.spec.names.plural);
        let everywhere: Api<DynamicObject> = Api::all_with(self.client(), &resource);
        let action = format!("list {}", crd.spec.names.plural);
        let everything = ListParams::default();
        let listed = self
            .read(call, &action, || everywhere.list(&everything))
            .await;
        let held = match listed {
            Err(error) if error.is_not_found() => return Ok(0),
            listed => listed?.items,
        };
        for object in held.iter().filter(|o| !o.finalizers().is_empty()) {
            let api: Api<DynamicObject> = match object.namespace() {
                Some(namespace) => Api::namespaced_with(self.client(), &namespace, &resource),
                None => everywhere.clone(),
            };
            let patch = Patch::Merge(json!({"metadata": {"finalizers": null}}));
            let name = object.name_any();
            let params = PatchParams::default();
            let request = || api.patch(&name, &params, &patch);
            let action = format!("strike the finalizers of {} {name}", crd.spec.names.kind);
            forgive_absence(self.write(call, &action, request).await)?;
        }
        Ok(held.len())
    }
}

fn is_arc(crd: &CustomResourceDefinition) -> bool {
    let name = crd.name_any();
    ARC_CRDS.iter().any(|prefix| name.starts_with(prefix))
}

/// The namespace controller's own account of what it still has to remove.
fn what_holds(namespace: &Namespace) -> String {
    let conditions = namespace
        .status
        .iter()
        .flat_map(|status| status.conditions.iter().flatten());
    let told: Vec<_> = conditions
        .filter(|c| c.status == "True")
        .filter_map(|c| c.message.clone())
        .collect();
    match told.as_slice() {
        [] => "it is being deleted".to_owned(),
        told => redact::text(&told.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::Value;

    use super::*;
    use crate::cluster::testing::{call, cluster};

    fn absent() -> (u16, Value) {
        (
            404,
            json!({"code": 404, "reason": "NotFound", "message": "not found"}),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn a_namespace_that_is_held_is_explained_at_the_deadline() {
        let cluster = cluster(|_| {
            let conditions = json!([
                {"type": "NamespaceDeletionDiscoveryFailure", "status": "False", "message": "All resources discovered"},
                {"type": "NamespaceContentRemaining", "status": "True",
                 "message": "Some resources are remaining: extensionconfigs has 1 resource instances"},
                {"type": "NamespaceFinalizersRemaining", "status": "True",
                 "message": "Some content in the namespace has finalizers remaining: Extension.Controller.Finalizer in 1 resource instances"},
            ]);
            (
                200,
                json!({"metadata": {"name": "azure-arc"}, "status": {"phase": "Terminating", "conditions": conditions}}),
            )
        });
        let limited = call().within(Duration::from_secs(10));
        let error = cluster
            .delete_namespace(&limited, "azure-arc")
            .await
            .expect_err("held");
        assert_eq!(
            error.to_string(),
            "gave up waiting for namespace azure-arc to be gone: the time limit of the operation ran out; last seen: \
             Some resources are remaining: extensionconfigs has 1 resource instances; \
             Some content in the namespace has finalizers remaining: Extension.Controller.Finalizer in 1 resource instances"
        );
    }

    #[tokio::test]
    async fn an_absent_namespace_is_deleted_already() {
        cluster(|_| absent())
            .delete_namespace(&call(), "azure-arc")
            .await
            .expect("fine");
    }

    const CRD: &str = "extensionconfigs.clusterconfig.azure.com";

    /// What deleting the Arc CRDs writes, in a cluster that has one with these objects, which goes with the first patch.
    async fn writes(objects: Value) -> Vec<String> {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let crd = |name: &str, deleting: bool| {
            let (plural, group) = name.split_once('.').expect("a CRD name");
            json!({
                "metadata": {"name": name, "deletionTimestamp": deleting.then_some("2026-01-01T00:00:00Z")},
                "spec": {"group": group, "scope": "Namespaced", "names": {"plural": plural, "kind": "K"},
                         "versions": [{"name": "v1beta1", "served": true, "storage": true}]}})
        };
        let cluster = cluster(move |request| {
            let mut log = log.lock().expect("no panic");
            log.push(request.to_owned());
            let deleting = log.iter().any(|r| r.starts_with("DELETE"));
            let gone = log.iter().any(|r| r.starts_with("PATCH"));
            match request.split_once(' ').expect("a request line") {
                ("GET", path) if path.ends_with("/customresourcedefinitions") => {
                    let mut items = vec![crd("applications.argoproj.io", false)];
                    if !gone {
                        items.push(crd(CRD, deleting));
                    }
                    (200, json!({"metadata": {}, "items": items}))
                }
                ("GET", "/apis/clusterconfig.azure.com/v1beta1/extensionconfigs") => {
                    (200, json!({"metadata": {}, "items": objects}))
                }
                ("DELETE", _) => (200, crd(CRD, true)),
                ("PATCH", path) if path.ends_with(CRD) => (200, crd(CRD, true)),
                ("PATCH", _) => (
                    200,
                    json!({"apiVersion": "clusterconfig.azure.com/v1beta1", "kind": "K", "metadata": {}}),
                ),
                other => panic!("unexpected {other:?}"),
            }
        });
        let limited = call().within(Duration::from_secs(30));
        cluster.delete_arc_crds(&limited).await.expect("gone");
        let seen = seen.lock().expect("no panic");
        let writes = seen.iter().filter(|r| !r.starts_with("GET"));
        writes.cloned().collect()
    }

    #[tokio::test(start_paused = true)]
    async fn stuck_crds_are_freed_and_others_left_alone() {
        let held = json!([{"apiVersion": "clusterconfig.azure.com/v1beta1", "kind": "K",
            "metadata": {"name": "flux", "namespace": "azure-arc", "finalizers": ["f"]}}]);
        assert_eq!(
            writes(held).await,
            [
                "DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/extensionconfigs.clusterconfig.azure.com",
                "PATCH /apis/clusterconfig.azure.com/v1beta1/namespaces/azure-arc/extensionconfigs/flux",
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_api_server_that_forgot_an_empty_crd_is_reminded() {
        assert_eq!(
            writes(json!([])).await,
            [
                "DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/extensionconfigs.clusterconfig.azure.com",
                "PATCH /apis/apiextensions.k8s.io/v1/customresourcedefinitions/extensionconfigs.clusterconfig.azure.com",
            ]
        );
    }
}
