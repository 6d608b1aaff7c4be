//! [`Managed`]: a [`TwoPlanes`] as the SDK sees it.

use std::marker::PhantomData;

use crate::resources::connection::{self, ConnectionState};
use crate::resources::shared::diagnose::{self, failed, not_seen};
use crate::resources::shared::private::Private;
use crate::resources::shared::{deletion, drift};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::path::AttributePath;
use crate::sdk::resource::{
    Applied, ApplyFailure, DeferReason, ImportTarget, MoveSource, Plan, Refreshed, Resource, Stored,
};
use crate::sdk::schema::{IdentitySchema, Schema};
use crate::sdk::timeouts::{Operation, Timeouts};
use crate::sdk::value::Value;
use crate::usecases::{Connection, Session, SessionSlot};

use super::outcome::{applied, gone, refreshed};
use super::{At, Before, Common, CommonAttributes as _, Failure, TwoPlanes};

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
        state.common().id.map(T::identity)
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
        let mut found = session.map_or_else(Diagnostics::default, |session| {
            connection::require(&plan.config, session)
        });
        // A plan that fails anyway asks no one.
        let asked = session.filter(|_| !found.has_errors());
        drift::propose_repair(plan);
        let private = Private::from_bytes(&plan.private);
        found.extend(T::plan(&cx.call, plan, &private, asked).await);
        found.extend(deletion::check(plan));
        if session.is_none() && cx.deferral_allowed {
            plan.deferred = Some(DeferReason::ProviderConfigUnknown);
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
        let connection = planned.common().connection();
        let at = At::new(cx, &session, &id, connection.as_ref());
        let checkpoint = |mut state: T::State| {
            state.set_drift(Vec::new());
            cx.checkpoint.save(&state, &[]);
        };
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
        let connection = prior.state.common().connection();
        let at = At::new(cx, &session, &id, connection.as_ref());
        let before = Before::from(prior);
        let known = before.private.clone();
        let attempted = T::attempting(Operation::Read, &id);
        match T::read(&at, before).await {
            Ok(None) => Ok(Refreshed::Gone(Diagnostics::default())),
            Err(Failure::Gone(error)) => gone(&session, &attempted, &error),
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
        if deletion::is_all_that_differs(&prior.state, &planned) {
            return Ok(Applied {
                stored: Stored {
                    state: planned,
                    private: prior.private,
                },
                diagnostics: Diagnostics::default(),
            });
        }
        let session = diagnose::session(&self.session)?;
        let id = stored_id::<T>(&prior.state)?;
        let connection = planned.common().connection();
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
        let common = prior.state.common();
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
    state.common().id.cloned().ok_or_else(|| {
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

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::call::Call;
    use crate::resources::connected_cluster::ConnectedCluster;
    use crate::sdk::context::Checkpoint;
    use crate::usecases::ResourceId;

    type State = <ConnectedCluster as TwoPlanes>::State;

    fn context() -> Context {
        Context {
            call: Call::new(CancellationToken::new(), "test"),
            deferral_allowed: false,
            write_only_allowed: true,
            checkpoint: Checkpoint::default(),
        }
    }

    /// There is no session, so that any question to either plane is an error.
    #[tokio::test]
    async fn how_an_object_is_destroyed_is_changed_without_asking_either_plane() {
        let resource = Managed::<ConnectedCluster>::new(SessionSlot::default());
        let prior = State {
            id: Some(ResourceId::connected_cluster("s", "rg", "c1")),
            name: "c1".to_owned(),
            deletion_policy: Some("delete".to_owned()),
            force_delete: Some(false),
            drift: Some(vec!["an agent is gone".to_owned()]),
            ..State::default()
        };
        let stored = Stored {
            state: prior.clone(),
            private: b"{}".to_vec(),
        };
        let mut planned = prior.clone();
        planned.deletion_policy = Some("abandon".to_owned());
        planned.force_delete = Some(true);
        let cx = context();
        let config = planned.clone();
        let applied = resource.update(&cx, stored.clone(), planned.clone(), config.clone());
        let applied = Box::pin(applied).await.expect("no plane is asked").stored;
        assert_eq!(applied.state.deletion_policy, planned.deletion_policy);
        assert_eq!(applied.state.force_delete, Some(true));
        assert_eq!(applied.state.drift, prior.drift);
        assert_eq!(applied.private, stored.private);
        planned.drift = Some(Vec::new());
        let repaired = Box::pin(resource.update(&cx, stored, planned, config)).await;
        assert!(repaired.is_err(), "a repair asks");
    }
}
