//! The provider block and the registry of all types.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::provider::Provider;
use crate::sdk::resource::ErasedResource;
use crate::sdk::schema::Schema;
use crate::sdk::value::Value;

/// The provider.
pub struct ArcProvider {
    schema: Schema,
}

impl ArcProvider {
    /// A provider that has not been configured yet.
    #[must_use]
    pub fn new() -> Self {
        let schema = Schema::new("Takes Kubernetes clusters to Azure Arc.", Vec::new());
        Self { schema }
    }
}

impl Default for ArcProvider {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for ArcProvider {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn resources(&self) -> &[Arc<dyn ErasedResource>] {
        &[]
    }

    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    fn configure<'a>(&'a self, _cx: &'a Context, _config: Value) -> BoxFuture<'a, Diagnostics> {
        async { Diagnostics::default() }.boxed()
    }
}
