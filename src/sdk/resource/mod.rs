//! A managed resource: the typed trait that authors implement, and its erased twin ([`ErasedResource`]) that the protocol
//! layer calls.
//!
//! Outcomes are types. A failed create has to say what it saved, a read has to choose between present, gone and
//! unreachable, so that no code path can lose an object by returning nothing.

mod erased;

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::context::Context;
use super::diagnostics::Diagnostics;
use super::path::AttributePath;
use super::schema::{IdentitySchema, Schema};
use super::timeouts::Timeouts;
use super::value::Value;

pub use super::object::StoredObject;
pub use erased::{ApplyRequest, ErasedResource, ObjectReply, PlanReply, PlanRequest};

/// A managed resource type as its author writes it.
///
/// `State` mirrors the schema: every attribute an `Option`, computed values that are unknown in a plan arrive as `None`.
pub trait Resource: Send + Sync + 'static {
    /// All attributes, as in the schema.
    type State: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;

    /// The Terraform type, such as `arc_connected_cluster`.
    fn type_name(&self) -> &'static str;

    /// Attributes with their behaviour. Asked for once.
    fn schema(&self) -> Schema;

    /// The attributes that identify an object beyond its id (Terraform 1.12 and later).
    fn identity_schema(&self) -> IdentitySchema;

    /// The identity of an object in state; `None` before it has one.
    fn identity(&self, state: &Self::State) -> Option<Value>;

    /// How long each operation may take unless the `timeouts` block says otherwise.
    fn default_timeouts(&self) -> Timeouts;

    /// Rules that the schema cannot express. The configuration may hold unknowns; no network.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// The resource's own say in a plan, after defaults, unknowns and replacements were worked out. Computed values that
    /// it leaves alone follow its changes: what it turns into an update makes them unknown. A destroy is announced too,
    /// with a null `planned` that stays null. `Context` carries the deadline of a read.
    fn plan(&self, _cx: &Context, _plan: &mut Plan) -> impl Future<Output = Diagnostics> + Send {
        std::future::ready(Diagnostics::default())
    }

    /// Makes the object. `planned` holds what the user set and `None` where a value is to be computed; `config` also
    /// holds the write-only values.
    fn create(
        &self,
        cx: &Context,
        planned: Self::State,
        config: Self::State,
    ) -> impl Future<Output = Result<Applied<Self::State>, ApplyFailure<Self::State>>> + Send;

    /// Looks at the object.
    fn read(
        &self,
        cx: &Context,
        prior: Stored<Self::State>,
    ) -> impl Future<Output = Result<Refreshed<Self::State>, Diagnostics>> + Send;

    /// Changes the object in place.
    fn update(
        &self,
        cx: &Context,
        prior: Stored<Self::State>,
        planned: Self::State,
        config: Self::State,
    ) -> impl Future<Output = Result<Applied<Self::State>, ApplyFailure<Self::State>>> + Send;

    /// Removes the object. On failure Terraform keeps the prior state, or what `saved` says is left.
    fn delete(
        &self,
        cx: &Context,
        prior: Stored<Self::State>,
    ) -> impl Future<Output = Result<Diagnostics, ApplyFailure<Self::State>>> + Send;

    /// Turns an import id or identity into the least state that [`Resource::read`] can complete.
    fn import(
        &self,
        cx: &Context,
        target: ImportTarget,
    ) -> impl Future<Output = Result<Self::State, Diagnostics>> + Send;

    /// Brings the JSON of an older schema version to the current one. A type whose schema is the first has none.
    ///
    /// # Errors
    ///
    /// Diagnostics when that version is not known.
    fn upgrade(
        &self,
        version: i64,
        _state: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics> {
        let detail = format!(
            "The state of this {} has schema version {version}, which this version of the provider does not know.",
            self.type_name()
        );
        Err(Diagnostics::error(
            AttributePath::root(),
            "Unknown State Version",
            detail,
        ))
    }

    /// Takes over an object that another type has stored (a `moved` block): the least state that [`Resource::read`] can
    /// complete. No network.
    ///
    /// # Errors
    ///
    /// Diagnostics when objects of that type are not taken over, which is so unless a resource says otherwise, or the
    /// stored object lacks what is needed.
    fn move_from(&self, source: &MoveSource) -> Result<Self::State, Diagnostics> {
        Err(source.not_supported(self.type_name()))
    }
}

/// An object of another type that a `moved` block leads to one of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveSource {
    /// Address of the provider that stored it, such as `registry.terraform.io/hashicorp/azurerm`.
    pub provider: String,
    /// Its Terraform type.
    pub type_name: String,
    /// Version of its schema.
    pub schema_version: i64,
    /// Its attributes.
    pub state: serde_json::Value,
}

impl MoveSource {
    /// The error of a type that does not take this object over.
    #[must_use]
    pub fn not_supported(&self, target: &str) -> Diagnostics {
        let detail = format!(
            "An object {} of the provider {} cannot be moved to {target}.\n\nTo fix this:\n  - import the object into {target}, and \
             remove the old one from the state with a removed block",
            self.type_name, self.provider
        );
        Diagnostics::error(AttributePath::root(), "Move Not Supported", detail)
    }
}

/// An object as Terraform stored it: attributes, and bytes that only the provider reads.
#[derive(Clone, Debug)]
pub struct Stored<S> {
    /// The attributes.
    pub state: S,
    /// Opaque to Terraform; kept beside the state.
    pub private: Vec<u8>,
}

/// An object after a successful create or update.
#[derive(Clone, Debug)]
pub struct Applied<S> {
    /// What exists now.
    pub stored: Stored<S>,
    /// Warnings.
    pub diagnostics: Diagnostics,
}

/// A create, update or delete that did not end well.
#[derive(Clone, Debug)]
pub struct ApplyFailure<S> {
    /// What exists now and must not be lost. `None`: nothing was made (create), or the prior object is unchanged
    /// (update, delete).
    pub saved: Option<Stored<S>>,
    /// At least one error.
    pub diagnostics: Diagnostics,
}

/// Nothing was made or changed.
impl<S> From<Diagnostics> for ApplyFailure<S> {
    fn from(diagnostics: Diagnostics) -> Self {
        Self {
            saved: None,
            diagnostics,
        }
    }
}

/// The three answers of a look at an object.
#[derive(Clone, Debug)]
pub enum Refreshed<S> {
    /// It is there, and this is how it looks.
    Present(Applied<S>),
    /// The service said that it does not exist. Warnings tell what may be left of it.
    Gone(Diagnostics),
    /// The service could not be asked. The stored object is kept; the diagnostics tell why.
    Unreachable(Diagnostics),
}

/// What `terraform import` or an `import` block names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportTarget {
    /// An id string.
    Id(String),
    /// Identity attributes.
    Identity(Value),
}

/// A plan in the making, as the resource's own hook sees it.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is stored now; null when the object is to be created.
    pub prior: Value,
    /// What the user wrote, unknowns included.
    pub config: Value,
    /// What will be, as proposed by the schema's rules. The hook may change computed attributes.
    pub planned: Value,
    /// Attributes whose change needs a new object. A path whose value is the same in `prior` and `planned` has no effect.
    pub requires_replace: Vec<AttributePath>,
    /// What the last read or apply kept for the provider alone, beside the stored object.
    pub private: Vec<u8>,
    /// Set to put the decision off until more is known; only where the client allows it.
    pub deferred: Option<DeferReason>,
}

/// Why a plan is put off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeferReason {
    /// The resource's own configuration has unknowns that matter.
    ResourceConfigUnknown,
    /// The provider block has.
    ProviderConfigUnknown,
}
