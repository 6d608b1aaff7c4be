//! `moved` blocks that lead from a type of another provider to one of ours.

use terraform_provider_arc::proto::tfplugin6::{RawState, move_resource_state};

use crate::fixture::TYPE_NAME;
use crate::host::Host;
use crate::values::{decode, errors};

async fn moved(type_name: &str, json: &str) -> move_resource_state::Response {
    let host = Host::start();
    let mut provider = host.dial().await.provider;
    let request = move_resource_state::Request {
        source_provider_address: "registry.terraform.io/hashicorp/other".to_owned(),
        source_type_name: type_name.to_owned(),
        source_state: Some(RawState {
            json: json.as_bytes().to_vec(),
            ..RawState::default()
        }),
        target_type_name: TYPE_NAME.to_owned(),
        ..move_resource_state::Request::default()
    };
    let reply = provider.move_resource_state(request).await;
    reply.expect("an answer").into_inner()
}

#[tokio::test]
async fn an_object_that_the_resource_knows_becomes_one_of_its_own() {
    let reply = moved("other_thing", r#"{"title": "old", "more": [1]}"#).await;
    assert_eq!(errors(&reply.diagnostics), Vec::<String>::new());
    let state = decode(reply.target_state.as_ref());
    assert_eq!(state.get("id").as_str(), Some("thing/old"));
    assert!(reply.target_identity.is_some());
}

#[tokio::test]
async fn an_object_that_it_does_not_know_stays_where_it_is() {
    let reply = moved("other_stone", "{}").await;
    assert_eq!(reply.target_state, None);
    let messages = errors(&reply.diagnostics);
    assert!(
        messages[0].contains(
            "An object other_stone of the provider registry.terraform.io/hashicorp/other"
        ),
        "{messages:?}"
    );
}

#[tokio::test]
async fn a_state_that_is_no_json_is_an_error() {
    let reply = moved("other_thing", "{").await;
    let messages = errors(&reply.diagnostics);
    assert!(messages[0].starts_with("Unreadable State"), "{messages:?}");
}
