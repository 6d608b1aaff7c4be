//! The server behind a forwarder.

use std::path::Path;

use anyhow::Context;
use http::header::{AUTHORIZATION, CONNECTION, TRANSFER_ENCODING};
use http::{Request, Response};
use hyper::body::Incoming;
use reqwest::redirect::Policy;
use reqwest::{Body, Certificate, Client, Identity};

/// Where requests are passed on to, and as whom.
pub(super) struct Upstream {
    url: String,
    /// For requests that bring a token.
    plain: Client,
    /// For all others: they come from a client whose certificate ends at the forwarder.
    identified: Client,
}

impl Upstream {
    /// A server at this URL, whose certificate an authority (DER) issued. `identity` is the path of a certificate and its
    /// key, without their extensions.
    pub(super) fn new(
        url: &str,
        authority: &[u8],
        identity: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let client = || -> anyhow::Result<_> {
            let authority = Certificate::from_der(authority)?;
            Ok(Client::builder()
                .no_proxy()
                .http1_only()
                .redirect(Policy::none())
                .tls_certs_only([authority]))
        };
        let identified = match identity {
            Some(path) => client()?.identity(read_identity(path)?),
            None => client()?,
        };
        Ok(Self {
            url: url.to_owned(),
            plain: client()?.build()?,
            identified: identified.build()?,
        })
    }

    /// Passes a request on. Its host name stays, by which a custom cloud knows its own address.
    pub(super) async fn pass(&self, request: Request<Incoming>) -> anyhow::Result<Response<Body>> {
        let (mut head, body) = request.into_parts();
        let client = match head.headers.get(AUTHORIZATION) {
            Some(_) => &self.plain,
            None => &self.identified,
        };
        let path = head.uri.path_and_query().context("no path")?;
        let url = format!("{}{path}", self.url);
        head.headers.remove(CONNECTION);
        let request = client
            .request(head.method, url)
            .headers(head.headers)
            .body(Body::wrap(body));
        let mut response: Response<Body> = request.send().await?.into();
        response.headers_mut().remove(CONNECTION);
        response.headers_mut().remove(TRANSFER_ENCODING);
        Ok(response)
    }
}

fn read_identity(path: &Path) -> anyhow::Result<Identity> {
    let mut pem = std::fs::read(path.with_extension("crt"))?;
    pem.extend(std::fs::read(path.with_extension("key"))?);
    Ok(Identity::from_pem(&pem)?)
}
