//! The way to Azure: knows the cloud, has the tokens, sends requests until they are answered.

use std::sync::Arc;

use reqwest::Method;
use tokio::sync::OnceCell;
use url::Url;

use super::cloud::{ApiVersions, Cloud, Config, KnownCloud, MetadataError, metadata, versions};
use super::error::Error;
use super::login::Tokens;
use super::transport::{Http, Request, Response, exchange};
use crate::call::Call;
use crate::retry::{self, Policy, Repetition};

/// Access to one Azure cloud with one login. Cheap to clone; all clones share connections and tokens.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    http: Arc<Http>,
    /// Cloud and login, known once a custom cloud has described itself.
    session: OnceCell<Session>,
}

#[derive(Debug)]
struct Session {
    cloud: Cloud,
    tokens: Tokens,
}

impl Client {
    /// A client. Asks no network and reads no certificates: that waits for the first request.
    ///
    /// # Errors
    ///
    /// [`Error::Cloud`] when `environment` names a cloud that is not built in and there is no metadata host to ask.
    pub fn new(config: Config) -> Result<Self, Error> {
        Self::over(config, Arc::new(Http::default()))
    }

    /// A client over connections of somebody else's making.
    pub(super) fn over(config: Config, http: Arc<Http>) -> Result<Self, Error> {
        let session = match config.metadata_host {
            Some(_) => OnceCell::new(),
            None => OnceCell::new_with(Some(Session::new(built_in(&config)?, &config, &http))),
        };
        Ok(Self(Arc::new(Inner {
            config,
            http,
            session,
        })))
    }

    /// The subscription that resources belong to unless they name another.
    #[must_use]
    pub fn subscription_id(&self) -> &str {
        &self.0.config.subscription_id
    }

    /// The addresses of the cloud. Asks the metadata host once, if there is one.
    ///
    /// # Errors
    ///
    /// [`Error`] when the metadata host does not answer or describes no usable cloud.
    pub async fn cloud(&self, call: &Call) -> Result<&Cloud, Error> {
        Ok(&self.session(call).await?.cloud)
    }

    pub(super) fn api_versions(&self) -> &ApiVersions {
        &self.0.config.api_versions
    }

    /// An address of the resource manager: path segments, percent-encoded here, and the api-version.
    pub(super) async fn address<'a>(
        &self,
        call: &Call,
        segments: impl IntoIterator<Item = &'a str>,
        api_version: &str,
    ) -> Result<Url, Error> {
        let mut url = self.cloud(call).await?.resource_manager().clone();
        extend_path(&mut url, segments);
        url.query_pairs_mut()
            .append_pair("api-version", api_version);
        Ok(url)
    }

    /// Sends a request to the resource manager, again if need be, and returns a successful answer.
    pub(super) async fn send(&self, call: &Call, request: &Request) -> Result<Response, Error> {
        // Boxed: this future would be a part of all others.
        Box::pin(self.send_patiently(call, request, retry::PLANE)).await
    }

    /// The same with the patience that another service needs. The token is the resource manager's in any case.
    pub(super) async fn send_patiently(
        &self,
        call: &Call,
        request: &Request,
        policy: Policy,
    ) -> Result<Response, Error> {
        let session = self.session(call).await?;
        // A login has attempts of its own, which are not to be multiplied with those of the request.
        let scope = session.cloud.scope();
        session.tokens.get(call, &request.action, scope).await?;
        let attempt = || self.attempt(call, session, request);
        policy
            .run(call, &request.action, request.repetition, attempt)
            .await
    }

    /// One request. A token that the service refuses is replaced once: it may have been revoked before its time.
    async fn attempt(
        &self,
        call: &Call,
        session: &Session,
        request: &Request,
    ) -> Result<Response, Error> {
        let (tokens, scope) = (&session.tokens, session.cloud.scope());
        let token = tokens.get(call, &request.action, scope).await?;
        let answer = exchange(&self.0.http, call, request, Some(token.secret())).await?;
        if answer.status != reqwest::StatusCode::UNAUTHORIZED {
            return answer.accept(&request.action);
        }
        tokens.forget(scope, &token).await;
        let token = tokens.get(call, &request.action, scope).await?;
        let answer = exchange(&self.0.http, call, request, Some(token.secret())).await?;
        answer.accept(&request.action)
    }

    async fn session(&self, call: &Call) -> Result<&Session, Error> {
        let describe = || async {
            let cloud = self.describe(call).await?;
            Ok(Session::new(cloud, &self.0.config, &self.0.http))
        };
        self.0.session.get_or_try_init(describe).await
    }

    /// Asks the metadata host, without a token, which cloud this is.
    async fn describe(&self, call: &Call) -> Result<Cloud, Error> {
        let config = &self.0.config;
        let host = config.metadata_host.as_deref().unwrap_or_default();
        let mut address = authority(host).ok_or_else(|| MetadataError::Host(host.to_owned()))?;
        extend_path(&mut address, ["metadata", "endpoints"]);
        address
            .query_pairs_mut()
            .append_pair("api-version", versions::METADATA);
        let request = Request::new(Method::GET, address, format!("ask {host} about the cloud"));
        let attempt = || async {
            let answer = exchange(&self.0.http, call, &request, None).await?;
            answer.accept(&request.action)
        };
        let answer = retry::PLANE
            .run(call, &request.action, Repetition::Harmless, attempt)
            .await?;
        Ok(metadata::read(&answer.body, &config.environment)?)
    }
}

impl Session {
    fn new(cloud: Cloud, config: &Config, http: &Arc<Http>) -> Self {
        Self {
            tokens: Tokens::new(config.clone(), cloud.login().clone(), Arc::clone(http)),
            cloud,
        }
    }
}

/// The https address of a host and its port, if the text is that and nothing else.
fn authority(host: &str) -> Option<Url> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
    let url = Url::parse(&format!("https://{host}")).ok()?;
    host.chars().all(fits).then_some(url)
}

fn built_in(config: &Config) -> Result<Cloud, Error> {
    let unknown = || MetadataError::Unknown {
        wanted: config.environment.clone(),
        known: "'public', 'usgovernment', 'china'".to_owned(),
    };
    let known = KnownCloud::from_name(&config.environment).ok_or_else(unknown)?;
    Ok(known.into())
}

/// Appends path segments to an address, whose own path may end in a slash.
pub(super) fn extend_path<'a>(url: &mut Url, segments: impl IntoIterator<Item = &'a str>) {
    url.path_segments_mut()
        .expect("addresses of clouds are https, which has path segments")
        .pop_if_empty()
        .extend(segments);
}

#[cfg(test)]
mod tests;
