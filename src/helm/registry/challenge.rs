//! Where a registry sends for a token: `WWW-Authenticate: Bearer realm="…",service="…"` (RFC 6750).

use url::Url;

/// Where to ask for a token. Who answers there decides about nothing: what is pulled with the token is verified.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    realm: String,
    service: Option<String>,
}

impl Challenge {
    /// Reads one value of the header; `None` when it asks for something else than a bearer token.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let (scheme, mut rest) = header.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let (mut realm, mut service) = (None, None);
        while let Some((name, value)) = rest.split_once("=\"") {
            let (value, others) = value.split_once('"')?;
            match name.trim_matches([',', ' ']).to_ascii_lowercase().as_str() {
                "realm" => realm = Some(value.to_owned()),
                "service" => service = Some(value.to_owned()),
                _ => {}
            }
            rest = others;
        }
        Some(Self {
            realm: realm?,
            service,
        })
    }

    /// The address to ask for a token that may pull from a repository: `None` unless it is HTTPS, or `plain` HTTP.
    pub(super) fn address(&self, repository: &str, plain: bool) -> Option<Url> {
        let mut url = Url::parse(&self.realm).ok()?;
        let is_fine = url.scheme() == "https" || (plain && url.scheme() == "http");
        if let Some(service) = &self.service {
            url.query_pairs_mut().append_pair("service", service);
        }
        url.query_pairs_mut()
            .append_pair("scope", &format!("repository:{repository}:pull"));
        is_fine.then_some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_ask_in_several_ways() {
        for (header, realm, service) in [
            (
                r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a:pull,push""#,
                "https://auth.docker.io/token",
                Some("registry.docker.io"),
            ),
            (
                r#"bearer service="x", realm="https://r.azurecr.io/oauth2/token""#,
                "https://r.azurecr.io/oauth2/token",
                Some("x"),
            ),
            (
                r#"Bearer realm="https://ghcr.io/token""#,
                "https://ghcr.io/token",
                None,
            ),
        ] {
            let challenge = Challenge::parse(header).expect(header);
            assert_eq!(challenge.realm, realm);
            assert_eq!(challenge.service.as_deref(), service);
        }
        for header in [
            "",
            "Bearer",
            r#"Basic realm="x""#,
            r#"Bearer realm="x"#,
            r#"Bearer service="x""#,
        ] {
            assert_eq!(Challenge::parse(header), None, "{header}");
        }
    }

    #[test]
    fn a_token_is_asked_for_over_https_only() {
        let address = |realm: &str| {
            let challenge = Challenge::parse(&format!(r#"Bearer realm="{realm}",service="s""#));
            let address = challenge.expect("a challenge").address("a/b", false);
            address.map(|url| url.to_string())
        };
        assert_eq!(
            address("https://h/token?x=1").as_deref(),
            Some("https://h/token?x=1&service=s&scope=repository%3Aa%2Fb%3Apull")
        );
        for realm in [
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
            "token",
        ] {
            assert_eq!(address(realm), None, "{realm}");
        }
    }
}
