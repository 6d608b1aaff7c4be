//! One lifecycle for all types whose objects live in Azure and in a cluster.
//!
//! A type says what is its own ([`TwoPlanes`]); [`Managed`] does for each of them what must not differ between them: the
//! session, the connection, what a refresh makes of a look that failed or saw only one plane, what is stored after an
//! apply and after one that failed, the private bytes, and the deletion policy.

use std::fmt::Display;
use std::future::Future;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::resources::connection::{self, ConnectionState};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::path::AttributePath;
use crate::sdk::resource::{
    Applied, ApplyFailure, DeferReason, ImportTarget, MoveSource, Plan, Refreshed, Resource, Stored,
};
use crate::sdk::schema::{IdentitySchema, Schema};
use crate::sdk::timeouts::{Operation, Timeouts};
use crate::sdk::value::Value;
use crate::usecases::extension::Baseline;
use crate::usecases::{Connection, Drift, Incomplete, Plane, Session, SessionSlot};

use super::diagnose::{self, About, failed, half_seen, not_seen, warned};
use super::private::Private;
use super::{deletion, drift};

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
    /// What can be shown as it is.
    Diagnostics(Diagnostics),
}

impl<E: About> From<E> for Failure<E> {
    fn from(error: E) -> Self {
        Self::Error(error)
    }
}

impl<E: About> Failure<E> {
    fn report(self, attempted: &str, id: &impl Display) -> Diagnostics {
        match self {
            Self::Error(error) => failed(attempted, &error),
            Self::NotImportable(error) => failed(&format!("importing {id}"), &error),
            Self::Diagnostics(diagnostics) => diagnostics,
        }
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
    type State: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// What names an object.
    type Id: Clone + Display + Send + Sync;
    /// What its use cases fail with.
    type Error: About;

    /// Name, schemas and limits.
    const DEFINITION: Definition;

    /// The attributes that mean the same for every type.
    fn common(state: &Self::State) -> Common<'_, Self::Id>;

    /// Stores what differs, one sentence each.
    fn set_drift(state: &mut Self::State, lines: Vec<String>);

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

/// The managed resource type of a [`TwoPlanes`].
pub struct Managed<T> {
    session: SessionSlot,
    kind: PhantomData<fn() -> T>,
}

impl<T: TwoPlanes> Managed<T> {
    /// The type, working through the session that the provider block sets up.
    #[must_use]
    pub const fn new(session: SessionSlot) -> Self {
        Self {
            session,
            kind: PhantomData,
        }
    }
}

impl<T: TwoPlanes> Resource for Managed<T> {
    type State = T::State;

    fn type_name(&self) -> &'static str {
        T::DEFINITION.type_name
    }

    fn schema(&self) -> Schema {
        (T::DEFINITION.schema)()
    }

    fn identity_schema(&self) -> IdentitySchema {
        (T::DEFINITION.identity)()
    }

    fn identity(&self, state: &T::State) -> Option<Value> {
        T::common(state).id.map(T::identity)
    }

    fn default_timeouts(&self) -> Timeouts {
        T::DEFINITION.timeouts
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let path = AttributePath::attribute(connection::NAME);
        let mut found = connection::validate(&path, config.get(connection::NAME));
        found.extend(T::rules(config));
        found
    }

    async fn plan(&self, cx: &Context, plan: &mut Plan) -> Diagnostics {
        if plan.config.is_null() {
            return deletion::check(plan);
        }
        let session = self.session.get();
        let session = session.as_deref();
        drift::propose_repair(plan);
        let private = Private::from_bytes(&plan.private);
        let mut found = T::plan(&cx.call, plan, &private, session).await;
        found.extend(deletion::check(plan));
        match session {
            Some(session) => found.extend(connection::require(&plan.config, session)),
            None if cx.deferral_allowed => plan.deferred = Some(DeferReason::ProviderConfigUnknown),
            None => {}
        }
        found
    }

    async fn create(
        &self,
        cx: &Context,
        planned: T::State,
        config: T::State,
    ) -> Result<Applied<T::State>, ApplyFailure<T::State>> {
        let session = diagnose::session(&self.session)?;
        let id = T::future_id(&planned, &session)?;
        let connection = T::common(&planned).connection();
        let at = At::new(cx, &session, &id, connection.as_ref());
        let checkpoint = |state: T::State| cx.checkpoint.save(&state, &[]);
        let outcome = T::create(&at, planned, config, checkpoint).await;
        applied::<T>(Operation::Create, &id, &[], outcome)
    }

    async fn read(
        &self,
        cx: &Context,
        prior: Stored<T::State>,
    ) -> Result<Refreshed<T::State>, Diagnostics> {
        let Some(session) = self.session.get() else {
            return Ok(Refreshed::Unreachable(Diagnostics::default()));
        };
        let id = stored_id::<T>(&prior.state)?;
        let connection = T::common(&prior.state).connection();
        let at = At::new(cx, &session, &id, connection.as_ref());
        let before = Before::from(prior);
        let known = before.private.clone();
        let attempted = T::attempting(Operation::Read, &id);
        match T::read(&at, before).await {
            Ok(None) => Ok(Refreshed::Gone),
            Ok(Some(seen)) => refreshed::<T>(&session, &attempted, &known, seen),
            Err(Failure::Error(error)) if T::says_nothing(&error) => {
                not_seen(&session, &attempted, &error)
            }
            Err(failure) => Err(failure.report(&attempted, &id)),
        }
    }

    async fn update(
        &self,
        cx: &Context,
        prior: Stored<T::State>,
        planned: T::State,
        config: T::State,
    ) -> Result<Applied<T::State>, ApplyFailure<T::State>> {
        let session = diagnose::session(&self.session)?;
        let id = stored_id::<T>(&prior.state)?;
        let connection = T::common(&planned).connection();
        let at = At::new(cx, &session, &id, connection.as_ref());
        let private = prior.private.clone();
        let checkpoint = |state: T::State| cx.checkpoint.save(&state, &private);
        let outcome = T::update(&at, prior.into(), planned, config, checkpoint).await;
        applied::<T>(Operation::Update, &id, &private, outcome)
    }

    async fn delete(
        &self,
        cx: &Context,
        prior: Stored<T::State>,
    ) -> Result<Diagnostics, ApplyFailure<T::State>> {
        let common = T::common(&prior.state);
        if deletion::abandons(common.deletion_policy) {
            return Ok(Diagnostics::default());
        }
        let session = diagnose::session(&self.session)?;
        let connection = common.connection();
        let id = stored_id::<T>(&prior.state)?;
        let at = At::new(cx, &session, &id, connection.as_ref());
        let removed = T::delete(&at, prior.state).await;
        removed.map_err(|error| failed(&T::attempting(Operation::Delete, &id), &error).into())
    }

    async fn import(&self, _cx: &Context, target: ImportTarget) -> Result<T::State, Diagnostics> {
        T::import(&target)
    }

    fn move_from(&self, source: &MoveSource) -> Result<T::State, Diagnostics> {
        T::move_from(source)
    }
}

impl<I> Common<'_, I> {
    fn connection(&self) -> Option<Connection> {
        self.kubernetes.map(ConnectionState::connection)
    }
}

impl<'a, I> At<'a, I> {
    const fn new(
        cx: &'a Context,
        session: &'a Session,
        id: &'a I,
        connection: Option<&'a Connection>,
    ) -> Self {
        Self {
            call: &cx.call,
            session,
            id,
            connection,
        }
    }
}

impl<S> From<Stored<S>> for Before<S> {
    fn from(stored: Stored<S>) -> Self {
        Self {
            private: Private::from_bytes(&stored.private),
            state: stored.state,
        }
    }
}

fn stored_id<T: TwoPlanes>(state: &T::State) -> Result<T::Id, Diagnostics> {
    T::common(state).id.cloned().ok_or_else(|| {
        let type_name = T::DEFINITION.type_name;
        Diagnostics::error(
            AttributePath::attribute("id"),
            "No Id In The State",
            format!(
                "The stored {type_name} has no id, so that nothing can be asked or done about it.\n\nTo fix this:\n  - forget \
                 the object with `terraform state rm`, and import it by its id"
            ),
        )
    })
}

/// What a refresh stores. Of a plane that could not be looked at, the differences that were known before are kept: that
/// nothing was seen does not mean that they are gone.
fn refreshed<T: TwoPlanes>(
    session: &Session,
    attempted: &str,
    known: &Private,
    seen: Seen<T::State, T::Error>,
) -> Result<Refreshed<T::State>, Diagnostics> {
    let diagnostics = match &seen.unseen {
        None => Diagnostics::default(),
        Some((_, error)) => half_seen(session, attempted, error)?,
    };
    let drift = with_known(known, seen.drift, seen.unseen.map(|(plane, _)| plane));
    let mut state = seen.state;
    T::set_drift(
        &mut state,
        drift.iter().map(|one| one.text.clone()).collect(),
    );
    let private = Private {
        drift,
        baseline: seen.baseline,
    };
    Ok(Refreshed::Present(Applied {
        stored: Stored {
            state,
            private: private.to_bytes(),
        },
        diagnostics,
    }))
}

/// What was seen to differ, and what is known to differ on the plane that could not be looked at, Azure's first.
fn with_known(known: &Private, seen: Vec<Drift>, unseen: Option<Plane>) -> Vec<Drift> {
    let kept = unseen.map(|plane| known.seen_on(plane).cloned());
    let mut drift: Vec<_> = seen.into_iter().chain(kept.into_iter().flatten()).collect();
    drift.sort_by_key(|one| one.plane);
    drift
}

/// What an apply stores. After one that ended well nothing differs; what it did not put right, the next look finds. After
/// one that failed, what was noted beside the object stays.
fn applied<T: TwoPlanes>(
    operation: Operation,
    id: &T::Id,
    private: &[u8],
    outcome: Outcome<T>,
) -> Result<Applied<T::State>, ApplyFailure<T::State>> {
    match outcome {
        Ok(mut seen) => {
            T::set_drift(&mut seen.state, Vec::new());
            let private = Private {
                drift: Vec::new(),
                baseline: seen.baseline,
            };
            let looking = T::attempting(Operation::Read, id);
            let unseen = seen.unseen.map(|(_, error)| warned(&looking, &error));
            Ok(Applied {
                stored: Stored {
                    state: seen.state,
                    private: private.to_bytes(),
                },
                diagnostics: unseen.unwrap_or_default(),
            })
        }
        Err(Incomplete { reached, error }) => Err(ApplyFailure {
            saved: reached.map(|state| Stored {
                state: *state,
                private: private.to_vec(),
            }),
            diagnostics: error.report(&T::attempting(operation, id), id),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usecases::Cure;

    #[test]
    fn what_is_known_of_a_plane_that_could_not_be_looked_at_is_kept() {
        let azure = |text| Drift::azure(Cure::Write, text);
        let cluster = |text| Drift::cluster(Cure::Reinstall, text);
        let known = Private {
            drift: vec![azure("old object"), cluster("agent scaled to 0")],
            baseline: None,
        };
        let seen = vec![azure("new object")];
        assert_eq!(
            with_known(&known, seen.clone(), Some(Plane::Cluster)),
            [azure("new object"), cluster("agent scaled to 0")]
        );
        assert_eq!(with_known(&known, seen, None), [azure("new object")]);
        assert_eq!(
            with_known(&known, vec![cluster("Secret: missing")], Some(Plane::Azure)),
            [azure("old object"), cluster("Secret: missing")]
        );
    }
}
