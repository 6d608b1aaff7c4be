//! One lifecycle for all types whose objects live in Azure and in a cluster.
//!
//! A type says what is its own ([`TwoPlanes`]); [`Managed`] does for each of them what must not differ between them: the
//! session, the connection, what a refresh makes of a look that failed or saw only one plane, what is stored after an
//! apply and after one that failed, the private bytes, and the deletion policy.

mod outcome;
mod resource;

use std::fmt::Display;
use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::resources::connection::ConnectionState;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::{ImportTarget, MoveSource, Plan};
use crate::sdk::schema::{IdentitySchema, Schema};
use crate::sdk::timeouts::{Operation, Timeouts};
use crate::sdk::value::Value;
use crate::usecases::extension::Baseline;
use crate::usecases::{Connection, Drift, Incomplete, Plane, Session};

use super::diagnose::{self, About};
use super::private::Private;

pub use self::resource::Managed;

/// What a type is called and what it looks like.
pub struct Definition {
    /// The Terraform type, such as `arc_extension`.
    pub type_name: &'static str,
    /// Its attributes.
    pub schema: fn() -> Schema,
    /// The attributes that identify an object.
    pub identity: fn() -> IdentitySchema,
    /// How long each operation may take unless the user says otherwise.
    pub timeouts: Timeouts,
}

/// A typed state with the attributes that mean the same for every type; see [`common_attributes`].
pub trait CommonAttributes {
    /// What names an object.
    type Id;

    /// Those that the common lifecycle reads.
    fn common(&self) -> Common<'_, Self::Id>;

    /// Stores what differs, one sentence each.
    fn set_drift(&mut self, lines: Vec<String>);
}

/// Implements [`CommonAttributes`] for a state whose fields have the usual names.
macro_rules! common_attributes {
    ($state:ty, $id:ty) => {
        impl $crate::resources::shared::managed::CommonAttributes for $state {
            type Id = $id;

            fn common(&self) -> $crate::resources::shared::managed::Common<'_, $id> {
                $crate::resources::shared::managed::Common {
                    id: self.id.as_ref(),
                    kubernetes: self.kubernetes.as_ref(),
                    deletion_policy: self.deletion_policy.as_deref(),
                }
            }

            fn set_drift(&mut self, lines: Vec<String>) {
                self.drift = Some(lines);
            }
        }
    };
}
pub(in crate::resources) use common_attributes;

/// The attributes that mean the same for every type.
pub struct Common<'a, I> {
    /// The object's id; `None` before it has one.
    pub id: Option<&'a I>,
    /// How to reach the cluster, where the object itself says so.
    pub kubernetes: Option<&'a ConnectionState>,
    /// What a destroy does.
    pub deletion_policy: Option<&'a str>,
}

/// One operation on one object.
pub struct At<'a, I> {
    /// Stop token, deadline and progress.
    pub call: &'a Call,
    /// Access to both planes.
    pub session: &'a Session,
    /// The object.
    pub id: &'a I,
    /// How to reach the cluster, where the object itself says so.
    pub connection: Option<&'a Connection>,
}

/// An object as Terraform stored it, and what was noted beside it.
pub struct Before<S> {
    /// The attributes.
    pub state: S,
    /// The private record.
    pub private: Private,
}

/// What a look or a write showed.
pub struct Seen<S, E> {
    /// The attributes, with what was seen taken over. `drift` is filled by [`Managed`].
    pub state: S,
    /// What differs from what was applied, on the planes that were looked at.
    pub drift: Vec<Drift>,
    /// The plane that could not be looked at, and why.
    pub unseen: Option<(Plane, E)>,
    /// What an extension looks like that is in order.
    pub baseline: Option<Baseline>,
}

impl<S, E> Seen<S, E> {
    /// An object that was seen whole and does not differ.
    pub const fn whole(state: S) -> Self {
        Self {
            state,
            drift: Vec::new(),
            unseen: None,
            baseline: None,
        }
    }
}

/// Why an operation failed.
pub enum Failure<E> {
    /// What the use case says.
    Error(E),
    /// The object that an import names cannot be managed.
    NotImportable(E),
    /// Azure has no such object, and this kept its cluster from being asked what is left of it there.
    Gone(E),
    /// What can be shown as it is.
    Diagnostics(Diagnostics),
}

impl<E: About> From<E> for Failure<E> {
    fn from(error: E) -> Self {
        Self::Error(error)
    }
}

impl<E: About> From<Diagnostics> for Failure<E> {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Diagnostics(diagnostics)
    }
}

/// What a create or update of a type hands back.
pub type Outcome<T> = Result<
    Seen<<T as TwoPlanes>::State, <T as TwoPlanes>::Error>,
    Incomplete<<T as TwoPlanes>::State, Failure<<T as TwoPlanes>::Error>>,
>;

/// What a look of a type hands back; `None` when the service says that there is no such object.
pub type Look<T> = Result<
    Option<Seen<<T as TwoPlanes>::State, <T as TwoPlanes>::Error>>,
    Failure<<T as TwoPlanes>::Error>,
>;

/// A type whose object lives in Azure and in a cluster.
pub trait TwoPlanes: Send + Sync + Sized + 'static {
    /// All attributes, as in the schema.
    type State: CommonAttributes<Id = Self::Id>
        + Serialize
        + DeserializeOwned
        + Clone
        + Send
        + Sync
        + 'static;
    /// What names an object.
    type Id: Clone + Display + Send + Sync;
    /// What its use cases fail with.
    type Error: About;

    /// Name, schemas and limits.
    const DEFINITION: Definition;

    /// The identity of an object.
    fn identity(id: &Self::Id) -> Value;

    /// The id that an object will have.
    ///
    /// # Errors
    ///
    /// Diagnostics when a part of it is missing.
    fn future_id(planned: &Self::State, session: &Session) -> Result<Self::Id, Diagnostics>;

    /// What is being done to an object, as in "installing …", for messages.
    fn attempting(operation: Operation, id: &Self::Id) -> String;

    /// Rules that the schema cannot express. The configuration may hold unknowns; no network.
    #[must_use]
    fn rules(_config: &Value) -> Diagnostics {
        Diagnostics::default()
    }

    /// The type's own say in the plan of a create or update. `session` is `None` while the provider block holds unknowns.
    fn plan(
        call: &Call,
        plan: &mut Plan,
        private: &Private,
        session: Option<&Session>,
    ) -> impl Future<Output = Diagnostics> + Send;

    /// Makes the object. `checkpoint` takes what exists, as soon as anything does.
    fn create(
        at: &At<'_, Self::Id>,
        planned: Self::State,
        config: Self::State,
        checkpoint: impl Fn(Self::State) + Send + Sync,
    ) -> impl Future<Output = Outcome<Self>> + Send;

    /// Looks at the object.
    fn read(
        at: &At<'_, Self::Id>,
        prior: Before<Self::State>,
    ) -> impl Future<Output = Look<Self>> + Send;

    /// Changes and repairs the object in place. `checkpoint` takes what exists, where that changes on the way.
    fn update(
        at: &At<'_, Self::Id>,
        prior: Before<Self::State>,
        planned: Self::State,
        config: Self::State,
        checkpoint: impl Fn(Self::State) + Send + Sync,
    ) -> impl Future<Output = Outcome<Self>> + Send;

    /// Removes the object. Returns warnings about what is left.
    fn delete(
        at: &At<'_, Self::Id>,
        state: Self::State,
    ) -> impl Future<Output = Result<Diagnostics, Self::Error>> + Send;

    /// Turns an import id or identity into the least state that a look can complete.
    ///
    /// # Errors
    ///
    /// Diagnostics when it does not name an object of this type.
    fn import(target: &ImportTarget) -> Result<Self::State, Diagnostics>;

    /// Takes over an object that another type has stored.
    ///
    /// # Errors
    ///
    /// Diagnostics when objects of that type are not taken over.
    fn move_from(source: &MoveSource) -> Result<Self::State, Diagnostics> {
        Err(source.not_supported(Self::DEFINITION.type_name))
    }

    /// Whether a failed look says nothing about the object, which is then kept as it is stored.
    #[must_use]
    fn says_nothing(error: &Self::Error) -> bool {
        diagnose::says_nothing(error)
    }
}
