//! The token itself: the one that is there, or a new one.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;

use crate::call::Call;
use crate::cluster::{Cluster, TokenSecret};

use super::error::Error;
use super::spec::{Known, Spec, TokenForm};

/// A token that is good now.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// The token.
    pub secret: SecretString,
    /// When it runs out, if it does.
    pub expires: Option<Timestamp>,
    /// The Secret that it lives in or hangs on.
    pub secret_name: String,
}

/// Hands out the token, which is made unless `kept`, the Secret of the one before, is still there.
pub(super) async fn obtain(
    call: &Call,
    cluster: &Cluster,
    spec: &Spec,
    account_uid: &str,
    kept: Option<&TokenSecret>,
    known: &Known,
) -> Result<Option<Token>, Error> {
    match &spec.form {
        TokenForm::LongLived => {
            // Of an account that was just made no token can have been revoked.
            let is_first = spec.create_account && known.account_uid.is_none();
            let name = match kept {
                Some(secret) => secret.name.clone(),
                None => new_secret(call, cluster, spec, is_first).await?,
            };
            let token = long_lived(call, cluster, spec, account_uid, name).await?;
            Ok(Some(token))
        }
        TokenForm::Bound { issued: false, .. } => Ok(None),
        TokenForm::Bound {
            lifetime,
            audiences,
            ..
        } => {
            if let (Some(anchor), Some(token)) = (kept, &known.token) {
                return Ok(Some(Token {
                    secret: token.clone(),
                    expires: known.expires,
                    secret_name: anchor.name.clone(),
                }));
            }
            revoke(call, cluster, spec, kept).await?;
            let token = bound(call, cluster, spec, *lifetime, audiences).await?;
            Ok(Some(token))
        }
    }
}

async fn long_lived(
    call: &Call,
    cluster: &Cluster,
    spec: &Spec,
    account_uid: &str,
    secret_name: String,
) -> Result<Token, Error> {
    let (account, marks) = (&spec.account, spec.marks());
    let secret = cluster
        .issued_token(call, account, account_uid, &secret_name, &marks)
        .await?;
    Ok(Token {
        secret,
        expires: None,
        secret_name,
    })
}

/// Name of a new Secret for a long-lived token.
async fn new_secret(
    call: &Call,
    cluster: &Cluster,
    spec: &Spec,
    is_first: bool,
) -> Result<String, Error> {
    call.step("create the token's Secret");
    let made = cluster
        .create_token_secret(call, &spec.account, is_first, &spec.marks())
        .await?;
    Ok(made.name)
}

/// An anchor whose token nobody knows any more gives way to a new one.
async fn revoke(
    call: &Call,
    cluster: &Cluster,
    spec: &Spec,
    anchor: Option<&TokenSecret>,
) -> Result<(), Error> {
    if let Some(anchor) = anchor {
        cluster
            .delete_token_secret(call, &spec.account, &anchor.name, &anchor.uid)
            .await?;
    }
    Ok(())
}

async fn bound(
    call: &Call,
    cluster: &Cluster,
    spec: &Spec,
    lifetime: Duration,
    audiences: &[String],
) -> Result<Token, Error> {
    let account = &spec.account;
    call.step("request a bound token");
    let anchor = cluster.create_anchor(call, account, &spec.marks()).await?;
    let issued = cluster
        .request_token(call, account, &anchor, lifetime, audiences)
        .await?;
    Ok(Token {
        secret: issued.token,
        expires: Some(issued.expires),
        secret_name: anchor.name,
    })
}
