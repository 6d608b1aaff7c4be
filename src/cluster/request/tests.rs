use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use k8s_openapi::api::core::v1::Namespace;
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::cluster::testing::{Answer, Store, call, cluster, cluster_of};

/// A cluster that loses the answers to the first `lost` requests, after it did what they ask for.
fn losing(lost: usize) -> (Cluster, Arc<Mutex<Vec<String>>>) {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let (seen, store) = (Arc::clone(&requests), Store::new());
    let cluster = cluster_of(move |line, body| {
        let (status, body) = store.answer(line, body);
        let mut seen = seen.lock().expect("not poisoned");
        seen.push(line.to_owned());
        if seen.len() <= lost {
            return Answer::Lost;
        }
        Answer::Given(status, body)
    });
    (cluster, requests)
}

fn namespace() -> Namespace {
    serde_json::from_value(json!({"metadata": {"name": "n"}})).expect("a namespace")
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_answer_was_lost_is_recognised_by_its_repetition() {
    let (cluster, requests) = losing(1);
    let api: Api<Namespace> = Api::all(cluster.client());
    let made = cluster
        .create(&call(), "create namespace n", &api, namespace())
        .await;
    assert_eq!(made.expect("ours").name_any(), "n");
    let requests = requests.lock().expect("not poisoned");
    let verbs: Vec<_> = requests
        .iter()
        .filter_map(|r| r.split(' ').next())
        .collect();
    assert_eq!(verbs, ["POST", "POST", "GET"]);
}

#[tokio::test(start_paused = true)]
async fn an_object_of_another_is_a_conflict() {
    let (cluster, _) = losing(0);
    let api: Api<Namespace> = Api::all(cluster.client());
    let call = call();
    let create = || cluster.create(&call, "create namespace n", &api, namespace());
    create().await.expect("the first");
    let error = create().await.expect_err("it is not of this request");
    assert!(error.is_conflict(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_passing_fault_of_any_kind_is_ridden_out_and_the_server_does_not_say_for_how_long() {
    let begin = Instant::now();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let cluster = cluster_of(move |_, _| match count.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::Lost,
        1 => {
            let body = json!({"kind": "Status", "status": "Failure", "code": 503, "message": "scripted",
                              "details": {"retryAfterSeconds": 86_400}});
            Answer::Given(503, body)
        }
        _ => Answer::Given(200, json!({"metadata": {"uid": "u"}})),
    });
    assert_eq!(cluster.uid(&call()).await.expect("the third"), "u");
    assert!(begin.elapsed() < Duration::from_secs(62), "{begin:?}");
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn a_change_without_an_answer_ends_soon_after_its_call_with_an_unknown_outcome() {
    let cluster = cluster_of(|_, _| Answer::Never);
    let stop = CancellationToken::new();
    let call = Call::new(stop.clone(), "test");
    let begin = Instant::now();
    let limited = call.within(Duration::from_secs(10));
    let deleted = cluster.delete_namespace(&limited, "n").await;
    assert!(
        matches!(deleted, Err(Error::OutcomeUnknown { .. })),
        "{deleted:?}"
    );
    assert_eq!(begin.elapsed(), Duration::from_secs(10));

    let begin = Instant::now();
    let stopped = async {
        call.sleep(Duration::from_secs(1)).await.expect("not yet");
        stop.cancel();
    };
    let (deleted, ()) = tokio::join!(cluster.delete_namespace(&call, "n"), stopped);
    assert!(
        matches!(deleted, Err(Error::OutcomeUnknown { .. })),
        "{deleted:?}"
    );
    assert_eq!(begin.elapsed(), Duration::from_secs(31));
}

#[tokio::test(start_paused = true)]
async fn a_read_without_an_answer_ends_by_itself() {
    let cluster = cluster_of(|_, _| Answer::Never);
    let begin = Instant::now();
    let error = cluster.uid(&call()).await.expect_err("no answer");
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert!(
        begin.elapsed() < Duration::from_mins(9),
        "{:?}",
        begin.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_change_is_not_begun_after_the_end_of_its_call() {
    let cluster = cluster(|request| panic!("unexpected {request}"));
    let over = call().within(Duration::ZERO);
    let deleted = cluster.delete_namespace(&over, "n").await;
    assert!(matches!(deleted, Err(Error::Halted(_))), "{deleted:?}");
}
