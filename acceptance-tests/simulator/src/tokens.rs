//! Access tokens: made here, checked here, opaque to everybody else.
//!
//! They look like JSON web tokens, since some clients read the claims of the tokens they carry.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The issuer's secret, and which of its tokens still count.
pub(super) struct Tokens {
    secret: String,
    generation: AtomicU64,
}

/// What a token says of its holder.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Caller {
    #[serde(rename = "aud")]
    pub(super) audience: String,
    #[serde(rename = "appid")]
    pub(super) client_id: String,
    #[serde(rename = "oid")]
    pub(super) object_id: String,
    #[serde(rename = "tid")]
    pub(super) tenant_id: String,
    /// Seconds since the epoch.
    #[serde(rename = "exp")]
    expires: i64,
    generation: u64,
}

/// Why a token does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenError {
    Missing,
    Malformed,
    Expired,
    Audience,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            secret: Uuid::new_v4().to_string(),
            generation: AtomicU64::new(0),
        }
    }
}

impl Tokens {
    /// A token for a principal and a resource.
    pub(super) fn issue(
        &self,
        tenant_id: &str,
        principal: &super::ServicePrincipal,
        audience: &str,
        seconds: u32,
    ) -> String {
        let now = Timestamp::now().as_second();
        let caller = Caller {
            audience: audience.to_owned(),
            client_id: principal.client_id.clone(),
            object_id: principal.object_id.clone(),
            tenant_id: tenant_id.to_owned(),
            expires: now + i64::from(seconds),
            generation: self.generation.load(Ordering::Relaxed),
        };
        let mut claims = json!(caller);
        claims["iat"] = now.into();
        claims["nbf"] = now.into();
        claims["iss"] = format!("https://sts.windows.net/{tenant_id}/").into();
        claims["sub"] = principal.object_id.clone().into();
        claims["idtyp"] = "app".into();
        claims["uti"] = Uuid::new_v4().to_string().into();
        claims["ver"] = "1.0".into();
        let head = BASE64.encode(r#"{"typ":"JWT","alg":"none"}"#);
        let signed = format!("{head}.{}", BASE64.encode(claims.to_string()));
        let signature = self.sign(&signed);
        format!("{signed}.{signature}")
    }

    /// What the token says, if it is ours and still counts.
    pub(super) fn verify(&self, token: &str) -> Result<Caller, TokenError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        if self.sign(signed) != signature {
            return Err(TokenError::Malformed);
        }
        let caller = claims(signed).ok_or(TokenError::Malformed)?;
        let current = caller.generation == self.generation.load(Ordering::Relaxed);
        if current && Timestamp::now().as_second() < caller.expires {
            Ok(caller)
        } else {
            Err(TokenError::Expired)
        }
    }

    /// Lets no token of the past count any more.
    pub(super) fn revoke(&self) {
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    fn sign(&self, text: &str) -> String {
        BASE64.encode(Sha256::digest(format!("{}{text}", self.secret)))
    }
}

fn claims(signed: &str) -> Option<Caller> {
    let (_, claims) = signed.split_once('.')?;
    serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()
}
