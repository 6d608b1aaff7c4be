//! Create, read, update, delete and import of `arc_service_account_token`: what is its own beside the common lifecycle.

use crate::call::Call;
use crate::fault::{Explain as _, Kind};
use crate::resources::connection;
use crate::resources::shared::diagnose::{self, About};
use crate::resources::shared::managed::{At, Before, Definition, Look, Outcome, Seen, TwoPlanes};
use crate::resources::shared::private::Private;
use crate::resources::shared::{deletion, ids};
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::{ImportTarget, Plan};
use crate::sdk::timeouts::Operation;
use crate::sdk::value::Value;
use crate::usecases::service_account_token::{
    Account, Error, Grant, Made, Observation, Provided, Spec, Subject, change, create, observe,
    remove,
};
use crate::usecases::{Cure, Incomplete, ParentError, Plane, Session};

use super::id::TokenId;
use super::state::State;
use super::{ServiceAccountToken, TYPE_NAME, plan, rules, schema};

impl TwoPlanes for ServiceAccountToken {
    type State = State;
    type Id = TokenId;
    type Error = Error;

    const DEFINITION: Definition = Definition {
        type_name: TYPE_NAME,
        schema: schema::schema,
        identity: schema::identity,
        timeouts: schema::TIMEOUTS,
    };

    fn identity(id: &TokenId) -> Value {
        id.identity()
    }

    fn future_id(planned: &State, _session: &Session) -> Result<TokenId, Diagnostics> {
        let cluster = ids::required_cluster(planned.connected_cluster_id.as_ref())?;
        Ok(TokenId {
            connected_cluster: cluster.clone(),
            account: Account::new(&planned.namespace, &planned.name),
        })
    }

    fn attempting(operation: Operation, id: &TokenId) -> String {
        let (account, cluster) = (&id.account, &id.connected_cluster);
        match operation {
            Operation::Create | Operation::Update => {
                format!("providing a token of ServiceAccount {account} for {cluster}")
            }
            Operation::Read => format!("looking at ServiceAccount {account} of {cluster}"),
            Operation::Delete => format!("removing ServiceAccount {account}"),
        }
    }

    fn rules(config: &Value) -> Diagnostics {
        rules::together(config)
    }

    async fn plan(
        _call: &Call,
        plan: &mut Plan,
        private: &Private,
        _session: Option<&Session>,
    ) -> Diagnostics {
        plan::finish(plan, private.needs(&Cure::NewToken))
    }

    async fn create(
        at: &At<'_, TokenId>,
        planned: State,
        _config: State,
        checkpoint: impl Fn(State) + Send + Sync,
    ) -> Outcome<Self> {
        let spec = planned.spec(at);
        let remember = |made: &Made| checkpoint(planned.clone().with_made(at.id, made));
        let made = Box::pin(create(at.call, at.session, &spec, remember)).await;
        provided(at, made, &planned, &planned)
    }

    async fn read(at: &At<'_, TokenId>, prior: Before<State>) -> Look<Self> {
        let mut state = prior.state;
        if state.r#type.is_none() {
            let Some(found) = describe(at, &state).await? else {
                return Ok(None);
            };
            state = state.described_by(&found);
        }
        let spec = state.spec(at);
        let observed = observe(at.call, at.session, &spec, &state.known()).await?;
        Ok(observed.map(|found| Seen {
            state: state.with_found(&found),
            drift: found.drift,
            unseen: found.connect.err().map(|error| (Plane::Azure, error)),
            baseline: None,
        }))
    }

    async fn update(
        at: &At<'_, TokenId>,
        prior: Before<State>,
        planned: State,
        _config: State,
        checkpoint: impl Fn(State) + Send + Sync,
    ) -> Outcome<Self> {
        let lost = prior.private.needs(&Cure::NewToken);
        let prior = prior.state;
        let spec = Spec {
            replace_token: lost || prior.issued_with() != planned.issued_with(),
            ..planned.spec(at)
        };
        let remember = |made: &Made| checkpoint(prior.clone().with_made(at.id, made));
        let known = prior.known();
        let changed = Box::pin(change(at.call, at.session, &spec, &known, remember)).await;
        provided(at, changed, &planned, &prior)
    }

    async fn delete(at: &At<'_, TokenId>, state: State) -> Result<Diagnostics, Error> {
        match remove(at.call, at.session, &state.spec(at), &state.known()).await {
            Ok(()) => Ok(Diagnostics::default()),
            Err(error) if state.force_delete == Some(true) || is_gone(&error) => {
                Ok(diagnose::warned(&leaving(at.id), &error))
            }
            Err(error) => Err(error),
        }
    }

    fn import(target: &ImportTarget) -> Result<State, Diagnostics> {
        let id = TokenId::imported(target)?;
        Ok(State {
            connected_cluster_id: Some(id.connected_cluster.clone()),
            namespace: id.account.namespace.clone(),
            name: id.account.name.clone(),
            id: Some(id),
            store_token: Some(true),
            adopt_existing: Some(false),
            deletion_policy: Some(deletion::DELETE.to_owned()),
            force_delete: Some(false),
            ..State::default()
        })
    }

    /// Only a cluster that answers, and is the right one, can say something about what is in it.
    fn says_nothing(error: &Error) -> bool {
        match error {
            Error::Parent(ParentError::Plane(error)) => {
                !error.is_wrong_cluster() && error.kind() != Kind::Interrupted
            }
            _ => false,
        }
    }
}

/// What a create or update hands back. After one that broke off, `fallback` is stored with what was made: on create what
/// was planned, on update what was stored before, so that the next plan sees the same differences again.
fn provided(
    at: &At<'_, TokenId>,
    outcome: Result<Provided, Incomplete<Made, Error>>,
    planned: &State,
    fallback: &State,
) -> Outcome<ServiceAccountToken> {
    match outcome {
        Ok(provided) => Ok(Seen::whole(planned.clone().with_provided(at.id, provided))),
        Err(broken) => Err(broken.map(|made| fallback.clone().with_made(at.id, &made))),
    }
}

/// A first look at an imported object, of which nothing but the id is known: it finds out what the object is, and a
/// second one compares.
async fn describe(at: &At<'_, TokenId>, state: &State) -> Result<Option<Box<Observation>>, Error> {
    let spec = Spec {
        // The one binding that Azure's instructions make, and that bears no marks then.
        grants: vec![Grant::cluster_wide("cluster-admin")],
        ..state.spec(at)
    };
    observe(at.call, at.session, &spec, &state.known()).await
}

/// Whether the whole cluster is gone, and everything in it.
fn is_gone(error: &Error) -> bool {
    matches!(error, Error::Parent(ParentError::Plane(plane)) if plane.is_cluster_gone())
}

fn leaving(id: &TokenId) -> String {
    format!(
        "removing ServiceAccount {}, which is only forgotten now; if the cluster still exists, so do the account, its bindings \
         and its token",
        id.account
    )
}

impl About for Error {
    fn attribute(&self) -> Option<&'static str> {
        match self.subject() {
            Subject::Connection => Some(connection::NAME),
            Subject::ConnectedCluster => Some("connected_cluster_id"),
            Subject::Namespace => Some("namespace"),
            Subject::Name => Some("name"),
            Subject::ClusterRoles => Some("cluster_roles"),
            Subject::RoleBindings => Some("role_bindings"),
            Subject::Whole => None,
        }
    }

    fn is_wrong_cluster(&self) -> bool {
        matches!(self, Self::Parent(error) if error.is_wrong_cluster())
    }
}
