//! Conversations about connected clusters, over TLS.

use reqwest::Method;
use serde_json::Value;

use super::*;
use crate::arm::testing::{Azure, CLUSTER, Reply, Seen, call, cluster_id};
use crate::fault::{Explain, Kind};

const STATUS: &str = "/providers/Microsoft.Kubernetes/locations/koreacentral/operationStatuses/1";

fn stored(state: &str) -> Value {
    json!({
        "id": CLUSTER.to_lowercase(),
        "name": "c1",
        "location": "koreacentral",
        "tags": {"City": "Demo"},
        "properties": {"provisioningState": state, "connectivityStatus": "Connecting", "surprise": true},
    })
}

fn is(seen: &Seen, method: &Method, path: &str) -> bool {
    seen.method == *method && seen.path == path
}

/// Answers reads of the cluster; everything else in the way given.
async fn azure(
    reads: impl Fn(usize) -> Reply + Send + Sync + 'static,
    others: impl Fn(&Seen, usize) -> Option<Reply> + Send + Sync + 'static,
) -> Azure {
    Azure::start(move |seen, before| {
        if is(seen, &Method::GET, CLUSTER) {
            Some(reads(before))
        } else {
            others(seen, before)
        }
    })
    .await
}

fn status(state: &str) -> Reply {
    Reply::json(200, &json!({"status": state}))
}

#[tokio::test]
async fn a_put_is_accepted_first_and_finished_later() {
    let azure = azure(
        |_| Reply::json(200, &stored("Succeeded")),
        |seen, before| match seen.path.as_str() {
            CLUSTER => Some(Reply::json(201, &stored("Accepted")).with(
                "azure-asyncoperation",
                format!("http://elsewhere{STATUS}?s=1"),
            )),
            STATUS => Some(status(if before == 0 {
                "InProgress"
            } else {
                "Succeeded"
            })),
            _ => None,
        },
    )
    .await;
    let clusters = azure.client().connected_clusters();
    let mut cluster: ConnectedCluster =
        serde_json::from_value(stored("Succeeded")).expect("readable");
    cluster.properties.agent_public_key_certificate = Some("MIIC".to_owned());
    let operation = clusters
        .put(&call(), &cluster_id(), &cluster)
        .await
        .expect("accepted");
    assert!(azure.requests_to(STATUS).is_empty());
    let initial = operation.initial().expect("in the answer");
    assert_eq!(
        initial.properties.provisioning_state.as_deref(),
        Some("Accepted")
    );
    let finished = operation.wait(&call()).await.expect("finished");
    assert_eq!(
        finished.properties.provisioning_state.as_deref(),
        Some("Succeeded")
    );
    assert_eq!(azure.requests_to(STATUS)[1].query, "s=1");
    let sent = azure.requests_to(CLUSTER)[0].json();
    let expected = json!({
        "location": "koreacentral",
        "tags": {"City": "Demo"},
        "properties": {"agentPublicKeyCertificate": "MIIC", "surprise": true},
    });
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_put_whose_answer_breaks_off_is_sent_again() {
    let azure = azure(
        |_| Reply::json(200, &stored("Succeeded")),
        |seen, before| {
            (seen.path == CLUSTER).then(|| match before {
                0 => Reply::broken(),
                _ => Reply::json(200, &stored("Accepted")),
            })
        },
    )
    .await;
    let clusters = azure.client().connected_clusters();
    let operation = clusters
        .put(&call(), &cluster_id(), &ConnectedCluster::default())
        .await
        .expect("accepted");
    operation.wait(&call()).await.expect("finished");
}

#[tokio::test]
async fn a_failed_put_carries_the_operations_error_and_ids() {
    let azure = azure(
        |_| Reply::json(200, &stored("Failed")),
        |seen, _| match seen.path.as_str() {
            CLUSTER => Some(Reply::json(201, &json!({})).with("azure-asyncoperation", STATUS)),
            STATUS => Some(Reply::json(
                200,
                &json!({"status": "Failed", "error": {"code": "ResourceQuotaExceeded", "message": "Too many."}}),
            )),
            _ => None,
        },
    )
    .await;
    let clusters = azure.client().connected_clusters();
    let operation = clusters
        .put(&call(), &cluster_id(), &ConnectedCluster::default())
        .await
        .expect("accepted");
    let error = operation.wait(&call()).await.expect_err("failed");
    let expected =
        "Azure began to write connected cluster c1 in resource group rg and did not succeed";
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.kind(), Kind::Configuration);
    let reference = error.reference().expect("a reference");
    assert_eq!(reference.code.as_deref(), Some("ResourceQuotaExceeded"));
    assert_eq!(reference.request_id.as_deref(), Some("request-1"));
}

#[tokio::test]
async fn only_azures_own_word_makes_a_cluster_gone() {
    let gone = azure(
        |_| Reply::error(404, "ResourceNotFound", "No."),
        |_, _| None,
    )
    .await;
    let cluster = gone
        .client()
        .connected_clusters()
        .get(&call(), &cluster_id())
        .await
        .expect("an answer");
    assert_eq!(cluster, None);
    for (reply, kind) in [(404, Kind::NotFound), (403, Kind::Permission)] {
        let silent = azure(move |_| Reply::empty(reply), |_, _| None).await;
        let clusters = silent.client().connected_clusters();
        let error = clusters
            .get(&call(), &cluster_id())
            .await
            .expect_err("no proof");
        assert_eq!(error.kind(), kind);
        assert!(!error.is_not_found());
    }
}

#[tokio::test]
async fn tags_change_at_once_or_later() {
    for accepted in [200, 202] {
        let azure = azure(
            |_| Reply::json(200, &stored("Succeeded")),
            move |seen, _| match (seen.method.as_str(), seen.path.as_str()) {
                ("PATCH", CLUSTER) if accepted == 202 => {
                    Some(Reply::empty(202).with("location", STATUS))
                }
                ("PATCH", CLUSTER) | ("GET", STATUS) => {
                    Some(Reply::json(200, &stored("Succeeded")))
                }
                _ => None,
            },
        )
        .await;
        let tags = BTreeMap::from([("City".to_owned(), "Demo".to_owned())]);
        let clusters = azure.client().connected_clusters();
        let cluster = clusters
            .update_tags(&call(), &cluster_id(), &tags)
            .await
            .expect("changed");
        assert_eq!(cluster.tags.as_ref(), Some(&tags));
        assert_eq!(
            azure.requests_to(CLUSTER)[0].json(),
            json!({"tags": {"City": "Demo"}})
        );
    }
}

#[tokio::test]
async fn a_deletion_is_over_when_the_cluster_is_not_found() {
    let azure = azure(
        |before| match before {
            0 => Reply::json(200, &stored("Deleting")),
            _ => Reply::error(404, "ResourceNotFound", "No."),
        },
        |seen, before| match (seen.method.as_str(), seen.path.as_str(), before) {
            ("DELETE", CLUSTER, _) => Some(Reply::empty(202).with("location", STATUS)),
            ("GET", STATUS, 0) => Some(Reply::empty(202)),
            ("GET", STATUS, _) => Some(Reply::empty(204)),
            _ => None,
        },
    )
    .await;
    let clusters = azure.client().connected_clusters();
    let operation = clusters
        .delete(&call(), &cluster_id(), true)
        .await
        .expect("accepted");
    operation.wait(&call()).await.expect("gone");
    let requests = azure.requests_to(CLUSTER);
    assert_eq!(requests[0].query, "api-version=2026-05-01&force=true");
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[1].query, "api-version=2026-05-01");
}

#[tokio::test]
async fn deleting_what_is_gone_succeeds() {
    let gone = |_| Reply::error(404, "ResourceGroupNotFound", "No.");
    let azure = azure(gone, move |seen, before| {
        (seen.path == CLUSTER).then(|| gone(before))
    })
    .await;
    let clusters = azure.client().connected_clusters();
    let operation = clusters
        .delete(&call(), &cluster_id(), false)
        .await
        .expect("fine");
    operation.wait(&call()).await.expect("gone");
}
