//! Bringing a service account, its roles and its token from what is there to what is wanted. A create is the same work
//! with nothing known from before.

use futures::future::try_join_all;
use jiff::Timestamp;
use secrecy::SecretString;

use crate::call::Call;
use crate::cluster::{Cluster, Grant, RoleRules};
use crate::usecases::Session;
use crate::usecases::error::Incomplete;
use crate::usecases::target::same_cluster;

use super::azure::{self, ClusterConnect};
use super::decision::{Step, decide};
use super::error::Error;
use super::inside::{self, Inside};
use super::observe;
use super::spec::{Known, Spec, TokenForm};
use super::{token, trial};

/// A token that was provided, and what it took.
#[derive(Clone, Debug)]
pub struct Provided {
    /// What exists in the cluster.
    pub made: Made,
    /// The token; `None` where none was to be issued.
    pub token: Option<SecretString>,
    /// When it runs out, if it does.
    pub expires: Option<Timestamp>,
    /// The Secret that it lives in or is bound to.
    pub secret_name: Option<String>,
    /// The way through Azure.
    pub connect: ClusterConnect,
}

/// What exists from the moment that the first object was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// UID of the `kube-system` namespace.
    pub cluster_uid: String,
    /// UID of the service account.
    pub account_uid: String,
}

/// Everything that is known before the first write.
struct Survey {
    cluster: Cluster,
    connect: ClusterConnect,
    inside: Inside,
    roles: Vec<(Grant, RoleRules)>,
    steps: Vec<Step>,
}

/// Brings what is there to what is wanted. `checkpoint` is called as soon as something exists or may have changed.
///
/// # Errors
///
/// [`Incomplete`], with what has to be remembered although the work was not completed.
pub async fn change(
    call: &Call,
    session: &Session,
    spec: &Spec,
    known: &Known,
    checkpoint: impl Fn(&Made),
) -> Result<Provided, Incomplete<Made, Error>> {
    let survey = Box::pin(survey(call, session, spec, known))
        .await
        .map_err(Incomplete::nothing)?;
    call.check().map_err(Incomplete::nothing)?;
    let account_uid = account(call, spec, &survey)
        .await
        .map_err(Incomplete::nothing)?;
    let made = Made {
        cluster_uid: survey.inside.cluster_uid.clone(),
        account_uid,
    };
    checkpoint(&made);
    let finished = Box::pin(finish(call, spec, known, &survey, &made)).await;
    finished.map_err(|error| Incomplete::after(made, error))
}

/// Looks at both planes and decides. Nothing is touched.
async fn survey(
    call: &Call,
    session: &Session,
    spec: &Spec,
    known: &Known,
) -> Result<Survey, Error> {
    call.step("check Azure and the cluster");
    let (connection, parent) = (spec.connection.as_ref(), &spec.connected_cluster);
    let (cluster, connect) = azure::reach(call, session, connection, parent).await?;
    let (inside, (), roles) = futures::try_join!(
        inside::inside(call, &cluster, spec),
        require_namespaces(call, &cluster, spec),
        roles(call, &cluster, spec),
    )?;
    same_cluster(known.cluster_uid.as_deref(), &inside.cluster_uid)?;
    let connect = observe::require_agent(connect, spec, &inside)?;
    let steps = decide(spec, known, &inside)?;
    Ok(Survey {
        cluster,
        connect,
        inside,
        roles,
        steps,
    })
}

async fn require_namespaces(call: &Call, cluster: &Cluster, spec: &Spec) -> Result<(), Error> {
    let own = spec.account.namespace.as_str();
    let mut names: Vec<_> = spec
        .grants
        .iter()
        .filter_map(|grant| grant.namespace.as_deref())
        .chain([own])
        .collect();
    names.sort_unstable();
    names.dedup();
    let check = |namespace| async move {
        if cluster.has_namespace(call, namespace).await? {
            return Ok(());
        }
        Err(Error::NamespaceMissing {
            namespace: namespace.to_owned(),
            of_account: namespace == own,
        })
    };
    try_join_all(names.into_iter().map(check)).await.map(drop)
}

async fn roles(
    call: &Call,
    cluster: &Cluster,
    spec: &Spec,
) -> Result<Vec<(Grant, RoleRules)>, Error> {
    let find = |grant: &Grant| {
        let grant = grant.clone();
        async move {
            match cluster.role_rules(call, &grant).await? {
                Some(rules) => Ok((grant, rules)),
                None => Err(Error::RoleMissing(grant)),
            }
        }
    };
    try_join_all(spec.grants.iter().map(find)).await
}

/// The service account, made or taken over if need be, by its UID.
async fn account(call: &Call, spec: &Spec, survey: &Survey) -> Result<String, Error> {
    let (account, marks) = (&spec.account, spec.marks());
    let cluster = &survey.cluster;
    let found = match survey.steps.first() {
        Some(Step::CreateAccount) => {
            call.step("create the service account");
            cluster
                .create_service_account(call, account, &marks)
                .await?
        }
        Some(Step::TakeOverAccount) => {
            call.step("take over the service account");
            cluster
                .take_over_service_account(call, account, &marks)
                .await?
        }
        _ => match &survey.inside.account {
            Some(found) => found.clone(),
            None => return Err(Error::AccountMissing(account.clone())),
        },
    };
    Ok(found.uid)
}

async fn finish(
    call: &Call,
    spec: &Spec,
    known: &Known,
    survey: &Survey,
    made: &Made,
) -> Result<Provided, Error> {
    let cluster = &survey.cluster;
    for step in &survey.steps {
        carry_out(call, cluster, spec, step).await?;
    }
    let kept = kept(spec, survey);
    let obtained = token::obtain(call, cluster, spec, &made.account_uid, kept, known).await?;
    if let Some(token) = &obtained {
        try_out(call, spec, survey, &token.secret).await?;
    }
    let (token, expires, secret_name) = match obtained {
        Some(token) => (Some(token.secret), token.expires, Some(token.secret_name)),
        None => (None, None, None),
    };
    Ok(Provided {
        made: made.clone(),
        token,
        expires,
        secret_name,
        connect: survey.connect.clone(),
    })
}

/// The Secret of the token before, unless it was dropped.
fn kept<'a>(spec: &Spec, survey: &'a Survey) -> Option<&'a crate::cluster::TokenSecret> {
    let secret = match spec.form {
        TokenForm::LongLived => survey.inside.secret.as_ref(),
        TokenForm::Bound { .. } => survey.inside.anchor.as_ref(),
    };
    let dropped = |name: &str| {
        survey
            .steps
            .iter()
            .any(|step| matches!(step, Step::DropSecret { name: dropped, .. } if dropped == name))
    };
    secret.filter(|secret| !spec.replace_token && !dropped(&secret.name))
}

async fn carry_out(call: &Call, cluster: &Cluster, spec: &Spec, step: &Step) -> Result<(), Error> {
    let (account, marks) = (&spec.account, spec.marks());
    match step {
        Step::CreateAccount | Step::TakeOverAccount => {}
        Step::Unbind(binding) => cluster.delete_binding(call, binding).await?,
        Step::Bind(grant) => {
            call.step("bind a role");
            cluster.create_binding(call, account, grant, &marks).await?;
        }
        Step::Restore(grant) => {
            call.step("restore a binding");
            cluster
                .restore_binding(call, account, grant, &marks)
                .await?;
        }
        Step::DropSecret { name, uid } => {
            call.step("revoke the token before");
            cluster
                .delete_token_secret(call, account, name, uid)
                .await?;
        }
        Step::TakeOverSecret { name } => {
            cluster
                .take_over_token_secret(call, account, name, &marks)
                .await?;
        }
    }
    Ok(())
}

/// A token for other audiences than the API server cannot be used to ask it anything.
async fn try_out(
    call: &Call,
    spec: &Spec,
    survey: &Survey,
    token: &SecretString,
) -> Result<(), Error> {
    call.step("try the token out");
    let (cluster, account) = (&survey.cluster, &spec.account);
    let audiences = spec.form.audiences();
    trial::require_accepted(call, cluster, account, token, audiences).await?;
    if !audiences.is_empty() {
        return Ok(());
    }
    trial::require_rights(call, cluster, account, token, &survey.roles).await
}
