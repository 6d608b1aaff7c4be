//! One repository of a registry, and its calls of the OCI distribution specification.

use std::time::Duration;

use reqwest::header::{ACCEPT, WWW_AUTHENTICATE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::artifact::{Descriptor, Document, Wanted};
use super::challenge::Challenge;
use super::content::Content;
use super::fault::RegistryFault;
use super::name;
use crate::helm::Error;
use crate::helm::digest::Digest;
use crate::redact;

/// How long a registry may be silent.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);
const READ_LIMIT: Duration = Duration::from_mins(1);

/// How often an answer may lead elsewhere.
const REDIRECTS: usize = 5;

/// The largest index, manifest or token that is read. Registries take no manifest that is larger.
const LARGEST_DOCUMENT: usize = 4 * 1024 * 1024;

/// How much of an error answer is read, and how much of it is shown.
const LARGEST_ERROR: usize = 64 * 1024;
const SHOWN: usize = 300;

/// What a registry may answer with where it is asked for a manifest.
const DOCUMENTS: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";

/// A repository, with the token that its registry gave for it.
pub(super) struct Repository {
    /// What errors call the artifact.
    wanted: Wanted,
    http: Client,
    plain: bool,
    host: String,
    path: String,
    token: Mutex<Option<SecretString>>,
}

#[derive(Deserialize)]
struct Token {
    #[serde(alias = "access_token")]
    token: SecretString,
}

impl Repository {
    /// The repository of what is wanted. Asks no network.
    ///
    /// # Errors
    ///
    /// [`Error::BadReference`]; [`Error::Registry`] when there can be no client.
    pub(super) fn open(wanted: &Wanted, plain: bool) -> Result<Self, Error> {
        let repository = wanted.repository.trim_start_matches("oci://");
        let (host, path) =
            name::parse(repository, &wanted.tag).map_err(|reason| Error::BadReference {
                text: wanted.name(),
                reason: reason.to_owned(),
            })?;
        let client = Client::builder()
            .user_agent(crate::USER_AGENT)
            .https_only(!plain)
            .redirect(Policy::limited(REDIRECTS))
            .connect_timeout(CONNECT_LIMIT)
            .read_timeout(READ_LIMIT)
            .build();
        Ok(Self {
            http: client.map_err(|error| no_answer(wanted, host, error))?,
            wanted: wanted.clone(),
            plain,
            host: host.to_owned(),
            path: path.to_owned(),
            token: Mutex::default(),
        })
    }

    /// An index or a manifest by its tag or digest.
    ///
    /// # Errors
    ///
    /// Those of a pull.
    pub(super) async fn document(&self, name: &str) -> Result<Document, Error> {
        let response = self.get("manifests", name).await?;
        let document = Document::new(self.read(response).await?);
        match Digest::parse(name) {
            Some(expected) if expected != document.digest => Err(Error::Digest {
                artifact: self.wanted.name(),
                expected: expected.to_string(),
                found: vec![document.digest.to_string()],
            }),
            _ => Ok(document),
        }
    }

    /// Brings content into its file.
    ///
    /// # Errors
    ///
    /// Those of a pull.
    pub(super) async fn blob(&self, content: &Descriptor, file: &mut Content) -> Result<(), Error> {
        let digest = content.digest.to_string();
        let mut response = self.get("blobs", &digest).await?;
        while let Some(chunk) = self.next(&mut response).await? {
            file.take(chunk.as_ref())?;
        }
        Ok(())
    }

    /// The error of an attempt that took longer than it may.
    pub(super) fn late(&self, limit: Duration) -> Error {
        let host = self.host.clone();
        failed(&self.wanted, RegistryFault::Late { host, limit })
    }

    /// Asks, with a token if the registry wants one.
    async fn get(&self, kind: &str, name: &str) -> Result<Response, Error> {
        let scheme = if self.plain { "http" } else { "https" };
        let url = format!("{scheme}://{}/v2/{}/{kind}/{name}", self.host, self.path);
        let mut held = self.token.lock().await;
        let response = self.send(&url, held.as_ref()).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return self.accept(response).await;
        }
        let token = self.token(&response).await?;
        let response = self.send(&url, Some(&token)).await?;
        *held = Some(token);
        self.accept(response).await
    }

    async fn send(&self, url: &str, token: Option<&SecretString>) -> Result<Response, Error> {
        let mut request = self.http.get(url).header(ACCEPT, DOCUMENTS);
        if let Some(token) = token {
            request = request.bearer_auth(token.expose_secret());
        }
        request.send().await.map_err(|error| self.no_answer(error))
    }

    /// The token that the registry sends us for.
    async fn token(&self, refusal: &Response) -> Result<SecretString, Error> {
        let mut headers = refusal.headers().get_all(WWW_AUTHENTICATE).iter();
        let challenge = headers.find_map(|header| Challenge::parse(header.to_str().ok()?));
        let challenge = challenge.ok_or_else(|| self.denied("it wants a login".to_owned()))?;
        let address = challenge.address(&self.path, self.plain).ok_or_else(|| {
            self.denied("it sends for a token to an address that is not HTTPS".to_owned())
        })?;
        let response = self.send(address.as_str(), None).await?;
        let body = self.read(self.accept(response).await?).await?;
        let token: Token = serde_json::from_slice(&body)
            .map_err(|_| self.denied(format!("{} gave no token", host_of(&address))))?;
        Ok(token.token)
    }

    /// The answer if it is a success, else its error.
    async fn accept(&self, mut response: Response) -> Result<Response, Error> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        if status == StatusCode::NOT_FOUND {
            return Err(self.wanted.not_found());
        }
        let host = host_of(response.url());
        let said = self.excerpt(&mut response).await;
        let fault = RegistryFault::Answer {
            host,
            status: status.as_u16(),
            said,
        };
        Err(match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => self.denied(fault.to_string()),
            _ => failed(&self.wanted, fault),
        })
    }

    /// The beginning of an error answer on one line. One that breaks off ends there.
    async fn excerpt(&self, response: &mut Response) -> String {
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = self.next(response).await {
            body.extend_from_slice(chunk.as_ref());
            if body.len() > LARGEST_ERROR {
                break;
            }
        }
        redact::one_line(&String::from_utf8_lossy(&body), SHOWN)
    }

    /// A whole body of a size that fits into memory.
    async fn read(&self, mut response: Response) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = self.next(&mut response).await? {
            if body.len() + chunk.as_ref().len() > LARGEST_DOCUMENT {
                let reason = format!("its manifest is larger than {LARGEST_DOCUMENT} bytes");
                return Err(self.wanted.refused(reason));
            }
            body.extend_from_slice(chunk.as_ref());
        }
        Ok(body)
    }

    async fn next(
        &self,
        response: &mut Response,
    ) -> Result<Option<impl AsRef<[u8]> + use<>>, Error> {
        response
            .chunk()
            .await
            .map_err(|error| self.no_answer(error))
    }

    fn no_answer(&self, error: reqwest::Error) -> Error {
        no_answer(&self.wanted, &self.host, error)
    }

    fn denied(&self, said: String) -> Error {
        Error::Denied {
            artifact: self.wanted.name(),
            said,
        }
    }
}

fn no_answer(wanted: &Wanted, host: &str, error: reqwest::Error) -> Error {
    let asked = error.url().map(host_of);
    let fault = RegistryFault::NoAnswer {
        host: asked.unwrap_or_else(|| host.to_owned()),
        source: error.without_url(),
    };
    failed(wanted, fault)
}

fn failed(wanted: &Wanted, fault: RegistryFault) -> Error {
    Error::Registry {
        artifact: wanted.name(),
        source: Box::new(fault),
    }
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or("an unnamed host").to_owned()
}
