//! Removals, with both planes in memory.

use serde_json::{Value, json};

use super::super::testing::{deletions, id, session};
use super::*;
use crate::arm::testing::{Azure, CLUSTER, Reply, call, cluster_id};
use crate::cluster::testing::{Store, cluster};

const CONFIG: &str = "/api/v1/namespaces/azure-arc/configmaps/azure-clusterconfig";
const AGENTS: &str = "/api/v1/namespaces/azure-arc";
const KEY: &str = "/api/v1/namespaces/azure-arc/secrets/azure-arc-connect-privatekey";
const LEASE: &str =
    "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/arc-multicloud-agents";

/// A cluster with the agents' namespace and the config map of agents of this name.
fn connected_as(name: &str) -> Store {
    let store = Store::new();
    store.put(AGENTS, json!({"metadata": {"name": "azure-arc"}}));
    store.put(CONFIG, config(name));
    store
}

fn config(name: &str) -> Value {
    let id = cluster_id();
    json!({"metadata": {"name": "azure-clusterconfig"}, "data": {
        "AZURE_SUBSCRIPTION_ID": id.subscription_id(), "AZURE_RESOURCE_GROUP": id.resource_group(),
        "AZURE_RESOURCE_NAME": name}})
}

/// An Azure that deletes at once; meanwhile something happens in the cluster.
async fn deleting(meanwhile: impl Fn() + Send + Sync + 'static) -> Azure {
    Azure::start(move |seen, _| match seen.method.as_str() {
        _ if seen.path != CLUSTER => None,
        "DELETE" => {
            meanwhile();
            Some(Reply::empty(204))
        }
        _ => Some(Reply::error(404, "ResourceNotFound", "")),
    })
    .await
}

async fn removed(
    azure: &Azure,
    cluster: Option<Cluster>,
    force: bool,
) -> Result<Option<Leftover>, Error> {
    let session = session(azure.client(), cluster);
    let asked = Removal {
        cluster_uid: Some("u1"),
        force,
    };
    Box::pin(remove(&call(), &session, &cluster_id(), None, asked)).await
}

#[tokio::test]
async fn everything_goes_and_the_lease_with_it() {
    let store = connected_as(cluster_id().name());
    let azure = deleting({
        let store = store.clone();
        move || {
            assert!(
                !store.get(LEASE).is_null(),
                "the run says that it is at work"
            );
        }
    })
    .await;
    let left = removed(&azure, Some(store.client()), false).await;
    assert!(left.expect("removed").is_none());
    assert_eq!(deletions(&azure), 1);
    assert!(store.get(AGENTS).is_null() && store.get(LEASE).is_null());
}

#[tokio::test]
async fn nothing_is_deleted_in_azure_while_the_agents_cannot_be_removed() {
    let denying = |code: u16, reason: &'static str| {
        cluster(move |_| {
            (
                code,
                json!({"code": code, "reason": reason, "message": "no"}),
            )
        })
    };
    for cluster in [
        None,
        Some(denying(403, "Forbidden")),
        Some(denying(401, "Unauthorized")),
    ] {
        let azure = deleting(|| ()).await;
        let refused = removed(&azure, cluster.clone(), false).await;
        let error = refused.expect_err("out of reach");
        assert!(matches!(error, Error::OutOfReach { .. }), "{error}");
        assert_eq!(deletions(&azure), 0);
        let left = removed(&azure, cluster, true).await.expect("forced");
        assert!(left.is_some());
        assert_eq!(deletions(&azure), 1);
    }
}

#[tokio::test]
async fn agents_that_are_elsewhere_are_left_alone() {
    let other = Store::new();
    let system = json!({"metadata": {"name": "kube-system", "uid": "u2"}});
    other.put("/api/v1/namespaces/kube-system", system);
    other.put(AGENTS, json!({"metadata": {"name": "azure-arc"}}));
    for store in [other, connected_as("theirs")] {
        let azure = deleting(|| ()).await;
        let left = removed(&azure, Some(store.client()), false).await;
        assert!(left.expect("removed").is_some());
        assert_eq!(deletions(&azure), 1);
        assert!(!store.get(AGENTS).is_null());
    }
}

/// Whether the successor's agents are there already, or only its key.
#[tokio::test]
async fn a_cluster_that_was_connected_again_meanwhile_is_not_cleared() {
    let successor = id("successor").to_string();
    let key = json!({"metadata": {"annotations": {"arc.multicloud/connecting-as": successor}}, "data": {"privateKey": "UEVN"}});
    for (path, object) in [(CONFIG, config("successor")), (KEY, key)] {
        let store = connected_as(cluster_id().name());
        let azure = deleting({
            let store = store.clone();
            move || store.put(path, object.clone())
        })
        .await;
        let left = removed(&azure, Some(store.client()), false).await;
        let left = left.expect("removed").expect("another's agents");
        assert!(
            matches!(left.reason, Error::BoundElsewhere { .. }),
            "{left:?}"
        );
        assert!(!store.get(AGENTS).is_null() && store.get(LEASE).is_null());
    }
}
