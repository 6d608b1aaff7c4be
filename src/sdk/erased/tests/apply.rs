//! What an apply hands to the resource, and what it tells Terraform to store.

use super::*;

fn failure(saved: Option<Stored<State>>) -> ApplyFailure<State> {
    ApplyFailure {
        saved,
        diagnostics: broken(),
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
