//! Calls: how they are stopped, how they break, and what they carry.

use std::path::Path;

use terraform_provider_arc::proto::tfplugin6::{DynamicValue, RawState};
use terraform_provider_arc::proto::tfplugin6::{
    import_resource_state, open_ephemeral_resource, read_data_source, read_resource, stop_provider,
    upgrade_resource_identity, upgrade_resource_state, validate_provider_config,
    validate_resource_config,
};
use terraform_provider_arc::sdk::value::Value;

use crate::fixture::TYPE_NAME;
use crate::host::{Connection, Host, wait_until};
use crate::values::{configure_unknown, create, decode, errors, object, plan};

fn thing(name: &str, behaviour: &str, marker: &Path) -> Value {
    object(&[
        ("name", name.into()),
        ("behaviour", behaviour.into()),
        ("marker", marker.to_str().expect("text").into()),
    ])
}

/// Waits until the create with this marker runs.
async fn runs(marker: &Path) {
    wait_until(|| marker.exists().then_some(())).await;
}

async fn stop(connection: &Connection) {
    let mut provider = connection.provider.clone();
    let reply = provider.stop_provider(stop_provider::Request {}).await;
    assert_eq!(reply.expect("an answer").into_inner().error, "");
}

#[tokio::test]
async fn a_stop_ends_a_create_with_what_it_has_made_and_the_server_lives_on() {
    let markers = tempfile::tempdir().expect("a directory");
    let marker = markers.path().join("wait");
    let host = Host::start();
    let connection = host.dial().await;
    let waiting = tokio::spawn({
        let (connection, config) = (connection.clone(), thing("half", "wait", &marker));
        async move { create(&connection, config).await }
    });
    runs(&marker).await;
    stop(&connection).await;
    let reply = waiting.await.expect("an answer");
    assert!(errors(&reply.diagnostics)[0].contains("interrupted"));
    let saved = decode(reply.new_state.as_ref());
    assert_eq!(saved.get("id").as_str(), Some("thing/half"));
    let next = create(&connection, object(&[("name", "next".into())])).await;
    assert_eq!(errors(&next.diagnostics), Vec::<String>::new());
}

#[tokio::test]
async fn a_panic_is_an_error_of_its_own_call_only() {
    let markers = tempfile::tempdir().expect("a directory");
    let marker = markers.path().join("wait");
    let host = Host::start();
    let connection = host.dial().await;
    let waiting = tokio::spawn({
        let (connection, config) = (connection.clone(), thing("other", "wait", &marker));
        async move { create(&connection, config).await }
    });
    runs(&marker).await;
    let broken = create(&connection, thing("broken", "panic", &marker)).await;
    let messages = errors(&broken.diagnostics);
    assert!(
        messages[0].contains("the fixture was told to break"),
        "{messages:?}"
    );
    let saved = decode(broken.new_state.as_ref());
    assert_eq!(saved.get("id").as_str(), Some("thing/broken"));
    std::fs::remove_file(&marker).expect("the marker");
    let other = waiting.await.expect("an answer");
    assert_eq!(errors(&other.diagnostics), Vec::<String>::new());
}

#[tokio::test]
async fn what_was_made_is_kept_although_the_reply_cannot_be_written() {
    let host = Host::start();
    let connection = host.dial().await;
    let misfit = create(&connection, thing("odd", "misfit", Path::new("none"))).await;
    assert_eq!(errors(&misfit.diagnostics).len(), 1);
    let saved = decode(misfit.new_state.as_ref());
    assert_eq!(saved.get("id").as_str(), Some("thing/odd"));
}

#[tokio::test]
async fn a_message_may_be_larger_than_grpc_likes() {
    let host = Host::start();
    let connection = host.dial().await;
    let payload = "p".repeat(24 << 20);
    let config = object(&[
        ("name", "large".into()),
        ("payload", payload.clone().into()),
    ]);
    let reply = create(&connection, config).await;
    let state = decode(reply.new_state.as_ref());
    assert!(state.get("payload").as_str() == Some(&payload));
}

#[tokio::test]
async fn a_write_only_value_reaches_the_provider_and_no_state() {
    let host = Host::start();
    let connection = host.dial().await;
    let config = object(&[("name", "safe".into()), ("secret", "hunter2".into())]);
    let planned = plan(&connection, &config).await;
    assert!(
        decode(planned.planned_state.as_ref())
            .get("secret")
            .is_null()
    );
    let state = decode(create(&connection, config).await.new_state.as_ref());
    assert!(state.get("secret").is_null());
    assert_eq!(*state.get("secret_length"), Value::from(7));
}

#[tokio::test]
async fn unknown_types_are_named_in_a_diagnostic() {
    let host = Host::start();
    let mut provider = host.dial().await.provider;
    let request = validate_resource_config::Request {
        type_name: "arc_nothing".to_owned(),
        ..validate_resource_config::Request::default()
    };
    let reply = provider.validate_resource_config(request).await;
    let messages = errors(&reply.expect("an answer").into_inner().diagnostics);
    assert!(
        messages[0].contains("no resource type \"arc_nothing\""),
        "{messages:?}"
    );
    let request = read_data_source::Request {
        type_name: "arc_nothing".to_owned(),
        ..read_data_source::Request::default()
    };
    let reply = provider.read_data_source(request).await;
    let messages = errors(&reply.expect("an answer").into_inner().diagnostics);
    assert!(
        messages[0].contains("no data source type \"arc_nothing\""),
        "{messages:?}"
    );
    let request = open_ephemeral_resource::Request {
        type_name: "arc_nothing".to_owned(),
        ..open_ephemeral_resource::Request::default()
    };
    let reply = provider.open_ephemeral_resource(request).await;
    let messages = errors(&reply.expect("an answer").into_inner().diagnostics);
    assert!(
        messages[0].contains("no ephemeral resource type \"arc_nothing\""),
        "{messages:?}"
    );
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_an_error_at_its_attribute() {
    let host = Host::start();
    let mut provider = host.dial().await.provider;
    let request = validate_resource_config::Request {
        type_name: TYPE_NAME.to_owned(),
        config: Some(DynamicValue {
            msgpack: Vec::new(),
            json: br#"{"placement": {"region": true, "zones": null}}"#.to_vec(),
        }),
        ..validate_resource_config::Request::default()
    };
    let reply = provider.validate_resource_config(request).await;
    let diagnostics = reply.expect("an answer").into_inner().diagnostics;
    let steps = &diagnostics[0].attribute.as_ref().expect("a path").steps;
    assert_eq!(steps.len(), 2, "{diagnostics:?}");
}

#[tokio::test]
async fn the_provider_block_is_checked_and_may_be_unknown() {
    let host = Host::start();
    let connection = host.dial().await;
    let mut provider = connection.provider.clone();
    let config = |json: &str| {
        Some(DynamicValue {
            msgpack: Vec::new(),
            json: json.as_bytes().to_vec(),
        })
    };
    let request = validate_provider_config::Request {
        config: config(r#"{"greeting": ""}"#),
    };
    let reply = provider.validate_provider_config(request).await;
    let messages = errors(&reply.expect("an answer").into_inner().diagnostics);
    assert_eq!(messages, ["Empty Greeting: Say something."]);
    configure_unknown(&connection).await;
}

#[tokio::test]
async fn an_import_by_id_or_identity_is_followed_by_a_read() {
    let host = Host::start();
    let mut provider = host.dial().await.provider;
    let request = import_resource_state::Request {
        type_name: TYPE_NAME.to_owned(),
        id: "thing/old".to_owned(),
        ..import_resource_state::Request::default()
    };
    let reply = provider.import_resource_state(request).await;
    let by_id = reply.expect("an answer").into_inner().imported_resources;
    let request = import_resource_state::Request {
        type_name: TYPE_NAME.to_owned(),
        identity: by_id[0].identity.clone(),
        ..import_resource_state::Request::default()
    };
    let reply = provider.import_resource_state(request).await;
    let by_identity = reply.expect("an answer").into_inner().imported_resources;
    assert_eq!(by_id, by_identity);
    let request = read_resource::Request {
        type_name: TYPE_NAME.to_owned(),
        current_state: by_id[0].state.clone(),
        private: by_id[0].private.clone(),
        current_identity: by_id[0].identity.clone(),
        ..read_resource::Request::default()
    };
    let read = provider
        .read_resource(request)
        .await
        .expect("an answer")
        .into_inner();
    assert_eq!(errors(&read.diagnostics), Vec::<String>::new());
    assert_eq!(
        decode(read.new_state.as_ref()).get("name").as_str(),
        Some("old")
    );
    assert_eq!(read.new_identity, by_id[0].identity);
}

#[tokio::test]
async fn stored_objects_and_identities_pass_through_their_upgrade() {
    let host = Host::start();
    let mut provider = host.dial().await.provider;
    let raw = |json: &str| {
        Some(RawState {
            json: json.as_bytes().to_vec(),
            ..RawState::default()
        })
    };
    let request = upgrade_resource_state::Request {
        type_name: TYPE_NAME.to_owned(),
        version: 0,
        raw_state: raw(r#"{"name": "old", "id": "thing/old", "secret_length": 0}"#),
    };
    let reply = provider.upgrade_resource_state(request).await;
    let reply = reply.expect("an answer").into_inner();
    assert_eq!(errors(&reply.diagnostics), Vec::<String>::new());
    let state = decode(reply.upgraded_state.as_ref());
    assert_eq!(state.get("name").as_str(), Some("old"));
    let identity = |version| upgrade_resource_identity::Request {
        type_name: TYPE_NAME.to_owned(),
        version,
        raw_identity: raw(r#"{"name": "old"}"#),
    };
    let reply = provider.upgrade_resource_identity(identity(0)).await;
    let upgraded = reply.expect("an answer").into_inner();
    assert!(upgraded.upgraded_identity.is_some(), "{upgraded:?}");
    let reply = provider.upgrade_resource_identity(identity(3)).await;
    let messages = errors(&reply.expect("an answer").into_inner().diagnostics);
    assert!(messages[0].contains("version 3"), "{messages:?}");
}
