//! An ephemeral resource: something that exists while one run of Terraform needs it and is stored nowhere.
//!
//! Opening hands out the result together with private bytes. Those bytes are all that a renewal and the close get, which
//! may come after `StopProvider`; they never hold a secret that the close does not need.

use std::future::Future;
use std::time::{Duration, SystemTime};

use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::context::Context;
use super::diagnostics::Diagnostics;
use super::resource::DeferReason;
use super::schema::Schema;
use super::value::Value;

/// An ephemeral resource type as its author writes it.
///
/// `State` mirrors the schema, as that of a resource does.
pub trait EphemeralResource: Send + Sync + 'static {
    /// All attributes, as in the schema.
    type State: Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The Terraform type, such as `arc_service_account_token`.
    fn type_name(&self) -> &'static str;

    /// Attributes with their behaviour. Asked for once.
    fn schema(&self) -> Schema;

    /// How long opening, renewing and closing may take, each.
    fn time_limit(&self) -> Duration;

    /// Why nothing can be opened yet, whatever the configuration says; `None` once the provider is configured.
    fn not_yet(&self) -> Option<DeferReason> {
        None
    }

    /// Rules that the schema cannot express. The configuration may hold unknowns; no network.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// Makes it. Whoever fails here cleans up here: Terraform closes only what was opened.
    fn open(
        &self,
        cx: &Context,
        config: Self::State,
    ) -> impl Future<Output = Result<Opened<Self::State>, Diagnostics>> + Send;

    /// Prolongs it, at the time that the last [`Lease`] named. The result that was handed out stays as it is.
    fn renew(
        &self,
        cx: &Context,
        private: &[u8],
    ) -> impl Future<Output = Result<Renewed, Diagnostics>> + Send;

    /// Ends it. Warnings and errors alike are only shown.
    fn close(&self, cx: &Context, private: &[u8]) -> impl Future<Output = Diagnostics> + Send;
}

/// What was opened.
#[derive(Clone, Debug)]
pub struct Opened<S> {
    /// All attributes.
    pub result: S,
    /// How it goes on.
    pub lease: Lease,
    /// Warnings.
    pub diagnostics: Diagnostics,
}

/// What was renewed.
#[derive(Clone, Debug, Default)]
pub struct Renewed {
    /// How it goes on.
    pub lease: Lease,
    /// Warnings.
    pub diagnostics: Diagnostics,
}

/// How an open ephemeral resource goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lease {
    /// Handed back on the next renewal and on close.
    pub private: Vec<u8>,
    /// When it is to be renewed; `None` if it lasts.
    pub renew_at: Option<SystemTime>,
}

/// An ephemeral resource type as the protocol layer calls it. Every [`EphemeralResource`] is one through
/// [`erased`](super::erased).
pub trait ErasedEphemeralResource: Send + Sync {
    /// The Terraform type.
    fn type_name(&self) -> &'static str;
    /// The schema.
    fn schema(&self) -> &Schema;
    /// `ValidateEphemeralResourceConfig`.
    fn validate(&self, cx: &Context, config: &Value) -> Diagnostics;
    /// `OpenEphemeralResource`.
    fn open<'a>(&'a self, cx: &'a Context, config: Value) -> BoxFuture<'a, OpenReply>;
    /// `RenewEphemeralResource`.
    ///
    /// # Errors
    ///
    /// Diagnostics when it could not be prolonged.
    fn renew<'a>(
        &'a self,
        cx: &'a Context,
        private: &'a [u8],
    ) -> BoxFuture<'a, Result<Renewed, Diagnostics>>;
    /// `CloseEphemeralResource`.
    fn close<'a>(&'a self, cx: &'a Context, private: &'a [u8]) -> BoxFuture<'a, Diagnostics>;
}

/// `OpenEphemeralResource.Response`.
#[derive(Clone, Debug, Default)]
pub struct OpenReply {
    /// The result; null beside an error, partly unknown when it is put off.
    pub result: Value,
    /// How it goes on.
    pub lease: Lease,
    /// Why it is put off, if it is.
    pub deferred: Option<DeferReason>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}
