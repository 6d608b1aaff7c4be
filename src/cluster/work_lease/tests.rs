use serde_json::Value;

use super::*;
use crate::cluster::testing::{Store, call, cluster_with_bodies};
use crate::fault::Kind;

const ID: &str =
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Kubernetes/connectedClusters/c1";

/// Where the Lease for the agents lies.
const AGENTS: &str =
    "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/arc-multicloud-agents";

/// Changes a stored Lease as another client does, and with it its version.
fn change(store: &Store, path: &str, field: &str, value: &str) {
    let mut lease = store.get(path);
    lease["spec"][field] = value.into();
    store.put(path, lease);
}

/// The path of the Lease for an object.
fn path_of(work: Work<'_>) -> String {
    AGENTS.replace("arc-multicloud-agents", &work.lease_name())
}

#[tokio::test(start_paused = true)]
async fn a_second_run_is_told_who_is_at_work() {
    let store = Store::new();
    let cluster = store.client();
    let first = cluster.hold(&call(), Work::Agents(ID)).await.expect("free");
    let begin = Instant::now();
    let other =
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Kubernetes/connectedClusters/c2";
    let error = cluster
        .hold(&call(), Work::Agents(other))
        .await
        .err()
        .expect("held");
    assert!(
        begin.elapsed() < Duration::from_secs(11),
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(error.kind(), Kind::Conflict);
    let text = error.to_string();
    assert!(
        text.contains(ID) && text.contains("kube-system/arc-multicloud-agents"),
        "{text}"
    );

    first.check().expect("still held");
    first.release(&call()).await;
    assert_eq!(store.get(AGENTS), Value::Null);
    let next = cluster
        .hold(&call(), Work::Agents(other))
        .await
        .expect("free");
    assert!(!next.predecessor_died());
}

#[tokio::test(start_paused = true)]
async fn the_lease_of_a_killed_run_is_taken_over_whatever_its_clock_said() {
    let store = Store::new();
    let cluster = store.client();
    drop(cluster.hold(&call(), Work::Agents(ID)).await.expect("free"));
    change(&store, AGENTS, "renewTime", "2100-01-01T00:00:00.000000Z");
    let begin = Instant::now();
    let next = cluster
        .hold(&call(), Work::Agents(ID))
        .await
        .expect("taken over");
    assert!(next.predecessor_died());
    let waited = begin.elapsed();
    let expected = Duration::from_secs(20)..=Duration::from_secs(26);
    assert!(expected.contains(&waited), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_was_lost_is_noticed_and_left_alone() {
    let store = Store::new();
    let cluster = store.client();
    let held = cluster.hold(&call(), Work::Object(ID)).await.expect("free");
    let path = path_of(Work::Object(ID));
    change(&store, &path, "holderIdentity", "another");
    call().sleep(INTERVAL * 2).await.expect("no end");
    let error = held.check().expect_err("lost");
    assert!(matches!(error, Error::LeaseLost { .. }), "{error:?}");
    held.release(&call()).await;
    assert_ne!(store.get(&path), Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_renewed_while_it_is_held_and_belongs_to_one_object() {
    let store = Store::new();
    let cluster = store.client();
    let held = cluster.hold(&call(), Work::Object(ID)).await.expect("free");
    call().sleep(Duration::from_mins(5)).await.expect("no end");
    held.check().expect("still held");
    let lease = store.get(&path_of(Work::Object(ID)));
    let version = lease["metadata"]["resourceVersion"]
        .as_str()
        .and_then(|v| v.parse::<u32>().ok());
    assert!(version.is_some_and(|version| version > 50), "{lease}");
    assert_ne!(
        Work::Object(ID).lease_name(),
        Work::Object("/subscriptions/t").lease_name()
    );
    assert_eq!(
        Work::Object(ID).lease_name(),
        Work::Object(&ID.to_uppercase()).lease_name()
    );
}

#[tokio::test]
async fn a_login_without_the_right_works_without_a_lease() {
    let refused = json!({"code": 403, "reason": "Forbidden", "message": "no"});
    let cluster = cluster_with_bodies(move |_, _| (403, refused.clone()));
    let held = cluster
        .hold(&call(), Work::Agents(ID))
        .await
        .expect("without");
    held.check().expect("nothing to lose");
    held.release(&call()).await;
}
