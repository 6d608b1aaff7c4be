//! Create, read, update, delete and import of `arc_service_account_token`.

use crate::resources::connection;
use crate::resources::shared::{deletion, diagnose};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::path::AttributePath;
use crate::sdk::resource::{
    Applied, ApplyFailure, ImportTarget, Plan, Refreshed, Resource, Stored,
};
use crate::sdk::schema::{IdentitySchema, Schema};
use crate::sdk::timeouts::Timeouts;
use crate::sdk::value::Value;
use crate::usecases::service_account_token::{self as tokens, Error, Grant, Observation, Spec};
use crate::usecases::{Incomplete, ParentError, Session};

use super::about::says_nothing;
use super::state::State;
use super::{ServiceAccountTokenResource, TYPE_NAME, id, plan, rules, schema};

type Outcome = Result<Applied<State>, ApplyFailure<State>>;

impl Resource for ServiceAccountTokenResource {
    type State = State;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity_schema(&self) -> IdentitySchema {
        schema::identity()
    }

    fn identity(&self, state: &State) -> Option<Value> {
        state.id.as_ref()?;
        Some(Value::object([
            (
                "connected_cluster_id",
                Value::string(&state.connected_cluster_id),
            ),
            ("namespace", Value::string(&state.namespace)),
            ("name", Value::string(&state.name)),
        ]))
    }

    fn default_timeouts(&self) -> Timeouts {
        schema::TIMEOUTS
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let path = AttributePath::attribute(connection::NAME);
        let mut found = connection::validate(&path, config.get(connection::NAME));
        found.extend(rules::together(config));
        found
    }

    async fn plan(&self, cx: &Context, planned: &mut Plan) -> Diagnostics {
        plan::finish(cx, planned, self.session.get().as_deref())
    }

    async fn create(&self, cx: &Context, planned: State, _config: State) -> Outcome {
        let session = diagnose::session(&self.session)?;
        let spec = spec(&planned)?;
        provide(cx, &session, &spec, &State::default(), planned).await
    }

    async fn read(
        &self,
        cx: &Context,
        prior: Stored<State>,
    ) -> Result<Refreshed<State>, Diagnostics> {
        let Some(session) = self.session.get() else {
            return Ok(Refreshed::Unreachable(Diagnostics::default()));
        };
        let state = prior.state;
        let attempted = looking_at(&state);
        match look(cx, &session, state).await? {
            Ok(Some((state, found))) => Ok(Refreshed::Present(Applied {
                diagnostics: of_azure(&session, &attempted, &found)?,
                stored: stored(state),
            })),
            Ok(None) => Ok(Refreshed::Gone),
            Err(error) if says_nothing(&error) && !session.unreachable_is_error => {
                Ok(Refreshed::Unreachable(diagnose::warned(&attempted, &error)))
            }
            Err(error) => Err(diagnose::failed(&attempted, &error)),
        }
    }

    async fn update(
        &self,
        cx: &Context,
        prior: Stored<State>,
        planned: State,
        _config: State,
    ) -> Outcome {
        let session = diagnose::session(&self.session)?;
        let spec = Spec {
            replace_token: rotates(&prior.state, &planned),
            ..spec(&planned)?
        };
        provide(cx, &session, &spec, &prior.state, planned).await
    }

    async fn delete(
        &self,
        cx: &Context,
        prior: Stored<State>,
    ) -> Result<Diagnostics, ApplyFailure<State>> {
        let state = prior.state;
        if deletion::abandons(state.deletion_policy.as_deref()) {
            return Ok(Diagnostics::default());
        }
        let session = diagnose::session(&self.session)?;
        let spec = spec(&state)?;
        match tokens::remove(&cx.call, &session, &spec, &state.known()).await {
            Ok(()) => Ok(Diagnostics::default()),
            Err(error) if state.force_delete == Some(true) || is_gone(&error) => {
                Ok(diagnose::warned(&leaving(&state), &error))
            }
            Err(error) => {
                let attempted = format!("removing ServiceAccount {}", state.account());
                Err(diagnose::failed(&attempted, &error).into())
            }
        }
    }

    async fn import(&self, _cx: &Context, target: ImportTarget) -> Result<State, Diagnostics> {
        let (connected_cluster, account) = id::imported(&target)?;
        let connected_cluster_id = connected_cluster.to_string();
        Ok(State {
            id: Some(id::compose(&connected_cluster_id, &account)),
            connected_cluster_id,
            namespace: account.namespace,
            name: account.name,
            store_token: Some(true),
            adopt_existing: Some(false),
            deletion_policy: Some(deletion::DELETE.to_owned()),
            force_delete: Some(false),
            ..State::default()
        })
    }
}

async fn provide(
    cx: &Context,
    session: &Session,
    spec: &Spec,
    prior: &State,
    planned: State,
) -> Outcome {
    let remember = |made: &tokens::Made| {
        cx.checkpoint
            .save(&remembered(prior, &planned).with_made(made), &[]);
    };
    let known = prior.known();
    match Box::pin(tokens::change(&cx.call, session, spec, &known, remember)).await {
        Ok(provided) => Ok(Applied {
            stored: stored(planned.with_provided(provided)),
            diagnostics: Diagnostics::default(),
        }),
        Err(Incomplete {
            reached: made,
            error,
        }) => Err(ApplyFailure {
            saved: made.map(|made| stored(remembered(prior, &planned).with_made(&made))),
            diagnostics: diagnose::failed(
                &format!(
                    "providing a token of ServiceAccount {} for {}",
                    spec.account, spec.connected_cluster
                ),
                &error,
            ),
        }),
    }
}

/// What is stored when an apply breaks off: on create what was planned; on update what was stored, so that the next plan
/// sees the same differences again.
fn remembered(prior: &State, planned: &State) -> State {
    if prior.id.is_some() { prior } else { planned }.clone()
}

/// What was found, with the state that follows from it; `None` when nothing is left. Of an imported object nothing but
/// its id is known: a first look finds out what it is, and a second compares.
async fn look(
    cx: &Context,
    session: &Session,
    mut state: State,
) -> Result<Result<Option<(State, Observation)>, Error>, Diagnostics> {
    let mut spec = spec(&state)?;
    if state.r#type.is_none() {
        // The one binding that Azure's instructions make, and that bears no marks then.
        spec.grants = vec![Grant::cluster_wide("cluster-admin")];
        match tokens::observe(&cx.call, session, &spec, &state.known()).await {
            Ok(Some(found)) => state = state.described_by(&found),
            Ok(None) => return Ok(Ok(None)),
            Err(error) => return Ok(Err(error)),
        }
        spec = self::spec(&state)?;
    }
    Ok(
        match tokens::observe(&cx.call, session, &spec, &state.known()).await {
            Ok(Some(found)) => Ok(Some((state.with_found(&found), *found))),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        },
    )
}

/// What stands in the way through Azure is a warning, since no change of this object removes it.
fn of_azure(
    session: &Session,
    attempted: &str,
    found: &Observation,
) -> Result<Diagnostics, Diagnostics> {
    match &found.connect {
        Ok(_) => Ok(Diagnostics::default()),
        Err(error) if session.unreachable_is_error => Err(diagnose::failed(attempted, error)),
        Err(error) => Ok(diagnose::warned(attempted, error)),
    }
}

/// Whether the token is revoked and replaced; the plan said so by the same rule.
fn rotates(prior: &State, planned: &State) -> bool {
    let issued_with = |state: &State| {
        (
            state.r#type.clone(),
            state.duration.clone(),
            state.audiences.clone(),
            state.rotation_triggers.clone(),
        )
    };
    let lost = prior.drift.iter().flatten();
    issued_with(prior) != issued_with(planned)
        || lost.into_iter().any(|line| plan::needs_token(line))
}

/// Whether the whole cluster is gone, and everything in it.
fn is_gone(error: &Error) -> bool {
    matches!(error, Error::Parent(ParentError::Plane(plane)) if plane.is_cluster_gone())
}

fn leaving(state: &State) -> String {
    format!(
        "removing ServiceAccount {}, which is only forgotten now; if the cluster still exists, so do the account, its bindings \
         and its token",
        state.account()
    )
}

fn looking_at(state: &State) -> String {
    format!(
        "looking at ServiceAccount {} of {}",
        state.account(),
        state.connected_cluster_id
    )
}

fn spec(state: &State) -> Result<Spec, Diagnostics> {
    let connected_cluster = id::connected_cluster(&state.connected_cluster_id)?;
    Ok(state.spec(connected_cluster))
}

fn stored(state: State) -> Stored<State> {
    Stored {
        state,
        private: Vec::new(),
    }
}
