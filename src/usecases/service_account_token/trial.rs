//! Trying a token out before anybody relies on it: the API server judges it, and it is used to ask for its own rights.
//!
//! Neither holds at once: an API server learns of new Secrets and bindings by watching, a moment after they were made.

use std::time::Duration;

use secrecy::SecretString;

use crate::call::{Call, Probe, WaitError, poll_until};
use crate::cluster::{Account, Cluster, Grant, RoleRules, Verdict};

use super::error::Error;

/// How long an API server may take to learn of what was made.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two trials.
const INTERVAL: Duration = Duration::from_millis(250);

/// Waits until the API server accepts a token for this account.
///
/// # Errors
///
/// [`Error::TokenRefused`] in the server's words when it does not.
pub(super) async fn require_accepted(
    call: &Call,
    cluster: &Cluster,
    account: &Account,
    token: &SecretString,
    audiences: &[String],
) -> Result<(), Error> {
    let look = || async {
        let verdict = cluster.review_token(call, token, audiences).await?;
        Ok::<_, Error>(match verdict {
            Verdict::Good { user } if user == account.user() => Probe::Ready(()),
            Verdict::Good { user } => Probe::pending(format!("it belongs to {user}")),
            Verdict::Refused { why } => Probe::pending(why),
        })
    };
    let patience = call.within(PATIENCE);
    let outcome = poll_until(&patience, "the token to be accepted", INTERVAL, look).await;
    settle(call, outcome, |why| Error::TokenRefused {
        account: account.clone(),
        why,
    })
}

/// Waits until a token, used to log in, may do what its roles allow. The first rule of each role stands for the role.
///
/// # Errors
///
/// [`Error::RightsMissing`] with the grant that has no effect.
pub(super) async fn require_rights(
    call: &Call,
    cluster: &Cluster,
    account: &Account,
    token: &SecretString,
    grants: &[(Grant, RoleRules)],
) -> Result<(), Error> {
    let as_account = cluster.with_token(token).await?;
    let patience = call.within(PATIENCE);
    for (grant, rules) in grants {
        let look = || async {
            let namespace = grant.namespace.as_deref();
            let allowed = as_account.may_follow(call, rules, namespace).await?;
            Ok::<_, Error>(if allowed {
                Probe::Ready(())
            } else {
                Probe::pending("not allowed")
            })
        };
        let outcome = poll_until(&patience, "the token's rights", INTERVAL, look).await;
        settle(call, outcome, |_| Error::RightsMissing {
            account: account.clone(),
            grant: grant.clone(),
        })?;
    }
    Ok(())
}

/// When only our own patience is over, what was seen last is the reason; a stop or the call's own deadline is another.
fn settle(
    call: &Call,
    outcome: Result<(), WaitError<Error>>,
    explain: impl FnOnce(String) -> Error,
) -> Result<(), Error> {
    match outcome {
        Ok(()) => Ok(()),
        Err(WaitError::Probe(error)) => Err(error),
        Err(WaitError::Halted { seen, .. }) => {
            call.check()?;
            Err(explain(seen))
        }
    }
}
