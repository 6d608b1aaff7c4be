//! Bearer tokens that run out, renewed in front of every request.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::future::BoxFuture;
use http::Request;
use http::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;
use tower::filter::AsyncPredicate;

use super::eks_token::Signer;
use super::plugin::Plugin;
use super::token::Token;
use crate::cluster::error::{BoxError, Error};
use crate::files;

/// How long a token from a file is used before the file is read again, as by client-go.
const REREAD: Duration = Duration::from_mins(1);

/// Who issues tokens.
#[derive(Debug)]
pub(super) enum Issuer {
    /// We ourselves, for EKS.
    Eks(Signer),
    /// A credential plugin.
    Plugin(Box<Plugin>),
    /// Others, who write it into a file.
    File(TokenFile),
}

/// A file with a token.
#[derive(Debug)]
pub(super) struct TokenFile {
    /// Where it is.
    pub path: PathBuf,
    /// URL of the API server, for messages.
    pub host: String,
}

impl TokenFile {
    /// The token that it holds now.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] when it cannot be read.
    pub async fn token(&self) -> Result<Token, Error> {
        let path = self.path.clone();
        let read = files::blocking(move || files::read_text(&path, files::SMALL)).await;
        let text = read.map_err(|error| Error::Settings {
            host: self.host.clone(),
            fault: format!("the file {} cannot be read: {error}", self.path.display()),
        })?;
        Ok(Token {
            secret: text.trim().to_owned().into(),
            renew_at: Some(SystemTime::now() + REREAD),
        })
    }
}

/// The current token of one cluster. Clones share it; one renewal serves all requests that wait for it.
#[derive(Clone, Debug)]
pub(in crate::cluster) struct Bearer {
    issuer: Arc<Issuer>,
    current: Arc<Mutex<Token>>,
}

impl Bearer {
    /// A bearer that already has its first token.
    pub(super) fn new(issuer: Issuer, first: Token) -> Self {
        Self {
            issuer: Arc::new(issuer),
            current: Arc::new(Mutex::new(first)),
        }
    }

    /// A token that is good for at least a minute more.
    ///
    /// # Errors
    ///
    /// The issuer's, when the token is due and no new one is to be had.
    pub async fn token(&self) -> Result<SecretString, Error> {
        let mut current = self.current.lock().await;
        if current.renew_at.is_some_and(|due| SystemTime::now() >= due) {
            *current = match &*self.issuer {
                Issuer::Eks(signer) => signer.issue().await?,
                Issuer::Plugin(plugin) => plugin.token().await?,
                Issuer::File(file) => file.token().await?,
            };
        }
        Ok(current.secret.clone())
    }
}

impl<B: Send + 'static> AsyncPredicate<Request<B>> for Bearer {
    type Future = BoxFuture<'static, Result<Request<B>, BoxError>>;
    type Request = Request<B>;

    fn check(&mut self, mut request: Request<B>) -> Self::Future {
        let bearer = self.clone();
        Box::pin(async move {
            let token = bearer.token().await?;
            let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
            Ok(request)
        })
    }
}
