//! What is left of a new key when Azure does not take it, with both planes in memory.

use serde_json::json;

use super::super::testing::{session, spec};
use super::*;
use crate::arm::testing::{Azure, CLUSTER, Reply, call, cluster_id};
use crate::cluster::testing::Store;
use crate::usecases::drift::Replacement;

const SECRET: &str = "/api/v1/namespaces/azure-arc/secrets/azure-arc-connect-privatekey";

fn stored() -> ConnectedCluster {
    let stored = json!({"location": "koreacentral", "properties": {
        "agentPublicKeyCertificate": "OLD", "connectivityStatus": "Connected"}});
    serde_json::from_value(stored).expect("a connected cluster")
}

/// Writes the object with a new key, where Azure answers the PUT like this; the cure of what a look finds afterwards.
async fn cure_after(
    status: u16,
    code: &'static str,
    message: &'static str,
) -> (Error, Option<Cure>) {
    let azure = Azure::start(move |seen, _| match seen.method.as_str() {
        "PUT" if seen.path == CLUSTER => Some(Reply::error(status, code, message)),
        _ => None,
    })
    .await;
    let (store, session) = (Store::new(), session(azure.client(), None));
    let (cluster, call) = (store.client(), call());
    let spec = Spec {
        id: cluster_id(),
        ..spec()
    };
    let look = || observe::look_inside(&call, &cluster);
    let task = Task {
        session: &session,
        spec: &spec,
        cluster: &cluster,
        lease: &WorkLease::unneeded(),
        inside: Box::pin(look()).await.expect("a look"),
    };
    let key = task.key(&call, &[]).await.expect("a new key");
    let error = Box::pin(task.write(&call, stored(), &key, false)).await;
    assert!(!store.get(SECRET).is_null());
    let inside = Box::pin(look()).await.expect("a look");
    let found = drift::drift(&spec, &stored(), Some(&inside), jiff::Timestamp::now());
    let cure = found
        .into_iter()
        .find(|one| one.text.starts_with("secret azure-arc/azure-arc-connect"));
    (error.expect_err("refused"), cure.map(|one| one.cure))
}

#[tokio::test]
async fn a_repair_that_broke_off_stays_a_repair() {
    for (status, code) in [(403, "AuthorizationFailed"), (409, "ScopeLocked")] {
        let (error, cure) = cure_after(status, code, "no").await;
        assert!(!matches!(error, Error::MustReplace { .. }), "{error}");
        assert_eq!(cure, Some(Cure::NewKey), "{code}");
    }
}

#[tokio::test]
async fn a_key_that_azure_refuses_makes_it_a_replacement() {
    let words = "The public key of a connected cluster cannot be changed.";
    let (error, cure) = cure_after(409, "Conflict", words).await;
    assert!(matches!(error, Error::MustReplace { .. }), "{error}");
    assert_eq!(cure, Some(Cure::Replace(Replacement::ForeignKey)));
}
