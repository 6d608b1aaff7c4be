//! Kinds of types that this provider does not have.
//!
//! Terraform asks for none of them, since no schema names any. A call all the same is answered in the form that the RPC
//! has for errors.
#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "the server's table calls all handlers alike"
)]

use super::ask::Ask;
use super::convert;
use super::registry::{Registry, unknown_type};
use crate::proto::tfplugin6 as wire;
use crate::proto::tfplugin6::invoke_action::event::{Completed, Type};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;

/// The check of a list block.
pub(super) fn list_config<Q: Ask>(
    _registry: &Registry,
    _cx: &Context,
    request: Q,
) -> Result<Q::Reply, Diagnostics> {
    Err(unknown_type("list resource", request.object()))
}

/// The check or plan of an action.
pub(super) fn action_config<Q: Ask>(
    _registry: &Registry,
    _cx: &Context,
    request: Q,
) -> Result<Q::Reply, Diagnostics> {
    Err(unknown_type("action", request.object()))
}

/// No functions.
pub(super) fn functions<Q: Ask>(
    _registry: &Registry,
    _cx: &Context,
    _request: Q,
) -> Result<Q::Reply, Diagnostics> {
    Ok(Q::Reply::default())
}

/// The call of a function.
pub(super) fn function(name: &str) -> wire::call_function::Response {
    wire::call_function::Response {
        error: Some(wire::FunctionError {
            text: format!("this version of the provider has no function {name:?}"),
            function_argument: None,
        }),
        result: None,
    }
}

/// The listing of real objects.
pub(super) fn list(type_name: &str) -> wire::list_resource::Event {
    wire::list_resource::Event {
        diagnostic: convert::diagnostics(unknown_type("list resource", type_name)),
        ..wire::list_resource::Event::default()
    }
}

/// The run of an action.
pub(super) fn action(name: &str) -> wire::invoke_action::Event {
    let diagnostics = convert::diagnostics(unknown_type("action", name));
    wire::invoke_action::Event {
        r#type: Some(Type::Completed(Completed { diagnostics })),
    }
}
