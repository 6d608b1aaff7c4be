//! Updates and deletes: what they are handed of the stored object, and what Terraform is told to store afterwards.

use std::path::Path;

use terraform_provider_arc::proto::tfplugin6::diagnostic::Severity;
use terraform_provider_arc::proto::tfplugin6::{Diagnostic, apply_resource_change, stop_provider};
use terraform_provider_arc::sdk::value::Value;

use crate::fixture::PRIVATE;
use crate::host::{Connection, Host, wait_until};
use crate::values::{Object, apply_request, change, decode, errors, identity, object, send_apply};

/// The private bytes that Terraform has stored.
const BASELINE: &[u8] = b"baseline";

/// An object that exists, and does this when it is deleted.
fn stored(behaviour: &str, marker: &Path) -> Object {
    Object {
        state: object(&[
            ("id", "thing/old".into()),
            ("name", "old".into()),
            ("behaviour", behaviour.into()),
            ("marker", marker.to_str().expect("text").into()),
            ("payload", "before".into()),
            ("secret_length", 0.into()),
        ]),
        private: BASELINE.to_vec(),
        identity: Some(identity("old")),
    }
}

/// The configuration that changes the object by an update which does this.
fn changed(behaviour: &str, marker: &Path) -> Value {
    object(&[
        ("name", "old".into()),
        ("behaviour", behaviour.into()),
        ("marker", marker.to_str().expect("text").into()),
        ("payload", "after".into()),
    ])
}

/// The configurations of an update and of a delete of an object that does this.
fn update_and_delete(behaviour: &str, marker: &Path) -> [(&'static str, Value); 2] {
    let update = changed(behaviour, marker);
    [("update", update), ("delete", Value::Null)]
}

/// What a reply tells Terraform to store.
fn kept(reply: &apply_resource_change::Response) -> Object {
    Object {
        state: reply
            .new_state
            .as_ref()
            .map_or(Value::Null, |state| decode(Some(state))),
        private: reply.private.clone(),
        identity: reply.new_identity.clone(),
    }
}

/// The private bytes that the update or delete says it was handed.
fn handed(diagnostics: &[Diagnostic]) -> Vec<&str> {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity() == Severity::Warning)
        .map(|diagnostic| diagnostic.detail.as_str())
        .collect()
}

#[track_caller]
fn assert_same(what: &str, kept: &Object, expected: &Object) {
    assert_eq!(kept.state, expected.state, "the state after {what}");
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (private, wanted) = (text(&kept.private), text(&expected.private));
    assert_eq!(private, wanted, "the private bytes after {what}");
    assert_eq!(kept.identity, expected.identity, "identity after {what}");
}

#[tokio::test]
async fn an_update_is_handed_the_private_bytes_and_replaces_them() {
    let host = Host::start();
    let connection = host.dial().await;
    let none = Path::new("none");
    let mut prior = stored("fail", none);
    let config = object(&[("name", "old".into()), ("payload", "after".into())]);
    let reply = change(&connection, &prior, &config).await;
    assert_eq!(errors(&reply.diagnostics), Vec::<String>::new());
    assert_eq!(handed(&reply.diagnostics), ["baseline"]);
    prior.private = PRIVATE.to_vec();
    prior.state = object(&[
        ("id", "thing/old".into()),
        ("name", "old".into()),
        ("payload", "after".into()),
        ("secret_length", 0.into()),
    ]);
    assert_same("an update", &kept(&reply), &prior);
}

#[tokio::test]
async fn a_delete_is_handed_the_private_bytes_and_leaves_nothing() {
    let host = Host::start();
    let connection = host.dial().await;
    let mut prior = stored("fail", Path::new("none"));
    prior.state = object(&[
        ("id", "thing/old".into()),
        ("name", "old".into()),
        ("secret_length", 0.into()),
    ]);
    let reply = change(&connection, &prior, &Value::Null).await;
    assert_eq!(errors(&reply.diagnostics), Vec::<String>::new());
    assert_eq!(handed(&reply.diagnostics), ["baseline"]);
    assert_same("a delete", &kept(&reply), &Object::default());
}

#[tokio::test]
async fn a_change_that_fails_is_handed_the_private_bytes_too() {
    let host = Host::start();
    let connection = host.dial().await;
    let none = Path::new("none");
    for (change_kind, config) in update_and_delete("fail", none) {
        let reply = change(&connection, &stored("fail", none), &config).await;
        assert_eq!(handed(&reply.diagnostics), ["baseline"], "{change_kind}");
    }
}

/// `fail` does not say what exists, and `panic` says nothing at all.
async fn keeps_the_stored_object(behaviour: &str, error: &str) {
    let host = Host::start();
    let connection = host.dial().await;
    let none = Path::new("none");
    for (change_kind, config) in update_and_delete(behaviour, none) {
        let prior = stored(behaviour, none);
        let reply = change(&connection, &prior, &config).await;
        let messages = errors(&reply.diagnostics);
        assert!(messages[0].contains(error), "{change_kind}: {messages:?}");
        let what = format!("{change_kind} with {behaviour}");
        assert_same(&what, &kept(&reply), &prior);
    }
}

#[tokio::test]
async fn a_change_that_fails_keeps_the_stored_object() {
    keeps_the_stored_object("fail", "the fixture was told to fail").await;
}

#[tokio::test]
async fn a_change_that_panics_keeps_the_stored_object() {
    keeps_the_stored_object("panic", "the fixture was told to break").await;
}

/// `half` saves a checkpoint, and what `misfit` hands back is one, although its identity cannot be put into a message.
async fn keeps_what_was_reached(behaviour: &str, error: &str) {
    let host = Host::start();
    let connection = host.dial().await;
    let none = Path::new("none");
    for (change_kind, config) in update_and_delete(behaviour, none) {
        let mut expected = stored(behaviour, none);
        let reply = change(&connection, &expected, &config).await;
        let messages = errors(&reply.diagnostics);
        let found = messages.iter().any(|message| message.contains(error));
        assert!(found, "{change_kind}: {messages:?}");
        expected.private = PRIVATE.to_vec();
        if let (Value::Map(state), "update") = (&mut expected.state, change_kind) {
            state.insert("payload".to_owned(), "after".into());
        }
        let what = format!("{change_kind} with {behaviour}");
        assert_same(&what, &kept(&reply), &expected);
    }
}

#[tokio::test]
async fn a_change_that_panics_half_way_keeps_its_checkpoint() {
    keeps_what_was_reached("half", "the fixture was told to break").await;
}

#[tokio::test]
async fn a_change_whose_reply_cannot_be_written_keeps_what_was_reached() {
    keeps_what_was_reached("misfit", "expected a string").await;
}

#[tokio::test]
async fn a_change_that_is_interrupted_keeps_the_stored_object() {
    let markers = tempfile::tempdir().expect("a directory");
    let host = Host::start();
    let connection = host.dial().await;
    for change_kind in ["update", "delete"] {
        let marker = markers.path().join(change_kind);
        let prior = stored("wait", &marker);
        let config = match change_kind {
            "update" => changed("wait", &marker),
            _ => Value::Null,
        };
        let reply = interrupted(&connection, &prior, &config, &marker).await;
        let messages = errors(&reply.diagnostics);
        assert!(messages[0].contains("interrupted"), "{messages:?}");
        let what = format!("an interrupted {change_kind}");
        assert_same(&what, &kept(&reply), &prior);
    }
}

/// Begins a change, stops the provider once the change runs, and returns the answer.
async fn interrupted(
    connection: &Connection,
    prior: &Object,
    config: &Value,
    marker: &Path,
) -> apply_resource_change::Response {
    let request = apply_request(connection, prior, config).await;
    let waiting = tokio::spawn({
        let connection = connection.clone();
        async move { send_apply(&connection, request).await }
    });
    wait_until(|| marker.exists().then_some(())).await;
    let mut provider = connection.provider.clone();
    let reply = provider.stop_provider(stop_provider::Request {}).await;
    assert_eq!(reply.expect("an answer").into_inner().error, "");
    waiting.await.expect("an answer")
}

/// Terraform plans no identity for a delete, and stores what the reply of a failed one holds.
#[tokio::test]
async fn a_failed_delete_names_the_identity_although_terraform_did_not() {
    let host = Host::start();
    let connection = host.dial().await;
    let prior = stored("fail", Path::new("none"));
    let mut request = apply_request(&connection, &prior, &Value::Null).await;
    request.planned_identity = None;
    let reply = send_apply(&connection, request).await;
    assert_same("a failed delete", &kept(&reply), &prior);
}
