//! What a token says of itself. Its signature is the API server's business.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    iat: Option<i64>,
}

/// When a token was issued; `None` for one that does not say, or is no JSON web token.
pub(super) fn issued_at(token: &SecretString) -> Option<Timestamp> {
    let payload = token.expose_secret().split('.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims: Claims = serde_json::from_slice(&claims).ok()?;
    Timestamp::from_second(claims.iat?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_issue_is_read_from_a_web_token_only() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"iat": 1767312000, "sub": "x"}"#);
        let token = format!("header.{payload}.signature").into();
        let issued = issued_at(&token).map(|time| time.to_string());
        assert_eq!(issued.as_deref(), Some("2026-01-02T00:00:00Z"));
        assert_eq!(issued_at(&"opaque".into()), None);
        assert_eq!(issued_at(&"a.b.c".into()), None);
    }
}
