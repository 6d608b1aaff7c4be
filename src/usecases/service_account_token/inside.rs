//! Everything in the cluster that belongs to a service account, its roles and its token.

use crate::call::Call;
use crate::cluster::{Binding, Cluster, FoundAccount, TokenSecret};

use super::error::Error;
use super::spec::Spec;

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
    /// What else bears our marks: Secrets of tokens that are lent, and what an earlier run left.
    pub spare: Vec<TokenSecret>,
    /// Whether the agents let clients through.
    pub lets_clients_through: bool,
}

impl Inside {
    /// Whether nothing of what we made is left.
    pub(super) fn is_empty(&self, spec: &Spec) -> bool {
        let account = self
            .account
            .as_ref()
            .is_some_and(|account| account.ours || !spec.create_account);
        !account
            && !self.bindings.iter().any(|binding| binding.ours)
            && self.own_secrets().next().is_none()
    }

    /// All Secrets that bear our marks, but for those of tokens that are lent.
    pub(super) fn own_secrets(&self) -> impl Iterator<Item = &TokenSecret> {
        let spare = self.spare.iter().filter(|secret| secret.long_lived);
        let chosen = self.secret.iter().chain(&self.anchor);
        chosen.chain(spare).filter(|secret| secret.ours)
    }
}

/// Everything in the cluster, asked for at once.
pub(super) async fn inside(call: &Call, cluster: &Cluster, spec: &Spec) -> Result<Inside, Error> {
    let (account, marks) = (&spec.account, spec.marks());
    let (cluster_uid, found, marked, secrets, agents) = futures::try_join!(
        cluster.uid(call),
        cluster.service_account(call, account, &marks),
        cluster.bindings(call, account, &marks),
        cluster.token_secrets(call, account, &marks),
        cluster.agents(call),
    )?;
    let (secret, anchor, spare) = secrets_of(call, cluster, spec, secrets).await?;
    Ok(Inside {
        cluster_uid,
        account: found,
        bindings: with_namesakes(call, cluster, spec, marked).await?,
        secret,
        anchor,
        spare,
        lets_clients_through: agents.workloads.contains_key(CONNECT_AGENT),
    })
}

/// The Secret with the long-lived token and the anchor of the bound one: ours, or else what has the names of ours. Then the
/// rest of ours.
async fn secrets_of(
    call: &Call,
    cluster: &Cluster,
    spec: &Spec,
    ours: Vec<TokenSecret>,
) -> Result<(Option<TokenSecret>, Option<TokenSecret>, Vec<TokenSecret>), Error> {
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
    let chosen = [&secret, &anchor].map(|one| one.as_ref().map(|one| one.uid.clone()));
    let is_spare = |one: &TokenSecret| !chosen.iter().flatten().any(|uid| *uid == one.uid);
    let spare = ours.into_iter().filter(is_spare).collect();
    Ok((secret, anchor, spare))
}

/// Adds the bindings that bear no marks and have the names of ours. Normally there is none to be asked for.
async fn with_namesakes(
    call: &Call,
    cluster: &Cluster,
    spec: &Spec,
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
