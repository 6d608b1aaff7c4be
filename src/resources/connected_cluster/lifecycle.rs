//! Create, read, update, delete and import of `arc_connected_cluster`.

use crate::resources::connection;
use crate::resources::shared::{deletion, diagnose};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::{
    Applied, ApplyFailure, ImportTarget, MoveSource, Plan, Refreshed, Resource, Stored,
};
use crate::sdk::schema::{IdentitySchema, Schema};
use crate::sdk::timeouts::Timeouts;
use crate::sdk::value::Value;
use crate::usecases::ResourceId;
use crate::usecases::connected_cluster::{
    Before, Known, Leftover, Reached, change, create, observe, remove,
};

use super::state::State;
use super::{ConnectedClusterResource, TYPE_NAME, moved, plan, refresh, rules, schema};

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
        let mut found = connection::validate(&path, config.get(connection::NAME));
        found.extend(rules::combinations::validate(config));
        found
    }

    async fn plan(&self, cx: &Context, planned: &mut Plan) -> Diagnostics {
        plan::finish(&cx.call, planned, self.session.get().as_deref()).await
    }

    async fn create(&self, cx: &Context, planned: State, config: State) -> Outcome {
        let session = diagnose::session(&self.session)?;
        let id = planned.resource_id(session.azure.subscription_id());
        let spec = planned.spec(id.clone(), &session.tags, Some(&config));
        let reached = |reached: &Reached| planned.clone().with_reached(&id, reached, &session.tags);
        let remember = |exists: &Reached| cx.checkpoint.save(&reached(exists), &[]);
        match Box::pin(create(&cx.call, &session, &spec, remember)).await {
            Ok((object, inside)) => Ok(applied(
                planned
                    .with_object(&id, &object, &session.tags)
                    .with_inside(&inside),
            )),
            Err(failure) => Err(ApplyFailure {
                saved: failure
                    .reached
                    .as_ref()
                    .map(|exists| stored(reached(exists))),
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
        let connection = prior.state.connection();
        match observe(&cx.call, &session, &id, connection.as_ref()).await {
            Ok(observed) => refresh::refreshed(&session, &id, prior.state, observed),
            Err(error) => diagnose::not_seen(&session, &refresh::looking_at(&id), &error),
        }
    }

    async fn update(
        &self,
        cx: &Context,
        prior: Stored<State>,
        planned: State,
        config: State,
    ) -> Outcome {
        let session = diagnose::session(&self.session)?;
        let id = stored_id(&prior.state)?;
        let spec = planned.spec(id.clone(), &session.tags, Some(&config));
        let before = Before {
            cluster_uid: prior.state.cluster_uid.as_deref(),
            agents_change: planned.agents_differ(&prior.state),
        };
        let attempted = format!("changing {id}");
        match Box::pin(change(&cx.call, &session, &spec, before)).await {
            Ok((object, inside)) => {
                let state = planned.with_object(&id, &object, &session.tags);
                Ok(match inside {
                    Ok(inside) => applied(state.with_inside(&inside)),
                    Err(error) => Applied {
                        stored: stored(State {
                            agents: prior.state.agents,
                            ..state
                        }),
                        diagnostics: diagnose::warned(&attempted, &error),
                    },
                })
            }
            Err(error) => Err(ApplyFailure {
                saved: None,
                diagnostics: diagnose::failed(&attempted, &error),
            }),
        }
    }

    async fn delete(
        &self,
        cx: &Context,
        prior: Stored<State>,
    ) -> Result<Diagnostics, ApplyFailure<State>> {
        if deletion::abandons(prior.state.deletion_policy.as_deref()) {
            return Ok(Diagnostics::default());
        }
        let session = diagnose::session(&self.session)?;
        let id = stored_id(&prior.state)?;
        let connection = prior.state.connection();
        let known = Known {
            cluster_uid: prior.state.cluster_uid.as_deref(),
            force: prior.state.force_delete.unwrap_or(false),
        };
        match remove(&cx.call, &session, &id, connection.as_ref(), known).await {
            Ok(None) => Ok(Diagnostics::default()),
            Ok(Some(leftover)) => Ok(report_leftover(&id, &leftover)),
            Err(error) => Err(diagnose::failed(&format!("disconnecting {id}"), &error).into()),
        }
    }

    async fn import(&self, _cx: &Context, target: ImportTarget) -> Result<State, Diagnostics> {
        Ok(State::known_by(&imported_id(&target)?))
    }

    fn move_from(&self, source: &MoveSource) -> Result<State, Diagnostics> {
        moved::from_azurerm(source)
    }
}

/// What stays in a cluster that could not be cleaned.
fn report_leftover(id: &ResourceId, leftover: &Leftover) -> Diagnostics {
    let attempted = format!(
        "removing the agents of {id}, which was deleted in Azure; Helm release azure-arc in namespace azure-arc-release \
         and namespace azure-arc are still in the cluster"
    );
    diagnose::warned(&attempted, &leftover.reason)
}

fn stored(state: State) -> Stored<State> {
    Stored {
        state,
        private: Vec::new(),
    }
}

/// After an apply nothing differs.
fn applied(state: State) -> Applied<State> {
    Applied {
        stored: stored(State {
            drift: Some(Vec::new()),
            ..state
        }),
        diagnostics: Diagnostics::default(),
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

pub(super) fn parse_id(text: &str) -> Result<ResourceId, Diagnostics> {
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
