use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::fake::{FAKE, Fake, State, broken, exists};
use super::*;
use crate::call::Call;
use crate::sdk::context::Checkpoint;
use crate::sdk::resource::{ApplyFailure, DeferReason, Refreshed};

fn failure(saved: Option<Stored<State>>) -> ApplyFailure<State> {
    ApplyFailure {
        saved,
        diagnostics: broken(),
    }
}

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

fn identity(id: &str) -> Value {
    Value::object([("id", Value::from(id))])
}

async fn apply(fake: Fake, prior: Value, planned: Value) -> ObjectReply {
    let mut config = planned.clone();
    if let Value::Map(config) = &mut config {
        config.insert("secret".to_owned(), "s3cr3t".into());
    }
    let request = ApplyRequest {
        prior,
        planned,
        config,
        private: b"old".to_vec(),
        identity: None,
    };
    erase(fake).apply(&context(), request).await
}

fn summaries(diagnostics: &Diagnostics) -> Vec<&str> {
    diagnostics.iter().map(|d| d.summary.as_str()).collect()
}

#[tokio::test]
async fn a_create_stores_the_whole_object_and_no_secret() {
    let fake = Fake {
        create: |cx, state| {
            assert_eq!(state.secret.as_deref(), Some("s3cr3t"));
            let remaining = cx.call.remaining().expect("a deadline");
            assert!(remaining > Duration::from_mins(50), "{remaining:?}");
            Ok(exists(state))
        },
        ..FAKE
    };
    let reply = apply(fake, Value::Null, object("a", Value::unknown())).await;
    assert_eq!(reply.diagnostics, Diagnostics::default());
    assert_eq!(reply.object.state, object("a", "/fake/1".into()));
    assert_eq!(reply.object.private, b"seen");
    assert_eq!(reply.object.identity, Some(identity("/fake/1")));
}

#[tokio::test]
async fn a_failed_create_stores_what_it_saved() {
    let fake = Fake {
        create: |_, state| Err(failure(Some(exists(state).stored))),
        ..FAKE
    };
    let reply = apply(fake, Value::Null, object("a", Value::unknown())).await;
    assert_eq!(reply.object.state, object("a", "/fake/1".into()));
    assert_eq!(summaries(&reply.diagnostics), ["Broken"]);
}

#[tokio::test]
async fn a_failed_create_that_says_nothing_stores_its_last_checkpoint() {
    let fake = Fake {
        create: |cx, state| {
            cx.checkpoint.save(&state, b"first");
            cx.checkpoint.save(&exists(state).stored.state, b"second");
            Err(failure(None))
        },
        ..FAKE
    };
    let reply = apply(fake, Value::Null, object("a", Value::unknown())).await;
    assert_eq!(reply.object.state, object("a", "/fake/1".into()));
    assert_eq!(reply.object.private, b"second");
    assert_eq!(reply.object.identity, Some(identity("/fake/1")));

    let nothing = Fake {
        create: |_, _| Err(failure(None)),
        ..FAKE
    };
    let reply = apply(nothing, Value::Null, object("a", Value::unknown())).await;
    assert_eq!(reply.object.state, Value::Null);
}

#[tokio::test]
async fn a_failed_update_or_delete_keeps_the_stored_object() {
    let fake = Fake {
        update: |_, _| Err(failure(None)),
        delete: |_| Err(failure(None)),
        ..FAKE
    };
    let prior = object("a", "/fake/1".into());
    for planned in [object("b", "/fake/1".into()), Value::Null] {
        let reply = apply(fake, prior.clone(), planned).await;
        assert_eq!(reply.object.state, prior);
        assert_eq!(reply.object.private, b"old");
        assert_eq!(reply.object.identity, Some(identity("/fake/1")));
        assert_eq!(summaries(&reply.diagnostics), ["Broken"]);
    }
}

#[tokio::test]
async fn an_update_or_delete_is_handed_the_stored_object() {
    let fake = Fake {
        update: |prior, state| {
            assert_eq!(prior.private, b"old");
            assert_eq!(prior.state.name.as_deref(), Some("a"));
            Ok(exists(state))
        },
        delete: |prior| {
            assert_eq!(prior.private, b"old");
            assert_eq!(prior.state.name.as_deref(), Some("a"));
            Ok(Diagnostics::default())
        },
        ..FAKE
    };
    let prior = object("a", "/fake/1".into());
    for planned in [object("b", "/fake/1".into()), Value::Null] {
        let reply = apply(fake, prior.clone(), planned).await;
        assert_eq!(reply.diagnostics, Diagnostics::default());
    }
}

#[tokio::test]
async fn an_update_or_delete_that_does_not_fit_the_state_keeps_the_stored_object() {
    let prior = object("a", 7.into());
    for planned in [object("b", 7.into()), Value::Null] {
        let reply = apply(FAKE, prior.clone(), planned).await;
        assert_eq!(reply.object.state, prior);
        assert_eq!(reply.object.private, b"old");
        assert!(reply.diagnostics.has_errors());
    }
}

#[tokio::test]
async fn a_create_that_replaces_an_object_inherits_nothing_of_it() {
    let fake = Fake {
        create: |_, _| Err(failure(None)),
        ..FAKE
    };
    let request = ApplyRequest {
        prior: Value::Null,
        planned: object("a", Value::unknown()),
        config: object("a", Value::Null),
        private: b"of the object that was replaced".to_vec(),
        identity: Some(identity("/fake/0")),
    };
    let reply = erase(fake).apply(&context(), request).await;
    assert_eq!(reply.object.state, Value::Null);
    assert_eq!(reply.object.private, b"");
    assert_eq!(reply.object.identity, None);
}

#[tokio::test]
async fn a_delete_leaves_nothing() {
    let reply = apply(FAKE, object("a", "/fake/1".into()), Value::Null).await;
    assert_eq!(reply.object.state, Value::Null);
    assert_eq!(reply.diagnostics, Diagnostics::default());
}

#[tokio::test]
async fn a_failure_without_an_error_is_still_one() {
    let fake = Fake {
        update: |_, _| {
            Err(ApplyFailure {
                saved: None,
                diagnostics: Diagnostics::default(),
            })
        },
        ..FAKE
    };
    let prior = object("a", "/fake/1".into());
    let reply = apply(fake, prior, object("b", "/fake/1".into())).await;
    assert_eq!(summaries(&reply.diagnostics), ["Provider Bug"]);
}

#[tokio::test]
async fn a_debug_build_finds_a_deviation_from_the_plan() {
    let fake = Fake {
        create: |_, state| {
            let name = Some("other".to_owned());
            Ok(exists(State { name, ..state }))
        },
        ..FAKE
    };
    let reply = apply(fake, Value::Null, object("a", Value::unknown())).await;
    assert_eq!(summaries(&reply.diagnostics), ["Provider Bug"]);
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
        read: |_| Ok(Refreshed::Gone),
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
