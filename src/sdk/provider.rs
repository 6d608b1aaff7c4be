//! What the protocol layer needs of a provider.

use std::sync::Arc;

use futures::future::BoxFuture;

use super::context::Context;
use super::data_source::ErasedDataSource;
use super::diagnostics::Diagnostics;
use super::ephemeral::ErasedEphemeralResource;
use super::resource::ErasedResource;
use super::schema::Schema;
use super::value::Value;

/// A provider: its own block, and its types.
pub trait Provider: Send + Sync + 'static {
    /// The provider block.
    fn schema(&self) -> &Schema;

    /// The managed resource types.
    fn resources(&self) -> &[Arc<dyn ErasedResource>];

    /// The data source types.
    fn data_sources(&self) -> &[Arc<dyn ErasedDataSource>];

    /// The ephemeral resource types.
    fn ephemeral_resources(&self) -> &[Arc<dyn ErasedEphemeralResource>];

    /// Checks the provider block; it may hold unknowns. Called before [`Provider::configure`], without network.
    fn validate(&self, config: &Value) -> Diagnostics;

    /// Takes the provider block. Unknowns are normal in a plan and must be accepted; the resources then plan without
    /// the backend.
    fn configure<'a>(&'a self, cx: &'a Context, config: Value) -> BoxFuture<'a, Diagnostics>;
}
