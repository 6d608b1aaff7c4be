//! A data source: the typed trait that authors implement, and its erased twin that the protocol layer calls.

use std::future::Future;
use std::time::Duration;

use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::context::Context;
use super::diagnostics::Diagnostics;
use super::resource::DeferReason;
use super::schema::Schema;
use super::value::Value;

/// A data source type as its author writes it.
///
/// `State` mirrors the schema, as that of a resource does.
pub trait DataSource: Send + Sync + 'static {
    /// All attributes, as in the schema.
    type State: Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The Terraform type, such as `arc_connected_cluster`.
    fn type_name(&self) -> &'static str;

    /// Attributes with their behaviour. Asked for once.
    fn schema(&self) -> Schema;

    /// How long a read may take unless the `timeouts` block says otherwise.
    fn default_timeout(&self) -> Duration;

    /// Why nothing can be read yet, whatever the configuration says; `None` once the provider is configured.
    fn not_yet(&self) -> Option<DeferReason> {
        None
    }

    /// Rules that the schema cannot express. The configuration may hold unknowns; no network.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Looks. `config` holds what the user set, defaults, and `None` where a value is to be found.
    fn read(
        &self,
        cx: &Context,
        config: Self::State,
    ) -> impl Future<Output = Result<Found<Self::State>, Diagnostics>> + Send;
}

/// What a data source found.
#[derive(Clone, Debug)]
pub struct Found<S> {
    /// All attributes.
    pub state: S,
    /// Warnings.
    pub diagnostics: Diagnostics,
}

/// A data source type as the protocol layer calls it. Every [`DataSource`] is one through [`erased`](super::erased).
pub trait ErasedDataSource: Send + Sync {
    /// The Terraform type.
    fn type_name(&self) -> &'static str;
    /// The schema.
    fn schema(&self) -> &Schema;
    /// `ValidateDataResourceConfig`.
    fn validate(&self, cx: &Context, config: &Value) -> Diagnostics;
    /// `ReadDataSource`.
    fn read<'a>(&'a self, cx: &'a Context, config: Value) -> BoxFuture<'a, DataReply>;
}

/// `ReadDataSource.Response`.
#[derive(Clone, Debug, Default)]
pub struct DataReply {
    /// What was found; null beside an error, partly unknown when it is put off.
    pub state: Value,
    /// Why it is put off, if it is.
    pub deferred: Option<DeferReason>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}
