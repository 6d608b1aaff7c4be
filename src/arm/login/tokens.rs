//! Tokens: from which credential, for how long, and what to say when there is none.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use azure_core::credentials::{Secret, TokenCredential};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions,
};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::az::Az;
use super::entra::{self, TokenFault};
use super::error::LoginError;
use crate::arm::cloud::{Config, CredentialSource};
use crate::arm::error::Error;
use crate::arm::transport::{Http, TransportFault};
use crate::call::Call;
use crate::redact::{self, Foreign};
use crate::retry::{ANSWER, Failure as _, Policy, Repetition};

/// A token is renewed when it has less than this left, as Azure's own libraries do.
const RENEWAL_WINDOW: Duration = Duration::from_mins(5);

/// A person is waiting to hear that the secret is wrong or the proxy is missing.
const PATIENCE: Policy = Policy {
    attempts: 3,
    throttled_attempts: 5,
    first: Duration::from_secs(1),
    longest: Duration::from_secs(4),
};

/// A bearer token with the time at which it ends.
#[derive(Debug)]
pub(in crate::arm) struct Token {
    secret: SecretString,
    expires: Timestamp,
}

impl Token {
    /// The value to send. Expose it only to a header that is marked sensitive.
    pub(in crate::arm) const fn secret(&self) -> &SecretString {
        &self.secret
    }

    fn lasts_for(&self, window: Duration) -> bool {
        Timestamp::now() + window < self.expires
    }
}

/// One scope's token. Whoever finds it stale renews it, and the others wait for that.
type Slot = Arc<tokio::sync::Mutex<Option<Arc<Token>>>>;

/// The tokens of one login.
#[derive(Debug)]
pub(in crate::arm) struct Tokens {
    config: Config,
    authority: Url,
    http: Arc<Http>,
    slots: Mutex<HashMap<String, Slot>>,
}

impl Tokens {
    pub(in crate::arm) fn new(config: Config, authority: Url, http: Arc<Http>) -> Self {
        Self {
            config,
            authority,
            http,
            slots: Mutex::default(),
        }
    }

    /// A token for a scope, from the cache while it lasts. A renewal that fails is no harm while the old token lasts.
    pub(in crate::arm) async fn get(
        &self,
        call: &Call,
        action: &str,
        scope: &str,
    ) -> Result<Arc<Token>, Error> {
        let fresh = async {
            let slot = self.slot(scope);
            let mut cached = slot.lock().await;
            if let Some(token) = cached
                .as_ref()
                .filter(|token| token.lasts_for(RENEWAL_WINDOW))
            {
                return Ok(Arc::clone(token));
            }
            let old = cached
                .take()
                .filter(|token| token.lasts_for(Duration::ZERO));
            let token = match (self.renew(call, action, scope).await, old) {
                (Ok(token), _) => Arc::new(token),
                (Err(error), Some(old)) => {
                    tracing::warn!(%error, "the token is not renewed yet and still lasts");
                    old
                }
                (Err(error), None) => return Err(error),
            };
            *cached = Some(Arc::clone(&token));
            Ok(token)
        };
        call.race(fresh)
            .await
            .map_err(|halt| Error::halted(action, halt))?
    }

    /// Forgets a token that a service refused, unless somebody has renewed it in the meantime.
    pub(in crate::arm) async fn forget(&self, scope: &str, refused: &Arc<Token>) {
        let slot = self.slot(scope);
        let mut cached = slot.lock().await;
        if cached
            .as_ref()
            .is_some_and(|token| Arc::ptr_eq(token, refused))
        {
            *cached = None;
        }
    }

    fn slot(&self, scope: &str) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(scope.to_owned()).or_default())
    }

    async fn renew(&self, call: &Call, action: &str, scope: &str) -> Result<Token, Error> {
        let attempt = || async {
            let answer = match self.credential() {
                Ok(credential) => {
                    let scopes = [scope];
                    let asked = credential.get_token(&scopes, None);
                    call.attempt(ANSWER, asked).await
                }
                Err(error) => {
                    let error = LoginError::Other(Foreign::from_error(&error));
                    return Err(login_error(action, error));
                }
            };
            let answer = answer.map_err(|halt| Error::halted(action, halt))?;
            let answer = answer.ok_or_else(|| login_error(action, self.late()))?;
            let token = answer.map_err(|error| login_error(action, self.explain(error)))?;
            let token = Token {
                secret: SecretString::from(token.token.secret()),
                expires: Timestamp::from_second(token.expires_on.unix_timestamp())
                    .unwrap_or(Timestamp::MAX),
            };
            usable(action, token)
        };
        PATIENCE
            .run(call, action, Repetition::Harmless, attempt)
            .await
    }

    /// A credential without a past: those of `azure_identity` keep a cache from which a refused token cannot be taken.
    fn credential(&self) -> azure_core::Result<Arc<dyn TokenCredential>> {
        let tenant = self.config.tenant_id.clone();
        match &self.config.credential {
            CredentialSource::ClientSecret { client_id, secret } => {
                let options = ClientSecretCredentialOptions {
                    client_options: entra::client_options(&self.http, &self.authority),
                };
                let secret = Secret::new(secret.expose_secret().to_owned());
                let tenant = tenant.unwrap_or_default();
                Ok(ClientSecretCredential::new(
                    &tenant,
                    client_id.clone(),
                    secret,
                    Some(options),
                )?)
            }
            CredentialSource::AzureCli => {
                // The CLI takes a tenant or a subscription, never both.
                let subscription = tenant
                    .is_none()
                    .then(|| self.config.subscription_id.clone());
                Ok(AzureCliCredential::new(Some(AzureCliCredentialOptions {
                    subscription,
                    tenant_id: tenant,
                    executor: Some(Arc::new(Az)),
                }))?)
            }
        }
    }

    /// The error when no answer came within the time for one attempt.
    fn late(&self) -> LoginError {
        match self.config.credential {
            CredentialSource::AzureCli => {
                let seconds = ANSWER.as_secs();
                LoginError::AzureCli(format!("it did not answer within {seconds} seconds"))
            }
            CredentialSource::ClientSecret { .. } => {
                LoginError::Unreachable(TransportFault::late(self.authority.host_str()))
            }
        }
    }

    fn explain(&self, error: azure_core::Error) -> LoginError {
        match &self.config.credential {
            CredentialSource::AzureCli => LoginError::AzureCli(cli_message(error)),
            CredentialSource::ClientSecret { client_id, .. } => match entra::fault_of(error) {
                Ok(TokenFault::Rejected(rejection)) => LoginError::Rejected {
                    client_id: client_id.clone(),
                    rejection,
                },
                Ok(TokenFault::Unreachable(fault)) => LoginError::Unreachable(fault),
                Err(error) => LoginError::Other(Foreign::from_error(&error)),
            },
        }
    }
}

/// A token that was just issued and has ended already would be asked for again at each request.
fn usable(action: &str, token: Token) -> Result<Token, Error> {
    if token.lasts_for(Duration::ZERO) {
        return Ok(token);
    }
    let expires = token.expires;
    Err(login_error(action, LoginError::Ended { expires }))
}

fn login_error(action: &str, source: LoginError) -> Error {
    Error::Login {
        action: action.to_owned(),
        source: Box::new(source),
    }
}

/// What the CLI wrote to its standard error, without the crate's words around it.
fn cli_message(error: azure_core::Error) -> String {
    let message = match error.into_inner() {
        Ok(inner) => inner.to_string(),
        Err(error) => error.to_string(),
    };
    redact::ending(message.trim().trim_start_matches("ERROR: "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Explain as _, Kind};

    #[test]
    fn a_fresh_token_that_has_ended_points_to_the_clock() {
        let token = |expires| Token {
            secret: "t".into(),
            expires,
        };
        usable("log in", token(Timestamp::MAX)).expect("it lasts");
        let error = usable("log in", token(Timestamp::UNIX_EPOCH)).expect_err("it has ended");
        assert_eq!(error.kind(), Kind::Credential);
        let cure = error.remedies()[0].to_string();
        assert!(cure.contains("clock") && cure.contains("date -u"), "{cure}");
    }
}
