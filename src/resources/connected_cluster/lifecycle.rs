//! Create, read, update, delete and import of `arc_connected_cluster`.

use crate::onboarding::{
    self, Changes, Error, Leftover, Observed, ResourceId, Session, connect, disconnect, observe,
    reinstall, update,
};
use crate::resources::connection::{self, ConnectionState};
use crate::resources::diagnose;
use crate::sdk::context::Context;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::{
    Applied, ApplyFailure, ImportTarget, Plan, Refreshed, Resource, Stored,
};
use crate::sdk::schema::{IdentitySchema, Schema};
use crate::sdk::timeouts::Timeouts;
use crate::sdk::value::Value;

use super::state::State;
use super::{ConnectedClusterResource, TYPE_NAME, plan, schema};

type Outcome = Result<Applied<State>, ApplyFailure<State>>;

impl Resource for ConnectedClusterResource {
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
        let id = ResourceId::parse(state.id.as_deref()?).ok()?;
        Some(Value::object([
            ("subscription_id", Value::string(id.subscription_id())),
            ("resource_group_name", Value::string(id.resource_group())),
            ("name", Value::string(id.name())),
        ]))
    }

    fn default_timeouts(&self) -> Timeouts {
        schema::TIMEOUTS
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let path = AttributePath::attribute(connection::NAME);
        connection::validate(&path, config.get(connection::NAME))
    }

    async fn plan(&self, cx: &Context, planned: &mut Plan) -> Diagnostics {
        plan::finish(&cx.call, planned, self.session.get().as_deref()).await
    }

    async fn create(&self, cx: &Context, planned: State, _config: State) -> Outcome {
        let session = diagnose::session(&self.session).map_err(nothing_saved)?;
        let spec = planned.spec(session.azure.subscription_id());
        let id = &spec.id;
        let remember = |reached: &onboarding::Reached| {
            cx.checkpoint
                .save(&planned.clone().with_reached(id, reached), &[]);
        };
        match Box::pin(connect(&cx.call, &session, &spec, remember)).await {
            Ok((object, inside)) => Ok(applied(
                planned.with_object(id, &object).with_inside(&inside),
            )),
            Err(failure) => Err(ApplyFailure {
                saved: failure
                    .reached
                    .map(|reached| stored(planned.clone().with_reached(id, &reached))),
                diagnostics: diagnose::failed(
                    &format!("connecting the cluster as {id}"),
                    &failure.error,
                ),
            }),
        }
    }

    async fn read(
        &self,
        cx: &Context,
        prior: Stored<State>,
    ) -> Result<Refreshed<State>, Diagnostics> {
        let Some(session) = self.session.get() else {
            return Ok(Refreshed::Unreachable(Diagnostics::default()));
        };
        let id = stored_id(&prior.state)?;
        let connection = prior
            .state
            .kubernetes
            .as_ref()
            .map(ConnectionState::connection);
        match observe(&cx.call, &session, &id, connection.as_ref()).await {
            Ok(Observed::Gone) => Ok(Refreshed::Gone),
            Ok(Observed::Present { object, inside }) => {
                refreshed(&session, &id, prior.state.with_object(&id, &object), inside)
            }
            Err(error) if diagnose::says_nothing(&error) && !session.unreachable_is_error => Ok(
                Refreshed::Unreachable(diagnose::unreachable(&looking_at(&id), &error)),
            ),
            Err(error) => Err(diagnose::failed(&looking_at(&id), &error)),
        }
    }

    async fn update(
        &self,
        cx: &Context,
        prior: Stored<State>,
        planned: State,
        _config: State,
    ) -> Outcome {
        let session = diagnose::session(&self.session).map_err(nothing_saved)?;
        let id = stored_id(&prior.state).map_err(nothing_saved)?;
        match change(cx, &session, &id, &prior.state, &planned).await {
            Ok(state) => Ok(applied(state)),
            Err(error) => Err(ApplyFailure {
                saved: None,
                diagnostics: diagnose::failed(&format!("changing {id}"), &error),
            }),
        }
    }

    async fn delete(
        &self,
        cx: &Context,
        prior: Stored<State>,
    ) -> Result<Diagnostics, ApplyFailure<State>> {
        let session = diagnose::session(&self.session).map_err(nothing_saved)?;
        let id = stored_id(&prior.state).map_err(nothing_saved)?;
        let connection = prior
            .state
            .kubernetes
            .as_ref()
            .map(ConnectionState::connection);
        let uid = prior.state.cluster_uid.as_deref();
        match disconnect(&cx.call, &session, &id, connection.as_ref(), uid).await {
            Ok(None) => Ok(Diagnostics::default()),
            Ok(Some(leftover)) => Ok(report_leftover(&id, &leftover)),
            Err(error) => Err(nothing_saved(diagnose::failed(
                &format!("disconnecting {id}"),
                &error,
            ))),
        }
    }

    async fn import(&self, _cx: &Context, target: ImportTarget) -> Result<State, Diagnostics> {
        let id = imported_id(&target)?;
        Ok(State {
            id: Some(id.to_string()),
            name: id.name().to_owned(),
            resource_group_name: id.resource_group().to_owned(),
            subscription_id: Some(id.subscription_id().to_owned()),
            wait_for_connected: Some(true),
            ..State::default()
        })
    }

    fn upgrade(
        &self,
        version: i64,
        _state: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics> {
        Err(Diagnostics::error(
            AttributePath::root(),
            "Unknown State Version",
            format!(
                "The state of this {TYPE_NAME} has schema version {version}, which this version of the provider does not know."
            ),
        ))
    }
}

/// Carries out the differences between what is stored and what is planned.
async fn change(
    cx: &Context,
    session: &Session,
    id: &ResourceId,
    prior: &State,
    planned: &State,
) -> Result<State, Error> {
    let changes = Changes {
        tags: (prior.tags != planned.tags).then(|| planned.tags.clone().unwrap_or_default()),
        distribution: planned
            .distribution
            .clone()
            .filter(|_| prior.distribution != planned.distribution),
        infrastructure: planned
            .infrastructure
            .clone()
            .filter(|_| prior.infrastructure != planned.infrastructure),
    };
    if !changes.is_empty() {
        update(&cx.call, session, id, changes).await?;
    }
    let connection = planned.kubernetes.as_ref().map(ConnectionState::connection);
    if prior.agent != planned.agent {
        let agent = planned.agent.clone().unwrap_or_default().spec();
        reinstall(&cx.call, session, id, connection.as_ref(), &agent).await?;
    }
    match observe(&cx.call, session, id, connection.as_ref()).await? {
        Observed::Gone => Err(Error::VanishedMeanwhile { id: id.clone() }),
        Observed::Present { object, inside } => Ok(planned
            .clone()
            .with_object(id, &object)
            .with_inside(&inside?)),
    }
}

/// A look that reached Azure: the cluster's half may still be missing.
fn refreshed(
    session: &Session,
    id: &ResourceId,
    state: State,
    inside: Result<onboarding::Inside, Error>,
) -> Result<Refreshed<State>, Diagnostics> {
    let error = match inside {
        Ok(inside) => match wrong_cluster(&state, &inside) {
            None => return Ok(Refreshed::Present(applied(state.with_inside(&inside)))),
            Some(error) => return Err(diagnose::failed(&looking_at(id), &error)),
        },
        Err(error) => error,
    };
    if session.unreachable_is_error {
        return Err(diagnose::failed(&looking_at(id), &error));
    }
    Ok(Refreshed::Present(Applied {
        stored: stored(state),
        diagnostics: diagnose::unreachable(&looking_at(id), &error),
    }))
}

fn wrong_cluster(state: &State, inside: &onboarding::Inside) -> Option<Error> {
    let expected = state.cluster_uid.as_ref()?;
    (*expected != inside.cluster_uid).then(|| Error::WrongCluster {
        expected: expected.clone(),
        found: inside.cluster_uid.clone(),
    })
}

/// What stays in a cluster that could not be cleaned.
fn report_leftover(id: &ResourceId, leftover: &Leftover) -> Diagnostics {
    let attempted = format!(
        "removing the agents of {id}, which was deleted in Azure; Helm release azure-arc in namespace azure-arc-release \
         and namespace azure-arc are still in the cluster"
    );
    diagnose::unreachable(&attempted, &leftover.reason)
}

fn looking_at(id: &ResourceId) -> String {
    format!("looking at {id} and its cluster")
}

fn stored(state: State) -> Stored<State> {
    Stored {
        state,
        private: Vec::new(),
    }
}

fn applied(state: State) -> Applied<State> {
    Applied {
        stored: stored(state),
        diagnostics: Diagnostics::default(),
    }
}

fn nothing_saved(diagnostics: Diagnostics) -> ApplyFailure<State> {
    ApplyFailure {
        saved: None,
        diagnostics,
    }
}

fn stored_id(state: &State) -> Result<ResourceId, Diagnostics> {
    parse_id(state.id.as_deref().unwrap_or_default())
}

fn imported_id(target: &ImportTarget) -> Result<ResourceId, Diagnostics> {
    match target {
        ImportTarget::Id(id) => parse_id(id),
        ImportTarget::Identity(identity) => {
            let part = |name| identity.get(name).as_str().unwrap_or_default();
            Ok(ResourceId::connected_cluster(
                part("subscription_id"),
                part("resource_group_name"),
                part("name"),
            ))
        }
    }
}

fn parse_id(text: &str) -> Result<ResourceId, Diagnostics> {
    let id = ResourceId::parse(text).map_err(|error| -> Diagnostics {
        Diagnostic::explain(
            AttributePath::root(),
            "reading the id of a connected cluster",
            &error,
        )
        .into()
    })?;
    if id.is_connected_cluster() {
        return Ok(id);
    }
    Err(Diagnostics::error(
        AttributePath::root(),
        "Not A Connected Cluster",
        format!(
            "{id} names a {}, and {TYPE_NAME} manages Microsoft.Kubernetes/connectedClusters.\n\nTo fix this: copy the id \
             from `az connectedk8s show --query id`.",
            id.resource_type()
        ),
    ))
}
