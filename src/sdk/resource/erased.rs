//! A managed resource type as the protocol layer calls it, with its requests and replies.

use futures::future::BoxFuture;

use super::{DeferReason, ImportTarget, MoveSource, StoredObject};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::path::AttributePath;
use crate::sdk::schema::{IdentitySchema, Schema};
use crate::sdk::value::Value;

/// A managed resource type as the protocol layer calls it: everything is a [`Value`], nothing is typed.
///
/// Every [`Resource`](super::Resource) is one through [`erased`](crate::sdk::erased), which also runs the plan engine,
/// applies timeouts and, in debug builds, checks each reply against Terraform's rules.
pub trait ErasedResource: Send + Sync {
    /// The Terraform type.
    fn type_name(&self) -> &'static str;
    /// The schema.
    fn schema(&self) -> &Schema;
    /// The identity schema.
    fn identity_schema(&self) -> &IdentitySchema;
    /// `ValidateResourceConfig`.
    fn validate(&self, cx: &Context, config: &Value) -> Diagnostics;
    /// `PlanResourceChange`.
    fn plan<'a>(&'a self, cx: &'a Context, request: PlanRequest) -> BoxFuture<'a, PlanReply>;
    /// `ApplyResourceChange`: create, update or delete, by which of prior and planned is null.
    fn apply<'a>(&'a self, cx: &'a Context, request: ApplyRequest) -> BoxFuture<'a, ObjectReply>;
    /// `ReadResource`.
    fn read<'a>(&'a self, cx: &'a Context, request: StoredObject) -> BoxFuture<'a, ObjectReply>;
    /// `ImportResourceState`.
    fn import<'a>(&'a self, cx: &'a Context, target: ImportTarget) -> BoxFuture<'a, ObjectReply>;
    /// `UpgradeResourceState`, from the JSON of any version up to the current one.
    ///
    /// # Errors
    ///
    /// Diagnostics when the JSON does not fit, or the version is unknown.
    fn upgrade(&self, version: i64, json: &[u8]) -> Result<Value, Diagnostics>;
    /// `MoveResourceState`.
    ///
    /// # Errors
    ///
    /// Diagnostics when the object is not taken over.
    fn move_from(&self, source: &MoveSource) -> Result<ObjectReply, Diagnostics>;
}

/// The object after an apply, read or import, with messages. A null state means that there is no object.
#[derive(Clone, Debug, Default)]
pub struct ObjectReply {
    /// The object.
    pub object: StoredObject,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// `PlanResourceChange.Request`.
#[derive(Clone, Debug)]
pub struct PlanRequest {
    /// The stored object; null state on create.
    pub prior: StoredObject,
    /// The configuration; null on destroy.
    pub config: Value,
}

/// `PlanResourceChange.Response`.
#[derive(Clone, Debug, Default)]
pub struct PlanReply {
    /// The planned object.
    pub planned: StoredObject,
    /// Attributes whose change needs a new object.
    pub requires_replace: Vec<AttributePath>,
    /// Why the plan is put off, if it is.
    pub deferred: Option<DeferReason>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// `ApplyResourceChange.Request`. Private bytes and identity come once: Terraform sends those of the plan, and a plan
/// hands on those of the stored object.
#[derive(Clone, Debug)]
pub struct ApplyRequest {
    /// The stored object; null on create.
    pub prior: Value,
    /// The planned object; null on delete.
    pub planned: Value,
    /// The configuration, write-only values included; null on delete.
    pub config: Value,
    /// The private bytes of the stored object. On create those of the object that is replaced, or none.
    pub private: Vec<u8>,
    /// The identity of the stored object. Terraform sends none on create and may send none on delete.
    pub identity: Option<Value>,
}
