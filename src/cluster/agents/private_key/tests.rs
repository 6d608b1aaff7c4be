//! One run and two, on a cluster in memory.

use serde_json::{Value, json};

use super::*;
use crate::cluster::testing::Answer;
use crate::cluster::testing::{Store, call, cluster_of};

const NAMESPACE: &str = "/api/v1/namespaces/azure-arc";
const SECRET: &str = "/api/v1/namespaces/azure-arc/secrets/azure-arc-connect-privatekey";
const CONNECTING: &str = "arc.multicloud/connecting-as";

async fn deliver(
    run: &Cluster,
    pem: &str,
    id: &str,
    judged: Option<&AgentKey>,
) -> Result<DeliveredKey, Error> {
    run.deliver_private_key(&call(), &pem.into(), id, judged)
        .await
}

fn key_in(store: &Store) -> String {
    let key = &store.get(SECRET)["data"]["privateKey"];
    key.as_str().unwrap_or_default().to_owned()
}

fn marks(object: &Value) -> [&Value; 3] {
    let (labels, annotations) = (
        &object["metadata"]["labels"],
        &object["metadata"]["annotations"],
    );
    [
        &labels["app.kubernetes.io/managed-by"],
        &annotations["meta.helm.sh/release-name"],
        &annotations["meta.helm.sh/release-namespace"],
    ]
}

#[tokio::test]
async fn namespace_and_secret_are_made_so_that_helm_adopts_them() {
    let store = Store::new();
    deliver(&store.client(), "PEM", "/subscriptions/s", None)
        .await
        .expect("delivered");
    for path in [NAMESPACE, SECRET] {
        assert_eq!(
            marks(&store.get(path)),
            ["Helm", "azure-arc", "azure-arc-release"]
        );
    }
    let secret = store.get(SECRET);
    assert_eq!(secret["data"], json!({"privateKey": "UEVN"}));
    assert_eq!(secret["type"], "Opaque");
    assert_eq!(
        secret["metadata"]["annotations"][CONNECTING],
        "/subscriptions/s"
    );
}

#[tokio::test]
async fn a_key_that_was_judged_is_replaced_and_can_be_read_back_and_confirmed() {
    let store = Store::new();
    let run = store.client();
    deliver(&run, "OLD", "/a", None).await.expect("delivered");
    let judged = run
        .private_key(&call())
        .await
        .expect("answered")
        .expect("a key");
    assert_eq!(
        (judged.pem.expose_secret(), judged.unfinished.as_deref()),
        ("OLD", Some("/a"))
    );
    deliver(&run, "NEW", "/a", Some(&judged))
        .await
        .expect("replaced");
    run.confirm_private_key(&call(), &"NEW".into())
        .await
        .expect("confirmed");
    let found = run
        .private_key(&call())
        .await
        .expect("answered")
        .expect("a key");
    assert_eq!((found.pem.expose_secret(), found.unfinished), ("NEW", None));
    assert_eq!(
        marks(&store.get(NAMESPACE)),
        ["Helm", "azure-arc", "azure-arc-release"]
    );
}

#[tokio::test]
async fn the_key_of_a_run_that_was_quicker_is_never_replaced() {
    let store = Store::new();
    let (one, two) = (store.client(), store.client());
    deliver(&one, "ONE", "/a", None).await.expect("delivered");
    let late = deliver(&two, "TWO", "/a", None).await.expect_err("taken");
    assert!(matches!(late, Error::KeyTaken { .. }), "{late}");

    let judged = one
        .private_key(&call())
        .await
        .expect("answered")
        .expect("a key");
    deliver(&two, "TWO", "/b", Some(&judged))
        .await
        .expect("replaced");
    let late = deliver(&one, "THREE", "/a", Some(&judged))
        .await
        .expect_err("judged another");
    assert!(matches!(late, Error::KeyTaken { .. }), "{late}");
    assert_eq!(key_in(&store), "VFdP");
    let mine: SecretString = "ONE".into();
    assert!(one.require_private_key(&call(), &mine).await.is_err());
    assert!(one.confirm_private_key(&call(), &mine).await.is_err());
    assert_eq!(
        store.get(SECRET)["metadata"]["annotations"][CONNECTING],
        "/b"
    );
}

#[tokio::test]
async fn a_run_takes_back_its_own_key_and_namespace_and_nothing_of_another() {
    let store = Store::new();
    let (one, two) = (store.client(), store.client());
    let delivered = deliver(&one, "ONE", "/a", None).await.expect("delivered");
    let judged = two
        .private_key(&call())
        .await
        .expect("answered")
        .expect("a key");
    let others = deliver(&two, "TWO", "/b", Some(&judged))
        .await
        .expect("replaced");
    one.withdraw_private_key(&call(), &delivered)
        .await
        .expect("nothing to do");
    assert_eq!(key_in(&store), "VFdP");
    two.withdraw_private_key(&call(), &others)
        .await
        .expect("withdrawn");
    assert!(store.get(SECRET).is_null());
    assert!(!store.get(NAMESPACE).is_null(), "it was there before");
}

#[tokio::test]
async fn the_namespace_goes_with_the_key_it_was_made_for_unless_agents_are_in_it() {
    let store = Store::new();
    let run = store.client();
    let delivered = deliver(&run, "ONE", "/a", None).await.expect("delivered");
    run.withdraw_private_key(&call(), &delivered)
        .await
        .expect("withdrawn");
    assert!(store.get(NAMESPACE).is_null());

    let delivered = deliver(&run, "ONE", "/a", None).await.expect("delivered");
    let agent =
        json!({"metadata": {"name": "config-agent"}, "spec": {"selector": {}, "template": {}}});
    store.put(
        "/apis/apps/v1/namespaces/azure-arc/deployments/config-agent",
        agent,
    );
    run.withdraw_private_key(&call(), &delivered)
        .await
        .expect("withdrawn");
    assert!(store.get(SECRET).is_null());
    assert!(!store.get(NAMESPACE).is_null());
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_is_going_is_waited_for() {
    let store = Store::new();
    let leaving =
        json!({"metadata": {"name": "azure-arc", "deletionTimestamp": "2026-01-01T00:00:00Z"}});
    store.put(NAMESPACE, leaving);
    let gone = store.clone();
    let (run, call) = (store.client(), call());
    let removal = async move {
        call.sleep(std::time::Duration::from_secs(5))
            .await
            .expect("no end");
        assert!(gone.get(SECRET).is_null());
        gone.remove(NAMESPACE);
    };
    let (delivered, ()) = futures::join!(deliver(&run, "PEM", "/a", None), removal);
    delivered.expect("delivered");
    assert_eq!(key_in(&store), "UEVN");
}

#[tokio::test]
async fn what_is_going_is_not_there() {
    let store = Store::new();
    let going = json!({"metadata": {"name": KEY, "deletionTimestamp": "2026-01-01T00:00:00Z"}, "data": {"privateKey": "UEVN"}});
    store.put(SECRET, going);
    let run = store.client();
    assert!(run.private_key(&call()).await.expect("answered").is_none());
    let without = Store::new().client();
    assert!(
        !without
            .has_identity_certificate(&call())
            .await
            .expect("answered")
    );
}

/// The answer to a replacement is lost: its repetition meets the version that it made itself.
#[tokio::test(start_paused = true)]
async fn a_replacement_whose_answer_was_lost_is_known_again() {
    let store = Store::new();
    deliver(&store.client(), "OLD", "/a", None)
        .await
        .expect("delivered");
    let judged = store.client().private_key(&call()).await.expect("answered");
    let lost = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let shared = store.clone();
    let run = cluster_of(move |request, body| {
        let (status, answer) = shared.answer(request, body);
        let first = request.starts_with("PATCH") && request.contains("/secrets/");
        if first && !lost.swap(true, std::sync::atomic::Ordering::SeqCst) {
            return Answer::Lost;
        }
        Answer::Given(status, answer)
    });
    deliver(&run, "NEW", "/a", judged.as_ref())
        .await
        .expect("replaced once");
    assert_eq!(key_in(&store), "TkVX");
}
