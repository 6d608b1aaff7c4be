//! tfplugin6 on the wire: one file for each family of RPC.
//!
//! Each handler decodes its request by the type's schema, calls the SDK, and encodes what came back. It translates and
//! decides nothing: what a plan may contain or a failed apply must keep is the SDK's business, what happens to a cluster
//! is the resource's.
//!
//! **Invariant.** Every handler runs on a task of its own with the stop token of the moment. A panic or a lost connection
//! is the end of one answer, never of the work behind it or of another call.

mod absent;
mod answer;
mod apply;
mod ask;
mod calls;
mod convert;
mod data_source;
mod ephemeral;
mod import;
mod moved;
mod plan;
mod provider;
mod read;
mod registry;
mod schema;
mod server;
mod types;
mod upgrade;
mod validate;

use std::sync::Arc;

use crate::proto::tfplugin6::provider_server::ProviderServer;
use crate::sdk::provider::Provider;

pub use calls::Calls;
pub use server::Server;

/// The gRPC service of a provider. Its calls are stopped through `calls`.
///
/// Messages may have any size, as in go's own servers: a chart's values or a kubeconfig easily outgrow gRPC's 4 MiB.
pub fn service(provider: Arc<dyn Provider>, calls: Calls) -> ProviderServer<Server> {
    ProviderServer::new(Server::new(provider, calls))
        .max_decoding_message_size(usize::MAX)
        .max_encoding_message_size(usize::MAX)
}
