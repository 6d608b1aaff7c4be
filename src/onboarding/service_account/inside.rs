//! Looking at a service account, its roles and its token, on both planes.

use jiff::Timestamp;
use secrecy::SecretString;

use crate::call::Call;
use crate::cluster::{Binding, Cluster, FoundAccount, Grant, TokenSecret, Verdict};
use crate::onboarding::parent::look_at_cluster;
use crate::onboarding::{self, Session};

use super::azure::{self, ClusterConnect};
use super::differ;
use super::error::Error;
use super::spec::{Known, TokenForm, TokenSpec};

/// The deployment without which nobody reaches the cluster through Azure.
const CONNECT_AGENT: &str = "clusterconnect-agent";

/// Everything in the cluster that belongs to a service account, or has a name that it would need.
#[derive(Clone, Debug)]
pub(super) struct Inside {
    /// UID of the `kube-system` namespace.
    pub cluster_uid: String,
    /// The service account.
    pub account: Option<FoundAccount>,
    /// Bindings that bear our marks, and those that have the names of ours.
    pub bindings: Vec<Binding>,
    /// The Secret with the long-lived token.
    pub secret: Option<TokenSecret>,
    /// The Secret that the bound token hangs on.
    pub anchor: Option<TokenSecret>,
    /// Whether the agents let clients through.
    pub lets_clients_through: bool,
}

impl Inside {
    /// Whether nothing of what we made is left.
    fn is_empty(&self, spec: &TokenSpec) -> bool {
        let account = self
            .account
            .as_ref()
            .is_some_and(|account| account.ours || !spec.create_account);
        let secrets = [&self.secret, &self.anchor];
        !account
            && !self.bindings.iter().any(|binding| binding.ours)
            && !secrets.into_iter().flatten().any(|secret| secret.ours)
    }
}

/// What a look showed.
#[derive(Debug)]
pub enum Seen {
    /// The cluster has nothing of what was made.
    Gone,
    /// It has some of it.
    Present(Box<Found>),
}

/// What a look found.
#[derive(Debug)]
pub struct Found {
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
    /// What differs from what was made, one sentence each.
    pub differences: Vec<String>,
    /// The way through Azure, or what stands in it.
    pub connect: Result<ClusterConnect, Error>,
}

/// Looks at both planes at the same time and changes nothing.
///
/// # Errors
///
/// Those of the cluster, [`onboarding::Error::WrongCluster`] included. What Azure says is part of the answer.
pub async fn look(
    call: &Call,
    session: &Session,
    spec: &TokenSpec,
    known: &Known,
) -> Result<Seen, Error> {
    let (connection, parent) = (spec.connection.as_ref(), &spec.connected_cluster);
    let (cluster, _) = look_at_cluster(call, session, connection, parent).await?;
    let (connect, inside) = futures::join!(
        azure::require_connect(call, session, &spec.connected_cluster),
        Box::pin(inside(call, &cluster, spec)),
    );
    let inside = inside?;
    require_same_cluster(known, &inside)?;
    if inside.is_empty(spec) {
        return Ok(Seen::Gone);
    }
    let verdict = verdict(call, &cluster, spec, known, &inside).await?;
    let differences = differ::differences(spec, known, &inside, verdict.as_ref(), Timestamp::now());
    let connect = connect.and_then(|connect| require_agent(connect, spec, &inside));
    Ok(Seen::Present(Box::new(found(inside, differences, connect))))
}

fn found(
    inside: Inside,
    differences: Vec<String>,
    connect: Result<ClusterConnect, Error>,
) -> Found {
    let is_long_lived = |secret: &TokenSecret| secret.long_lived;
    let secrets = [&inside.secret, &inside.anchor];
    let more_is_ours = inside.bindings.iter().any(|binding| binding.ours)
        || secrets.into_iter().flatten().any(|secret| secret.ours);
    let bound = inside.bindings.into_iter().filter(|binding| binding.binds);
    let secret_name = secrets.into_iter().flatten().map(|s| s.name.clone()).next();
    Found {
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
        differences,
        connect,
    }
}

/// Everything in the cluster, asked for at once.
pub(super) async fn inside(
    call: &Call,
    cluster: &Cluster,
    spec: &TokenSpec,
) -> Result<Inside, Error> {
    let (account, marks) = (&spec.account, spec.marks());
    let (cluster_uid, found, marked, secrets, agents) = futures::try_join!(
        cluster.uid(call),
        cluster.service_account(call, account, &marks),
        cluster.bindings(call, account, &marks),
        cluster.token_secrets(call, account, &marks),
        cluster.agents(call),
    )?;
    let (secret, anchor) = secrets_of(call, cluster, spec, secrets).await?;
    Ok(Inside {
        cluster_uid,
        account: found,
        bindings: with_namesakes(call, cluster, spec, marked).await?,
        secret,
        anchor,
        lets_clients_through: agents.workloads.contains_key(CONNECT_AGENT),
    })
}

/// The Secret with the long-lived token and the anchor of the bound one: ours, or else what has the names of ours.
async fn secrets_of(
    call: &Call,
    cluster: &Cluster,
    spec: &TokenSpec,
    ours: Vec<TokenSecret>,
) -> Result<(Option<TokenSecret>, Option<TokenSecret>), Error> {
    let (account, marks) = (&spec.account, spec.marks());
    let (usual, anchor) = (account.secret_name(), account.anchor_name());
    let find = |is: &dyn Fn(&&TokenSecret) -> bool| ours.iter().find(is).cloned();
    let secret = match find(&|secret| secret.long_lived) {
        None => cluster.token_secret(call, account, &usual, &marks).await?,
        found => found,
    };
    let anchor = match find(&|secret| secret.name == anchor) {
        None => cluster.token_secret(call, account, &anchor, &marks).await?,
        found => found,
    };
    Ok((secret, anchor))
}

/// Adds the bindings that bear no marks and have the names of ours. Normally there is none to be asked for.
async fn with_namesakes(
    call: &Call,
    cluster: &Cluster,
    spec: &TokenSpec,
    mut marked: Vec<Binding>,
) -> Result<Vec<Binding>, Error> {
    let marks = spec.marks();
    for grant in &spec.grants {
        let name = grant.binding_name(&spec.account);
        let there = marked
            .iter()
            .any(|binding| binding.name == name && binding.grant.namespace == grant.namespace);
        if !there {
            marked.extend(cluster.binding(call, &spec.account, grant, &marks).await?);
        }
    }
    Ok(marked)
}

/// What the API server says about the token, where one is known.
async fn verdict(
    call: &Call,
    cluster: &Cluster,
    spec: &TokenSpec,
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

/// The connection must lead to the cluster of before.
pub(super) fn require_same_cluster(known: &Known, inside: &Inside) -> Result<(), Error> {
    match &known.cluster_uid {
        Some(expected) if *expected != inside.cluster_uid => {
            let expected = expected.clone();
            let found = inside.cluster_uid.clone();
            Err(onboarding::Error::WrongCluster { expected, found }.into())
        }
        _ => Ok(()),
    }
}

/// Azure lets clients through to an agent that must be there.
pub(super) fn require_agent(
    connect: ClusterConnect,
    spec: &TokenSpec,
    inside: &Inside,
) -> Result<ClusterConnect, Error> {
    if inside.lets_clients_through {
        return Ok(connect);
    }
    Err(Error::ClusterConnectOff(spec.connected_cluster.clone()))
}
