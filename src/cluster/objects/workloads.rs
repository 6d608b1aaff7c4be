//! Deployments, daemon sets and stateful sets of a namespace, and how many of their replicas are ready.

use std::collections::BTreeMap;
use std::fmt::Debug;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use kube::api::ListParams;
use kube::{Api, Resource, ResourceExt as _};
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::cluster::{Cluster, Error};

/// Where Helm notes which release an object belongs to.
const RELEASE: &str = "meta.helm.sh/release-name";

/// How many replicas of a workload are ready, and how many should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Workload {
    /// Ready replicas.
    pub ready: i32,
    /// Wanted replicas.
    pub desired: i32,
}

/// What kubectl calls a kind, and how it counts.
trait Counted:
    Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug + DeserializeOwned
{
    const KIND: &'static str;
    fn count(&self) -> Workload;
}

impl Cluster {
    /// The workloads that a Helm release put into a namespace, named as for kubectl: `deployment/source-controller`.
    /// Empty when nothing is installed.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn release_workloads(
        &self,
        call: &Call,
        namespace: &str,
        release: &str,
    ) -> Result<BTreeMap<String, Workload>, Error> {
        let (deployments, daemons, stateful) = futures::try_join!(
            self.counted::<Deployment>(call, namespace),
            self.counted::<DaemonSet>(call, namespace),
            self.counted::<StatefulSet>(call, namespace),
        )?;
        let mut found = of_release(&deployments, release);
        found.extend(of_release(&daemons, release));
        found.extend(of_release(&stateful, release));
        Ok(found)
    }

    /// All deployments of a namespace by name.
    pub(in crate::cluster) async fn deployments(
        &self,
        call: &Call,
        namespace: &str,
    ) -> Result<BTreeMap<String, Workload>, Error> {
        let found = self.counted::<Deployment>(call, namespace).await?;
        Ok(found.iter().map(|d| (d.name_any(), d.count())).collect())
    }

    /// What is being deleted is not counted.
    async fn counted<K: Counted>(&self, call: &Call, namespace: &str) -> Result<Vec<K>, Error> {
        let objects: Api<K> = Api::namespaced(self.client(), namespace);
        let action = format!("list {}s in {namespace}", K::KIND);
        let everything = ListParams::default();
        let listed = self
            .read(call, &action, || objects.list(&everything))
            .await?;
        let staying = |object: &K| object.meta().deletion_timestamp.is_none();
        Ok(listed.items.into_iter().filter(staying).collect())
    }
}

fn of_release<K: Counted>(objects: &[K], release: &str) -> BTreeMap<String, Workload> {
    let own = |object: &&K| object.annotations().get(RELEASE).map(String::as_str) == Some(release);
    let named = |object: &K| (format!("{}/{}", K::KIND, object.name_any()), object.count());
    objects.iter().filter(own).map(named).collect()
}

/// A deployment that says nothing of replicas wants one.
impl Counted for Deployment {
    const KIND: &'static str = "deployment";

    fn count(&self) -> Workload {
        let ready = self
            .status
            .as_ref()
            .and_then(|status| status.ready_replicas);
        Workload {
            ready: ready.unwrap_or(0),
            desired: self.spec.replicas.unwrap_or(1),
        }
    }
}

/// As with deployments.
impl Counted for StatefulSet {
    const KIND: &'static str = "statefulset";

    fn count(&self) -> Workload {
        let ready = self
            .status
            .as_ref()
            .and_then(|status| status.ready_replicas);
        Workload {
            ready: ready.unwrap_or(0),
            desired: self.spec.replicas.unwrap_or(1),
        }
    }
}

/// The nodes decide how many are wanted.
impl Counted for DaemonSet {
    const KIND: &'static str = "daemonset";

    fn count(&self) -> Workload {
        let status = self.status.clone().unwrap_or_default();
        Workload {
            ready: status.number_ready,
            desired: status.desired_number_scheduled,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::cluster::testing::{call, cluster};

    fn object(name: &str, release: &str, spec: Value, status: Value) -> Value {
        let mut object = json!({
            "metadata": {"name": name, "annotations": {RELEASE: release}},
            "spec": {"selector": {}, "template": {}, "serviceName": "s"},
        });
        object["status"] = status;
        if let Value::Object(more) = spec {
            object["spec"].as_object_mut().expect("a spec").extend(more);
        }
        object
    }

    #[tokio::test]
    async fn only_the_releases_own_workloads_of_all_kinds_are_counted() {
        let cluster = cluster(|request| {
            let items = match request {
                "GET /apis/apps/v1/namespaces/kube-system/deployments" => json!([
                    object(
                        "policy",
                        "azurepolicy",
                        json!({"replicas": 2}),
                        json!({"readyReplicas": 1})
                    ),
                    object("coredns", "coredns", json!({}), json!({})),
                ]),
                "GET /apis/apps/v1/namespaces/kube-system/daemonsets" => json!([object(
                    "policy",
                    "azurepolicy",
                    json!({}),
                    json!({"currentNumberScheduled": 3, "desiredNumberScheduled": 3, "numberMisscheduled": 0, "numberReady": 3}),
                )]),
                "GET /apis/apps/v1/namespaces/kube-system/statefulsets" => {
                    json!([object(
                        "store",
                        "azurepolicy",
                        json!({}),
                        json!({"replicas": 1, "readyReplicas": 1})
                    )])
                }
                other => panic!("unexpected {other}"),
            };
            (200, json!({"metadata": {}, "items": items}))
        });
        let found = cluster
            .release_workloads(&call(), "kube-system", "azurepolicy")
            .await
            .expect("answered");
        let workload = |ready, desired| Workload { ready, desired };
        let expected = [
            ("daemonset/policy", workload(3, 3)),
            ("deployment/policy", workload(1, 2)),
            ("statefulset/store", workload(1, 1)),
        ];
        assert_eq!(found, expected.map(|(n, w)| (n.to_owned(), w)).into());
    }
}
