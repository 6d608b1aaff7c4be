//! Create, read, update, delete and import of `arc_connected_cluster`: what is its own beside the common lifecycle.

use crate::call::Call;
use crate::resources::connection;
use crate::resources::shared::diagnose::{self, About};
use crate::resources::shared::ids;
use crate::resources::shared::managed::{At, Before, Definition, Look, Outcome, Seen, TwoPlanes};
use crate::resources::shared::private::Private;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::{ImportTarget, MoveSource, Plan};
use crate::sdk::timeouts::Operation;
use crate::sdk::value::Value;
use crate::usecases::connected_cluster::{
    Change, Error, Leftover, Reached, Removal, Subject, change, create, observe, remove,
};
use crate::usecases::{Incomplete, Plane, ResourceId, Session};

use super::state::State;
use super::{ConnectedCluster, TYPE_NAME, moved, plan, refresh, rules, schema};

impl TwoPlanes for ConnectedCluster {
    type State = State;
    type Id = ResourceId;
    type Error = Error;

    const DEFINITION: Definition = Definition {
        type_name: TYPE_NAME,
        schema: schema::schema,
        identity: schema::identity,
        timeouts: schema::TIMEOUTS,
    };

    fn identity(id: &ResourceId) -> Value {
        ids::identity_in_group(id)
    }

    fn future_id(planned: &State, session: &Session) -> Result<ResourceId, Diagnostics> {
        Ok(planned.resource_id(session.azure.subscription_id()))
    }

    fn attempting(operation: Operation, id: &ResourceId) -> String {
        match operation {
            Operation::Create => format!("connecting the cluster as {id}"),
            Operation::Read => format!("looking at {id} and its cluster"),
            Operation::Update => format!("changing {id}"),
            Operation::Delete => format!("disconnecting {id}"),
        }
    }

    fn rules(config: &Value) -> Diagnostics {
        rules::combinations::validate(config)
    }

    async fn plan(
        call: &Call,
        plan: &mut Plan,
        private: &Private,
        session: Option<&Session>,
    ) -> Diagnostics {
        plan::finish(call, plan, private, session).await
    }

    async fn create(
        at: &At<'_, ResourceId>,
        planned: State,
        config: State,
        checkpoint: impl Fn(State) + Send + Sync,
    ) -> Outcome<Self> {
        let tags = &at.session.tags;
        let spec = planned.spec(at.id, at.connection, tags, Some(&config));
        let reached = |reached: &Reached| planned.clone().with_reached(at.id, reached, tags);
        let remember = |exists: &Reached| checkpoint(reached(exists));
        match Box::pin(create(at.call, at.session, &spec, remember)).await {
            Ok((object, inside)) => Ok(Seen::whole(
                planned
                    .clone()
                    .with_object(at.id, &object, tags)
                    .with_inside(&inside),
            )),
            Err(broken) => Err(broken.map(|exists| reached(&exists))),
        }
    }

    async fn read(at: &At<'_, ResourceId>, prior: Before<State>) -> Look<Self> {
        let observation = observe(at.call, at.session, at.id, at.connection).await?;
        refresh::seen(at, prior.state, observation)
    }

    async fn update(
        at: &At<'_, ResourceId>,
        prior: Before<State>,
        planned: State,
        config: State,
        _checkpoint: impl Fn(State) + Send + Sync,
    ) -> Outcome<Self> {
        let tags = &at.session.tags;
        let spec = planned.spec(at.id, at.connection, tags, Some(&config));
        let prior = prior.state;
        let asked = Change {
            cluster_uid: prior.cluster_uid.as_deref(),
            agents_change: planned.agents_differ(&prior),
        };
        let changed = Box::pin(change(at.call, at.session, &spec, asked)).await;
        let (object, inside) = changed.map_err(Incomplete::nothing)?;
        let state = planned.with_object(at.id, &object, tags);
        Ok(match inside {
            Ok(inside) => Seen::whole(state.with_inside(&inside)),
            Err(error) => Seen {
                unseen: Some((Plane::Cluster, error)),
                ..Seen::whole(State {
                    agents: prior.agents,
                    ..state
                })
            },
        })
    }

    async fn delete(at: &At<'_, ResourceId>, state: State) -> Result<Diagnostics, Error> {
        let asked = Removal {
            cluster_uid: state.cluster_uid.as_deref(),
            force: state.force_delete.unwrap_or(false),
        };
        let leftover = remove(at.call, at.session, at.id, at.connection, asked).await?;
        Ok(leftover.map_or_else(Diagnostics::default, |leftover| {
            report_leftover(at.id, &leftover)
        }))
    }

    fn import(target: &ImportTarget) -> Result<State, Diagnostics> {
        let id = ids::imported_in_group(
            target,
            ("a connected cluster", "az connectedk8s show"),
            ResourceId::is_connected_cluster,
            ResourceId::connected_cluster,
        )?;
        Ok(State::known_by(&id))
    }

    fn move_from(source: &MoveSource) -> Result<State, Diagnostics> {
        moved::from_azurerm(source)
    }
}

/// What stays in a cluster that could not be cleaned.
fn report_leftover(id: &ResourceId, leftover: &Leftover) -> Diagnostics {
    const AGENTS: &str =
        "Helm release azure-arc in namespace azure-arc-release and namespace azure-arc";
    let left = if leftover.is_of_gone_cluster() {
        format!(
            "if its cluster exists after all, in another region or account, {AGENTS} are still in it"
        )
    } else {
        format!("{AGENTS} may still be in its cluster")
    };
    let attempted = format!("removing the agents of {id}, which was deleted in Azure; {left}");
    diagnose::warned(&attempted, &leftover.reason)
}

impl About for Error {
    fn attribute(&self) -> Option<&'static str> {
        match self.subject() {
            Subject::Connection => Some(connection::NAME),
            Subject::Name => Some("name"),
            Subject::Subscription => Some("subscription_id"),
            Subject::Location => Some("location"),
            Subject::ResourceGroup => Some("resource_group_name"),
            Subject::Chart => Some("agent"),
            Subject::Checks => Some("preflight"),
            Subject::Whole => None,
        }
    }
}
