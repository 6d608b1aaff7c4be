use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::*;
use crate::cluster::testing::{call, cluster_with_bodies};
use crate::fault::Kind;

const ID: &str =
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Kubernetes/connectedClusters/c1";

type Stored = Arc<Mutex<Option<Value>>>;

/// A cluster that keeps one Lease, under the rules of the API server for resource versions.
fn cluster_with_lease() -> (Cluster, Stored) {
    let stored = Stored::default();
    let shared = Arc::clone(&stored);
    let cluster = cluster_with_bodies(move |request, body| {
        let mut stored = shared.lock().expect("not poisoned");
        let version = |lease: &Value| lease["metadata"]["resourceVersion"].clone();
        let refused = |code: u16| (code, json!({"code": code, "reason": "", "message": "no"}));
        match (
            request.split(' ').next().unwrap_or_default(),
            stored.as_mut(),
        ) {
            ("POST", Some(_)) => refused(409),
            ("POST", None) => {
                let mut made = body.clone();
                made["metadata"]["resourceVersion"] = "1".into();
                *stored = Some(made.clone());
                (201, made)
            }
            (_, None) => refused(404),
            ("GET", Some(lease)) => (200, lease.clone()),
            ("PATCH", Some(lease)) if version(body) != version(lease) => refused(409),
            ("PATCH", Some(lease)) => {
                json_patch_merge(lease, body);
                bump(lease);
                (200, lease.clone())
            }
            ("DELETE", Some(lease)) => {
                let lease = lease.clone();
                *stored = None;
                (200, lease)
            }
            other => panic!("unexpected {other:?}"),
        }
    });
    (cluster, stored)
}

fn bump(lease: &mut Value) {
    let version = lease["metadata"]["resourceVersion"]
        .as_str()
        .and_then(|v| v.parse::<u32>().ok());
    lease["metadata"]["resourceVersion"] = (version.expect("a number") + 1).to_string().into();
}

/// RFC 7396, for objects.
fn json_patch_merge(target: &mut Value, patch: &Value) {
    for (key, value) in patch.as_object().into_iter().flatten() {
        match value {
            Value::Object(_) => json_patch_merge(&mut target[key], value),
            value => target[key] = value.clone(),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_run_is_told_who_is_at_work() {
    let (cluster, stored) = cluster_with_lease();
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
    assert_eq!(*stored.lock().expect("not poisoned"), None);
    let next = cluster
        .hold(&call(), Work::Agents(other))
        .await
        .expect("free");
    assert!(!next.predecessor_died());
}

#[tokio::test(start_paused = true)]
async fn the_lease_of_a_killed_run_is_taken_over_whatever_its_clock_said() {
    let (cluster, stored) = cluster_with_lease();
    drop(cluster.hold(&call(), Work::Agents(ID)).await.expect("free"));
    if let Some(lease) = stored.lock().expect("not poisoned").as_mut() {
        lease["spec"]["renewTime"] = "2100-01-01T00:00:00.000000Z".into();
    }
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
    let (cluster, stored) = cluster_with_lease();
    let held = cluster.hold(&call(), Work::Object(ID)).await.expect("free");
    if let Some(lease) = stored.lock().expect("not poisoned").as_mut() {
        lease["spec"]["holderIdentity"] = "another".into();
        bump(lease);
    }
    call().sleep(INTERVAL * 2).await.expect("no end");
    let error = held.check().expect_err("lost");
    assert!(matches!(error, Error::LeaseLost { .. }), "{error:?}");
    held.release(&call()).await;
    assert!(stored.lock().expect("not poisoned").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_renewed_while_it_is_held_and_belongs_to_one_object() {
    let (cluster, stored) = cluster_with_lease();
    let held = cluster.hold(&call(), Work::Object(ID)).await.expect("free");
    call().sleep(Duration::from_mins(5)).await.expect("no end");
    held.check().expect("still held");
    let lease = stored.lock().expect("not poisoned").clone().expect("there");
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
