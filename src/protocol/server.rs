//! The table of all RPCs.
//!
//! What is not here (state stores, generated configuration) answers `Unimplemented`; Terraform never asks for it, since
//! no schema and no capability offers it.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use tonic::{Request, Response, Status};

use super::answer::answer;
use super::calls::Calls;
use super::registry::Registry;
use super::{
    absent, apply, data_source, ephemeral, import, moved, plan, provider, read, schema, upgrade,
    validate,
};
use crate::proto::tfplugin6 as wire;
use crate::proto::tfplugin6::provider_server::Provider;

/// A provider on the wire.
pub struct Server {
    registry: Arc<Registry>,
    calls: Calls,
}

impl Server {
    /// Serves this provider; its calls are stopped through `calls`.
    pub(super) fn new(provider: Arc<dyn crate::sdk::provider::Provider>, calls: Calls) -> Self {
        Self {
            registry: Arc::new(Registry::new(provider)),
            calls,
        }
    }
}

/// The RPCs with one reply: those that are answered at once, and those that wait for something.
macro_rules! table {
    (at once { $($now:ident = $answer:path;)* } awaited { $($later:ident = $handler:path;)* }) => {
        #[tonic::async_trait]
        impl Provider for Server {
            $(async fn $now(
                &self,
                request: Request<wire::$now::Request>,
            ) -> Result<Response<wire::$now::Response>, Status> {
                let registry = Arc::clone(&self.registry);
                let handler = move |cx, request| async move { $answer(&registry, &cx, request) };
                answer(&self.calls, request, handler).await
            })*

            $(async fn $later(
                &self,
                request: Request<wire::$later::Request>,
            ) -> Result<Response<wire::$later::Response>, Status> {
                let registry = Arc::clone(&self.registry);
                let handler = move |cx, request| async move { $handler(&registry, &cx, request).await };
                answer(&self.calls, request, handler).await
            })*

            async fn stop_provider(
                &self,
                _request: Request<wire::stop_provider::Request>,
            ) -> Result<Response<wire::stop_provider::Response>, Status> {
                tracing::info!("stopping what is in flight");
                self.calls.stop();
                Ok(Response::new(wire::stop_provider::Response::default()))
            }

            async fn call_function(
                &self,
                request: Request<wire::call_function::Request>,
            ) -> Result<Response<wire::call_function::Response>, Status> {
                Ok(Response::new(absent::function(&request.get_ref().name)))
            }

            async fn list_resource(
                &self,
                request: Request<wire::list_resource::Request>,
            ) -> Result<Response<Events<wire::list_resource::Event>>, Status> {
                Ok(only(absent::list(&request.get_ref().type_name)))
            }

            async fn invoke_action(
                &self,
                request: Request<wire::invoke_action::Request>,
            ) -> Result<Response<Events<wire::invoke_action::Event>>, Status> {
                Ok(only(absent::action(&request.get_ref().action_type)))
            }
        }
    };
}

table! {
    at once {
        get_metadata = schema::metadata;
        get_provider_schema = schema::provider_schema;
        get_resource_identity_schemas = schema::identity_schemas;
        get_functions = absent::functions;
        validate_provider_config = provider::validate;
        validate_resource_config = validate::resource;
        upgrade_resource_state = upgrade::state;
        upgrade_resource_identity = upgrade::identity;
        move_resource_state = moved::resource;
        validate_data_resource_config = data_source::validate;
        validate_ephemeral_resource_config = ephemeral::validate;
        validate_list_resource_config = absent::list_config;
        validate_action_config = absent::action_config;
        plan_action = absent::action_config;
    }
    awaited {
        configure_provider = provider::configure;
        read_resource = read::resource;
        plan_resource_change = plan::resource;
        apply_resource_change = apply::resource;
        import_resource_state = import::resource;
        read_data_source = data_source::read;
        open_ephemeral_resource = ephemeral::open;
        renew_ephemeral_resource = ephemeral::renew;
        close_ephemeral_resource = ephemeral::close;
    }
}

type Events<T> = BoxStream<'static, Result<T, Status>>;

fn only<T: Send + 'static>(event: T) -> Response<Events<T>> {
    Response::new(stream::iter([Ok(event)]).boxed())
}
