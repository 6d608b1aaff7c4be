mod apply;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::fake::{FAKE, Fake, State, broken, exists};
use super::*;
use crate::call::Call;
use crate::sdk::context::Checkpoint;
use crate::sdk::resource::{ApplyFailure, DeferReason, Refreshed};

fn context() -> Context {
    Context {
        call: Call::new(CancellationToken::new(), "arc_fake"),
        deferral_allowed: false,
        write_only_allowed: true,
        checkpoint: Checkpoint::default(),
    }
}

fn object(name: &str, id: Value) -> Value {
    let timeouts = ["create", "read", "update", "delete"].map(|name| (name, Value::Null));
    let Value::Map(mut timeouts) = Value::object(timeouts) else {
        panic!("an object")
    };
    timeouts.insert("create".to_owned(), "1h".into());
    Value::object([
        ("name", Value::from(name)),
        ("id", id),
        ("secret", Value::Null),
        ("timeouts", Value::Map(timeouts)),
    ])
}

fn stored(state: Value) -> StoredObject {
    StoredObject {
        state,
        private: b"old".to_vec(),
        identity: None,
    }
}

fn summaries(diagnostics: &Diagnostics) -> Vec<&str> {
    diagnostics.iter().map(|d| d.summary.as_str()).collect()
}

async fn read(fake: Fake) -> ObjectReply {
    let prior = stored(object("a", "/fake/1".into()));
    erase(fake).read(&context(), prior).await
}

#[tokio::test]
async fn a_read_has_three_answers() {
    let present = read(FAKE).await;
    assert_eq!(present.object.state, object("a", "/fake/1".into()));
    assert_eq!(present.object.private, b"seen");

    let gone = Fake {
        read: |_| Ok(Refreshed::Gone(Diagnostics::default())),
        ..FAKE
    };
    assert_eq!(read(gone).await.object.state, Value::Null);

    let unreachable = Fake {
        read: |_| {
            let warning = Diagnostics::warning(AttributePath::root(), "Unreachable", "No route.");
            Ok(Refreshed::Unreachable(warning))
        },
        ..FAKE
    };
    let reply = read(unreachable).await;
    assert_eq!(reply.object.state, object("a", "/fake/1".into()));
    assert_eq!(reply.object.private, b"old");
    assert_eq!(summaries(&reply.diagnostics), ["Unreachable"]);
    assert!(!reply.diagnostics.has_errors());
}

#[tokio::test]
async fn an_import_needs_an_id_that_the_resource_understands() {
    let fake = erase(FAKE);
    let cx = context();
    let reply = fake
        .import(&cx, ImportTarget::Id("/fake/1".to_owned()))
        .await;
    assert_eq!(reply.object.state.get("id"), &Value::from("/fake/1"));
    assert_eq!(reply.object.state.get("timeouts"), &Value::Null);
    assert_eq!(reply.diagnostics, Diagnostics::default());

    let reply = fake.import(&cx, ImportTarget::Identity(Value::Null)).await;
    assert_eq!(summaries(&reply.diagnostics), ["Broken"]);
}

async fn plan(fake: Fake, prior: Value, config: Value) -> PlanReply {
    let request = PlanRequest {
        prior: stored(prior),
        config,
    };
    erase(fake).plan(&context(), request).await
}

#[tokio::test]
async fn a_plan_runs_the_hook_and_judges_it() {
    let prior = object("a", "/fake/1".into());
    let reply = plan(FAKE, prior.clone(), object("a", Value::Null)).await;
    assert_eq!(reply.planned.state, prior);
    assert_eq!(reply.planned.private, b"old");
    assert_eq!(reply.diagnostics, Diagnostics::default());

    let headstrong = Fake {
        plan: |plan| {
            plan.planned = object("b", Value::unknown());
            plan.deferred = Some(DeferReason::ResourceConfigUnknown);
        },
        ..FAKE
    };
    let reply = plan(headstrong, Value::Null, object("a", Value::Null)).await;
    assert_eq!(summaries(&reply.diagnostics), ["Provider Bug"; 2]);
}

#[tokio::test]
async fn a_destroy_is_planned_as_nothing() {
    let reply = plan(FAKE, object("a", "/fake/1".into()), Value::Null).await;
    assert_eq!(reply.planned.state, Value::Null);
    assert_eq!(reply.diagnostics, Diagnostics::default());
}

#[test]
fn stored_state_is_brought_to_the_current_version() {
    let fake = erase(FAKE);
    let current = fake.upgrade(1, br#"{"name": "a", "id": "/fake/1"}"#);
    assert_eq!(current.expect("it fits").get("name"), &Value::from("a"));
    let old = fake.upgrade(0, br#"{"title": "a", "id": "/fake/1"}"#);
    assert_eq!(old.expect("it is upgraded").get("name"), &Value::from("a"));

    let refused = |version, json: &[u8]| {
        let diagnostics = fake.upgrade(version, json).expect_err("it must be refused");
        summaries(&diagnostics).join(", ")
    };
    assert_eq!(refused(2, b"{}"), "State From a Newer Provider");
    assert_eq!(refused(0, b"{"), "Stored State Not Readable");
    assert_eq!(
        refused(1, br#"{"name": 7}"#),
        "Value Does Not Fit the Schema"
    );
}
