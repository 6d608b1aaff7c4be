//! A token for a while: issued for an existing service account, and revoked when it is given back.
//!
//! It hangs on a Secret of its own. Deleting that Secret is what revokes the token; whoever kept a copy is shut out from
//! that moment, not from the token's own end.

use jiff::Timestamp;
use secrecy::SecretString;

use crate::call::Call;
use crate::cluster::{BoundToken, Cluster, Connection, Endpoint, Marks, TokenSecret};
use crate::usecases::Session;

use super::azure::{self, ClusterConnect};
use super::error::Error;
use super::spec::LoanSpec;
use super::{Account, trial};

/// A token that was lent.
#[derive(Clone, Debug)]
pub struct Loan {
    /// The token.
    pub token: SecretString,
    /// When it runs out, which may be earlier than asked for.
    pub expires: Timestamp,
    /// What it hangs on.
    pub anchor: Anchor,
    /// UID of the service account.
    pub account_uid: String,
    /// Where the cluster is, for clients that log in with the token.
    pub endpoint: Endpoint,
    /// The way through Azure.
    pub connect: ClusterConnect,
}

/// The Secret that a lent token hangs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The service account that the token is for.
    pub account: Account,
    /// Name of the Secret.
    pub name: String,
    /// UID of the Secret.
    pub uid: String,
}

/// Has a token issued and tried out. When that fails, nothing is left behind.
///
/// # Errors
///
/// What stands in the way on either plane.
pub async fn lend(call: &Call, session: &Session, spec: &LoanSpec) -> Result<Loan, Error> {
    let (connection, parent) = (spec.connection.as_ref(), &spec.connected_cluster);
    let (cluster, connect) = azure::reach(call, session, connection, parent).await?;
    let marks = Marks::new(&spec.connected_cluster.to_string(), &spec.account);
    let account_uid = require_account(call, &cluster, &spec.account, &marks).await?;
    call.step("request a token");
    let anchor = cluster
        .create_passing_anchor(call, &spec.account, &marks)
        .await?;
    match issue(call, &cluster, spec, &anchor).await {
        Ok(issued) => Ok(Loan {
            token: issued.token,
            expires: issued.expires,
            anchor: Anchor {
                account: spec.account.clone(),
                name: anchor.name,
                uid: anchor.uid,
            },
            account_uid,
            endpoint: cluster.endpoint(),
            connect,
        }),
        Err(error) => {
            revoke(call, &cluster, &spec.account, &anchor).await;
            Err(error)
        }
    }
}

/// Takes back a token that will not be handed out, and does so too after the call was stopped.
async fn revoke(call: &Call, cluster: &Cluster, account: &Account, anchor: &TokenSecret) {
    let (call, name) = (call.afterwards(), &anchor.name);
    let dropped = cluster.delete_token_secret(&call, account, name, &anchor.uid);
    if let Err(error) = dropped.await {
        tracing::warn!(secret = %name, %error, "the Secret of a token that was not handed out is left in the cluster");
    }
}

async fn require_account(
    call: &Call,
    cluster: &Cluster,
    account: &Account,
    marks: &Marks,
) -> Result<String, Error> {
    match cluster.service_account(call, account, marks).await? {
        Some(found) => Ok(found.uid),
        None => Err(Error::AccountMissing(account.clone())),
    }
}

async fn issue(
    call: &Call,
    cluster: &Cluster,
    spec: &LoanSpec,
    anchor: &TokenSecret,
) -> Result<BoundToken, Error> {
    let (account, audiences) = (&spec.account, &spec.audiences);
    let issued = cluster
        .request_token(call, account, anchor, spec.lifetime, audiences)
        .await?;
    trial::require_accepted(call, cluster, account, &issued.token, audiences).await?;
    Ok(issued)
}

/// Checks that a lent token was not revoked meanwhile.
///
/// # Errors
///
/// [`Error::Revoked`] when it was.
pub async fn is_honoured(
    call: &Call,
    session: &Session,
    connection: Option<&Connection>,
    anchor: &Anchor,
) -> Result<(), Error> {
    let cluster = session.cluster(call, connection).await?;
    let marks = Marks::new("", &anchor.account);
    let found = cluster
        .token_secret(call, &anchor.account, &anchor.name, &marks)
        .await?;
    if found.is_some_and(|secret| secret.uid == anchor.uid) {
        return Ok(());
    }
    Err(Error::Revoked {
        account: anchor.account.clone(),
        anchor: format!("{}/{}", anchor.account.namespace, anchor.name),
    })
}

/// Revokes a lent token.
///
/// # Errors
///
/// Those of the cluster; the token then lives until it runs out.
pub async fn give_back(
    call: &Call,
    session: &Session,
    connection: Option<&Connection>,
    anchor: &Anchor,
) -> Result<(), Error> {
    let cluster = session.cluster(call, connection).await?;
    cluster
        .delete_token_secret(call, &anchor.account, &anchor.name, &anchor.uid)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::cluster::testing::Store;

    #[tokio::test]
    async fn a_token_that_is_not_handed_out_is_revoked_after_a_stop_too() {
        const SECRET: &str = "/api/v1/namespaces/default/secrets/azure-user-ephemeral-1";
        let store = Store::new();
        store.put(
            SECRET,
            json!({"metadata": {"name": "azure-user-ephemeral-1", "uid": "s1"}}),
        );
        let (stop, cluster) = (CancellationToken::new(), store.client());
        let anchor = TokenSecret {
            name: "azure-user-ephemeral-1".to_owned(),
            uid: "s1".to_owned(),
            long_lived: false,
            token: None,
            account_uid: None,
            ours: true,
        };
        stop.cancel();
        let account = Account::new("default", "azure-user");
        revoke(&Call::new(stop, "test"), &cluster, &account, &anchor).await;
        assert!(store.get(SECRET).is_null());
    }
}
