//! What a plan hands on of the stored object, and what it takes no notice of.

use terraform_provider_arc::proto::tfplugin6::ClientCapabilities;
use terraform_provider_arc::sdk::value::Value;

use crate::host::Host;
use crate::values::{Object, errors, identity, object, plan_request, send_plan};

/// An object as Terraform has stored it.
fn stored() -> Object {
    Object {
        state: object(&[
            ("id", "thing/old".into()),
            ("name", "old".into()),
            ("secret_length", 0.into()),
        ]),
        private: b"baseline".to_vec(),
        identity: Some(identity("old")),
    }
}

fn config() -> Value {
    object(&[("name", "old".into()), ("payload", "after".into())])
}

#[tokio::test]
async fn a_plan_hands_on_private_bytes_and_identity() {
    let host = Host::start();
    let connection = host.dial().await;
    for config in [config(), Value::Null] {
        let reply = send_plan(&connection, plan_request(&stored(), &config)).await;
        assert_eq!(errors(&reply.diagnostics), Vec::<String>::new());
        assert_eq!(reply.planned_private, b"baseline");
        assert_eq!(reply.planned_identity, Some(identity("old")));
    }
}

/// Terraform plans the create of a replacement without a prior state, and later deletes the old object with the private
/// bytes of that plan.
#[tokio::test]
async fn the_plan_of_a_replacement_hands_on_the_private_bytes() {
    let host = Host::start();
    let connection = host.dial().await;
    let replaced = Object {
        private: b"baseline".to_vec(),
        ..Object::default()
    };
    let reply = send_plan(&connection, plan_request(&replaced, &config())).await;
    assert_eq!(errors(&reply.diagnostics), Vec::<String>::new());
    assert_eq!(reply.planned_private, b"baseline");
}

#[tokio::test]
async fn a_second_plan_is_the_first_although_the_host_stores_planned_private_bytes() {
    let host = Host::start();
    let connection = host.dial().await;
    let first = send_plan(&connection, plan_request(&stored(), &config())).await;
    let mut again = plan_request(&stored(), &config());
    again.planned_private = b"of an earlier plan".to_vec();
    again.client_capabilities = Some(ClientCapabilities {
        store_planned_private: true,
        ..ClientCapabilities::default()
    });
    let second = send_plan(&connection, again).await;
    assert_eq!(errors(&second.diagnostics), Vec::<String>::new());
    assert_eq!(second, first);
}
