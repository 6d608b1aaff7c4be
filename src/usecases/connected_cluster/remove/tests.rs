//! Removals, with both planes in memory.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::super::testing::{deleting, deletions, session};
use super::*;
use crate::arm::testing::{Azure, call, cluster_id};
use crate::cluster::testing::cluster;

/// What a cluster was asked to change.
type Writes = Arc<Mutex<Vec<String>>>;

fn absent() -> (u16, Value) {
    (
        404,
        json!({"code": 404, "reason": "NotFound", "message": "no"}),
    )
}

/// A cluster without agents that answers other than that where `more` says so, given the writes so far.
fn bare(
    more: impl Fn(&str, &[String]) -> Option<(u16, Value)> + Send + Sync + Clone + 'static,
) -> (Cluster, Writes) {
    let writes = Writes::default();
    let log = Arc::clone(&writes);
    let cluster = cluster(move |request| {
        let mut log = log.lock().expect("no panic");
        if let Some(answer) = more(request, &log) {
            return answer;
        }
        if !request.starts_with("GET") {
            log.push(request.to_owned());
            return absent();
        }
        match request {
            "GET /api/v1/namespaces/kube-system" => (
                200,
                json!({"metadata": {"name": "kube-system", "uid": "u1"}}),
            ),
            list if list.contains("/secrets?") || list.ends_with("customresourcedefinitions") => {
                (200, json!({"metadata": {}, "items": []}))
            }
            _ => absent(),
        }
    });
    (cluster, writes)
}

fn agents_of(name: &str) -> (u16, Value) {
    let id = cluster_id();
    (
        200,
        json!({"data": {"AZURE_SUBSCRIPTION_ID": id.subscription_id(), "AZURE_RESOURCE_GROUP": id.resource_group(),
                        "AZURE_RESOURCE_NAME": name}}),
    )
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

const CONFIG: &str = "GET /api/v1/namespaces/azure-arc/configmaps/azure-clusterconfig";

#[tokio::test]
async fn nothing_is_deleted_in_azure_while_the_agents_cannot_be_removed() {
    let forbidden = (
        403,
        json!({"code": 403, "reason": "Forbidden", "message": "no"}),
    );
    let refused = (
        401,
        json!({"code": 401, "reason": "Unauthorized", "message": "no"}),
    );
    let denying = |answer: (u16, Value)| bare(move |_, _| Some(answer.clone())).0;
    for cluster in [None, Some(denying(forbidden)), Some(denying(refused))] {
        let azure = deleting().await;
        let error = removed(&azure, cluster.clone(), false)
            .await
            .expect_err("out of reach");
        assert!(matches!(error, Error::OutOfReach { .. }), "{error}");
        assert_eq!(deletions(&azure), 0);
        let left = removed(&azure, cluster, true).await.expect("forced");
        assert!(left.is_some());
        assert_eq!(deletions(&azure), 1);
    }
}

#[tokio::test]
async fn agents_that_are_elsewhere_are_left_alone() {
    let other = |request: &str, _: &[String]| {
        (request == "GET /api/v1/namespaces/kube-system").then(|| {
            (
                200,
                json!({"metadata": {"name": "kube-system", "uid": "u2"}}),
            )
        })
    };
    let theirs = |request: &str, _: &[String]| (request == CONFIG).then(|| agents_of("theirs"));
    for (cluster, writes) in [bare(other), bare(theirs)] {
        let azure = deleting().await;
        let left = removed(&azure, Some(cluster), false)
            .await
            .expect("removed");
        assert!(left.is_some());
        assert_eq!(deletions(&azure), 1);
        assert_eq!(*writes.lock().expect("no panic"), [""; 0]);
    }
}

#[tokio::test]
async fn a_cluster_that_was_connected_anew_meanwhile_is_not_cleared() {
    let azure = deleting().await;
    let noted = |log: &[String]| log.iter().any(|write| write.starts_with("PATCH"));
    let (cluster, writes) =
        bare(move |request, log| (request == CONFIG && noted(log)).then(|| agents_of("successor")));
    let left = removed(&azure, Some(cluster), false)
        .await
        .expect("removed");
    let left = left.expect("another's agents");
    assert!(
        matches!(left.reason, Error::BoundElsewhere { .. }),
        "{left:?}"
    );
    let writes = writes.lock().expect("no panic");
    assert!(
        !writes.iter().any(|write| write.contains("DELETE")),
        "{writes:?}"
    );
}
