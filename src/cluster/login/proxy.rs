//! Which proxy, if any, stands between us and an API server.
//!
//! kube-rs reads `HTTPS_PROXY` but compares `NO_PROXY` with the proxy's own name instead of the server's, and lets it
//! veto a proxy that the kubeconfig names. Here the rules are client-go's, so that this program and Helm take the same
//! way: a named proxy always holds, the environment's holds unless `NO_PROXY` or loopback exempts the server.

use std::net::IpAddr;

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::Url;

/// The proxy for requests to `server`, with its credentials in the URL.
///
/// # Errors
///
/// What is wrong with the proxy's URL, which is not quoted: it may hold a password.
pub(super) fn choose(
    named: Option<&str>,
    environment: &Matcher,
    server: &Uri,
) -> Result<Option<Uri>, &'static str> {
    if let Some(named) = named.filter(|url| !url.is_empty()) {
        let uri = named.parse().map_err(|_| "its proxy URL is not a URL")?;
        return Ok(Some(uri));
    }
    if is_loopback(server) {
        return Ok(None);
    }
    environment
        .intercept(server)
        .map(|found| with_credentials(&found))
        .transpose()
}

/// Go's rule, in `golang.org/x/net/http/httpproxy`: the environment's proxy is never used for this machine itself.
pub(super) fn is_loopback(server: &Uri) -> bool {
    let host = server.host().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|ip| ip.is_loopback())
}

/// Puts the user and password back that the matcher took out of the URL.
fn with_credentials(found: &Intercept) -> Result<Uri, &'static str> {
    use base64::Engine as _;
    const FAULT: &str = "the proxy URL in the environment is not a URL";
    let Some(header) = found.basic_auth() else {
        return Ok(found.uri().clone());
    };
    let encoded = header.as_bytes().strip_prefix(b"Basic ").ok_or(FAULT)?;
    let plain = base64::engine::general_purpose::STANDARD
        .decode(encoded)
        .map_err(|_| FAULT)?;
    let plain = String::from_utf8(plain).map_err(|_| FAULT)?;
    let (user, password) = plain.split_once(':').unwrap_or((&plain, ""));
    let mut url = Url::parse(&found.uri().to_string()).map_err(|_| FAULT)?;
    url.set_username(user).map_err(|()| FAULT)?;
    url.set_password(Some(password)).map_err(|()| FAULT)?;
    url.as_str().parse().map_err(|_| FAULT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(proxy: &str) -> Matcher {
        Matcher::builder()
            .https(proxy)
            .no("10.0.0.0/8,.internal,proxy.example")
            .build()
    }

    fn chosen(named: Option<&str>, server: &'static str) -> Option<String> {
        let environment = environment("http://proxy.example:3128");
        let uri = choose(named, &environment, &Uri::from_static(server)).expect("valid");
        uri.map(|uri| uri.to_string())
    }

    #[test]
    fn the_environments_proxy_holds_unless_the_server_is_exempt() {
        let proxy = Some("http://proxy.example:3128/".to_owned());
        assert_eq!(
            chosen(None, "https://ABC.gr7.us-east-1.eks.amazonaws.com"),
            proxy
        );
        assert_eq!(chosen(None, "https://192.0.2.1:6443"), proxy);
        for exempt in [
            "https://10.1.2.3:6443",
            "https://k.internal",
            "https://localhost:6443",
        ] {
            assert_eq!(chosen(None, exempt), None, "{exempt}");
        }
        assert_eq!(chosen(None, "https://127.0.0.1:6443"), None);
        assert_eq!(chosen(None, "https://[::1]:6443"), None);
    }

    #[test]
    fn a_named_proxy_holds_whatever_the_environment_says() {
        let named = chosen(Some("http://other:1"), "https://10.1.2.3:6443");
        assert_eq!(named.as_deref(), Some("http://other:1/"));
    }

    #[test]
    fn credentials_survive_the_matcher() {
        let environment = environment("http://me:p%40ss@proxy.example:3128");
        let server = Uri::from_static("https://k.example");
        let uri = choose(None, &environment, &server)
            .expect("valid")
            .expect("a proxy");
        assert_eq!(uri.to_string(), "http://me:p%40ss@proxy.example:3128/");
    }
}
