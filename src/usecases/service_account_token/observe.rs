//! Looking at a service account, its roles and its token, on both planes.

use jiff::Timestamp;
use secrecy::SecretString;

use crate::call::Call;
use crate::cluster::{Cluster, Grant, TokenSecret, Verdict};
use crate::usecases::drift::Drift;
use crate::usecases::session::Session;
use crate::usecases::target::{Expected, same_cluster};

use super::azure::{self, ClusterConnect};
use super::drift;
use super::error::Error;
use super::inside::{Inside, inside};
use super::spec::{Known, Spec, TokenForm};

/// What a look found of a service account, its roles and its token.
#[derive(Debug)]
pub struct Observation {
    /// UID of the `kube-system` namespace.
    pub cluster_uid: String,
    /// UID of the service account.
    pub account_uid: Option<String>,
    /// Whether the service account bears our marks.
    pub account_is_ours: bool,
    /// What its bindings grant.
    pub grants: Vec<Grant>,
    /// Whether anything but the service account bears our marks.
    pub more_is_ours: bool,
    /// The long-lived token, if there is one.
    pub token: Option<SecretString>,
    /// The Secret that the token lives in or hangs on.
    pub secret_name: Option<String>,
    /// Whether there is a Secret for a long-lived token, and whether one for a bound token.
    pub forms: (bool, bool),
    /// What differs from what was made.
    pub drift: Vec<Drift>,
    /// The way through Azure, or what stands in it.
    pub connect: Result<ClusterConnect, Error>,
}

/// Looks at both planes at the same time and changes nothing; `None` when the cluster has nothing of what was made.
///
/// # Errors
///
/// Those of the cluster, [`PlaneError::OtherCluster`](crate::usecases::PlaneError::OtherCluster) included. What Azure says is part of the answer.
pub async fn observe(
    call: &Call,
    session: &Session,
    spec: &Spec,
    known: &Known,
) -> Result<Option<Box<Observation>>, Error> {
    let (connection, parent) = (spec.connection.as_ref(), &spec.connected_cluster);
    let expected = Expected::at_most_agents_of(parent);
    let cluster = expected.reach(call, session, connection).await?.cluster;
    let (connect, inside) = futures::join!(
        azure::require_connect(call, session, &spec.connected_cluster),
        Box::pin(inside(call, &cluster, spec)),
    );
    let inside = inside?;
    same_cluster(known.cluster_uid.as_deref(), &inside.cluster_uid)?;
    if inside.is_empty(spec) {
        return Ok(None);
    }
    let verdict = verdict(call, &cluster, spec, known, &inside).await?;
    let drift = drift::differences(spec, known, &inside, verdict.as_ref(), Timestamp::now());
    let connect = connect.and_then(|connect| require_agent(connect, spec, &inside));
    Ok(Some(Box::new(found(inside, drift, connect))))
}

fn found(inside: Inside, drift: Vec<Drift>, connect: Result<ClusterConnect, Error>) -> Observation {
    let is_long_lived = |secret: &TokenSecret| secret.long_lived;
    let secrets = [&inside.secret, &inside.anchor];
    let more_is_ours =
        inside.bindings.iter().any(|binding| binding.ours) || inside.own_secrets().next().is_some();
    let bound = inside.bindings.into_iter().filter(|binding| binding.binds);
    let secret_name = secrets.into_iter().flatten().map(|s| s.name.clone()).next();
    Observation {
        more_is_ours,
        secret_name,
        cluster_uid: inside.cluster_uid,
        account_is_ours: inside.account.as_ref().is_some_and(|account| account.ours),
        account_uid: inside.account.map(|account| account.uid),
        grants: bound.map(|binding| binding.grant).collect(),
        forms: (
            inside.secret.as_ref().is_some_and(is_long_lived),
            inside.anchor.is_some(),
        ),
        token: inside.secret.and_then(|secret| secret.token),
        drift,
        connect,
    }
}

/// What the API server says about the token, where one is known.
async fn verdict(
    call: &Call,
    cluster: &Cluster,
    spec: &Spec,
    known: &Known,
    inside: &Inside,
) -> Result<Option<Verdict>, Error> {
    let token = match &spec.form {
        TokenForm::LongLived => inside.secret.as_ref().and_then(|s| s.token.as_ref()),
        TokenForm::Bound { .. } => known.token.as_ref(),
    };
    Ok(match token {
        Some(token) => Some(
            cluster
                .review_token(call, token, spec.form.audiences())
                .await?,
        ),
        None => None,
    })
}

/// Azure lets clients through to an agent that must be there.
pub(super) fn require_agent(
    connect: ClusterConnect,
    spec: &Spec,
    inside: &Inside,
) -> Result<ClusterConnect, Error> {
    if inside.lets_clients_through {
        return Ok(connect);
    }
    Err(Error::ClusterConnectOff(spec.connected_cluster.clone()))
}
