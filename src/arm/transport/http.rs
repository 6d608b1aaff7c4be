//! The one pool of connections, shared by the resource manager, the login and the data plane.
//!
//! The pool is made at the first request, since reading the machine's certificate authorities costs milliseconds that a
//! program which only answers "what is your schema" should not pay. It honours `HTTPS_PROXY` and `NO_PROXY`, and
//! `SSL_CERT_FILE` in place of the machine's authorities.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::fault::{Kind, Remedy};

/// Covers name resolution, TCP and TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// The longest silence between two reads. Azure itself cuts a request off after 60 seconds.
const READ_TIMEOUT: Duration = Duration::from_secs(65);

/// How often a silent HTTP/2 connection with requests in flight is tried.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Connections to Azure over HTTPS, HTTP/2 where the other side speaks it.
///
/// Needs the process-wide crypto provider of rustls to be installed before the first request.
#[derive(Debug, Default)]
pub(in crate::arm) struct Http {
    pool: OnceCell<reqwest::Client>,
}

impl Http {
    /// The pool, made at the first call.
    pub(in crate::arm) async fn pool(&self) -> Result<&reqwest::Client, reqwest::Error> {
        self.pool
            .get_or_try_init(|| async { builder().build() })
            .await
    }

    /// A pool that trusts only the given authority and asks no proxy.
    #[cfg(test)]
    pub(in crate::arm) fn trusting(authority: &[u8]) -> Self {
        let authority = reqwest::Certificate::from_pem(authority).expect("a certificate");
        let client = builder().no_proxy().tls_certs_only([authority]).build();
        Self {
            pool: OnceCell::new_with(Some(client.expect("a client"))),
        }
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(crate::USER_AGENT)
        .https_only(true)
        // A redirect could carry a token to another host; ARM never redirects.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .http2_keep_alive_interval(KEEP_ALIVE)
}

/// A request that got no answer.
#[derive(Debug, thiserror::Error)]
#[error("{} {host}", .nature.as_words())]
pub struct TransportFault {
    host: String,
    nature: Nature,
    #[source]
    source: Option<reqwest::Error>,
}

/// How far a request came; decides whether sending it again is safe and worthwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nature {
    /// No client could be made, so nothing was sent.
    NoClient,
    /// The other side's certificate is not trusted, so nothing was sent.
    Untrusted,
    /// There was no connection, so nothing was sent.
    NotConnected,
    /// The request was sent and the answer did not come, or not whole.
    NoAnswer,
    /// The answer is larger than any of Azure's.
    TooLarge,
}

impl Nature {
    const fn as_words(self) -> &'static str {
        match self {
            Self::NoClient => "no HTTPS client can be made for",
            Self::Untrusted => "the certificate is not trusted that came from",
            Self::NotConnected => "there is no connection to",
            Self::NoAnswer => "no whole answer came in time from",
            Self::TooLarge => "more than 16 MiB came as an answer from",
        }
    }

    fn of(error: &reqwest::Error) -> Self {
        if error.is_builder() {
            Self::NoClient
        } else if has_untrusted_certificate(error) {
            Self::Untrusted
        } else if error.is_connect() {
            Self::NotConnected
        } else {
            Self::NoAnswer
        }
    }
}

impl TransportFault {
    /// The fault of a request to `host`. The address goes, since its query may be signed.
    pub(in crate::arm) fn new(host: Option<&str>, error: reqwest::Error) -> Self {
        Self {
            host: host.unwrap_or("an unnamed host").to_owned(),
            nature: Nature::of(&error),
            source: Some(error.without_url()),
        }
    }

    /// The fault of a request to `host` whose time ran out before the answer was there.
    pub(in crate::arm) fn late(host: Option<&str>) -> Self {
        Self::without_source(host, Nature::NoAnswer)
    }

    /// The fault of a request to `host` whose answer does not end.
    pub(in crate::arm) fn too_large(host: Option<&str>) -> Self {
        Self::without_source(host, Nature::TooLarge)
    }

    fn without_source(host: Option<&str>, nature: Nature) -> Self {
        Self {
            host: host.unwrap_or("an unnamed host").to_owned(),
            nature,
            source: None,
        }
    }

    /// Whether the other side may have acted on the request.
    pub(in crate::arm) fn was_sent(&self) -> bool {
        matches!(self.nature, Nature::NoAnswer | Nature::TooLarge)
    }

    /// A trust problem stays until somebody acts; a connection may come back by itself.
    pub(in crate::arm) const fn kind(&self) -> Kind {
        match self.nature {
            Nature::NoClient | Nature::Untrusted | Nature::TooLarge => Kind::Configuration,
            Nature::NotConnected | Nature::NoAnswer => Kind::Unavailable,
        }
    }

    pub(in crate::arm) fn remedies(&self) -> Vec<Remedy> {
        let text = match self.nature {
            Nature::NoClient => {
                "install the system's certificate authorities, or name a file with them in SSL_CERT_FILE".to_owned()
            }
            Nature::Untrusted => format!(
                "if a proxy of yours signs for {}, name a file with its certificate authority and all others in SSL_CERT_FILE",
                self.host
            ),
            Nature::TooLarge => format!(
                "check that {} is Azure: something on the way, such as a proxy, may answer in its place",
                self.host
            ),
            Nature::NotConnected | Nature::NoAnswer => format!(
                "check that this machine reaches {} on port 443, through HTTPS_PROXY if one is set",
                self.host
            ),
        };
        vec![Remedy::new(text)]
    }
}

/// An `io::Error` hides what it wraps from `source()`, so the walk looks into each of them.
fn has_untrusted_certificate(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if matches!(
            error.downcast_ref(),
            Some(rustls::Error::InvalidCertificate(_))
        ) {
            return true;
        }
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}
