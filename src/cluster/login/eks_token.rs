//! Tokens for EKS: a presigned STS request in disguise.
//!
//! The API server hands the token to an authenticator, which sends the presigned `GetCallerIdentity` to STS and learns
//! who signed it. Two headers are signed, `host` and `x-k8s-aws-id`; the latter ties the token to one cluster. STS
//! honours the signature for 15 minutes.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;

use super::token::Token;
use crate::cluster::error::{BoxError, Error};
use crate::redact::Foreign;

/// How long a token is used: a minute less than STS honours it, as `aws eks get-token` counts.
const LIFETIME: Duration = Duration::from_mins(14);
/// How long before its end a token is renewed. A file reader that looks once a minute never holds a dead token.
const MARGIN: Duration = Duration::from_mins(3);
/// `X-Amz-Expires`. STS ignores it; authenticators demand 0 to 900.
const EXPIRES: Duration = Duration::from_mins(1);

/// Signs tokens for one EKS cluster with whatever the credentials are at that time.
#[derive(Debug)]
pub(super) struct Signer {
    /// Where credentials come from.
    pub credentials: SharedCredentialsProvider,
    /// AWS region of the cluster.
    pub region: String,
    /// The cluster's name in EKS, for messages.
    pub cluster: String,
    /// What the authenticator compares: the name, or the id of a local cluster on Outposts.
    pub cluster_id: String,
    /// The sources of credentials, for messages.
    pub tried: String,
}

impl Signer {
    /// A fresh token.
    ///
    /// # Errors
    ///
    /// [`Error::AwsCredentials`] when there are no credentials to sign with.
    pub async fn issue(&self) -> Result<Token, Error> {
        let credentials = self.credentials.provide_credentials().await;
        let credentials = credentials.map_err(|e| self.no_credentials(Foreign::from_error(&e)))?;
        self.issue_with(&credentials)
    }

    /// A fresh token signed with credentials at hand.
    ///
    /// # Errors
    ///
    /// [`Error::AwsCredentials`] when these credentials cannot sign.
    pub fn issue_with(&self, credentials: &Credentials) -> Result<Token, Error> {
        let now = SystemTime::now();
        let host = sts_host(&self.region);
        let secret = token(credentials, &host, &self.region, &self.cluster_id, now);
        Ok(Token {
            secret: secret.map_err(|e| self.no_credentials(Foreign::from_error(e.as_ref())))?,
            renew_at: Some(renewal(now, credentials.expiry())),
        })
    }

    fn no_credentials(&self, source: Foreign) -> Error {
        Error::AwsCredentials {
            cluster: self.cluster.clone(),
            region: self.region.clone(),
            tried: self.tried.clone(),
            source,
        }
    }
}

/// When a token signed at `now` is due: STS checks the credentials again at each use, so their end counts too.
fn renewal(now: SystemTime, credentials_end: Option<SystemTime>) -> SystemTime {
    let end = now + LIFETIME;
    credentials_end.map_or(end, |earlier| earlier.min(end)) - MARGIN
}

/// The regional STS host. Authenticators accept only real STS names, so no endpoint override applies here.
fn sts_host(region: &str) -> String {
    let suffix = match region.split_once('-') {
        Some(("cn", _)) => "amazonaws.com.cn",
        _ => "amazonaws.com",
    };
    format!("sts.{region}.{suffix}")
}

fn token(
    credentials: &Credentials,
    host: &str,
    region: &str,
    cluster_id: &str,
    at: SystemTime,
) -> Result<SecretString, BoxError> {
    let url = presign(credentials, host, region, cluster_id, at)?;
    Ok(format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url)).into())
}

fn presign(
    credentials: &Credentials,
    host: &str,
    region: &str,
    cluster_id: &str,
    at: SystemTime,
) -> Result<String, BoxError> {
    let url = format!("https://{host}/?Action=GetCallerIdentity&Version=2011-06-15");
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(EXPIRES);
    settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
    let identity = credentials.clone().into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(at)
        .settings(settings)
        .build()?
        .into();
    let headers = std::iter::once(("x-k8s-aws-id", cluster_id));
    let request = SignableRequest::new("GET", &url, headers, SignableBody::empty())?;
    let (instructions, _) = sign(request, &params)?.into_parts();
    let mut signed = http::Request::get(&url).body(())?;
    instructions.apply_to_request_http1x(&mut signed);
    Ok(signed.uri().to_string())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    const CLUSTER: &str = "eks-training-dev-krc";
    const SESSION: &str = "FQoGZXIvYXdzEBYaDFrozen+Session/Token==EXAMPLE";
    const URL: &str = "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20261122T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=b8ccbfbb9299361aca5fea4e805e85dfe72cb280c0342cdf39f7036fc76f3856";
    const TOKEN: &str = "k8s-aws-v1.aHR0cHM6Ly9zdHMudXMtZWFzdC0xLmFtYXpvbmF3cy5jb20vP0FjdGlvbj1HZXRDYWxsZXJJZGVudGl0eSZWZXJzaW9uPTIwMTEtMDYtMTUmWC1BbXotQWxnb3JpdGhtPUFXUzQtSE1BQy1TSEEyNTYmWC1BbXotQ3JlZGVudGlhbD1BS0lERVhBTVBMRSUyRjIwMjYxMTIyJTJGdXMtZWFzdC0xJTJGc3RzJTJGYXdzNF9yZXF1ZXN0JlgtQW16LURhdGU9MjAyNjExMjJUMDAwMDAwWiZYLUFtei1FeHBpcmVzPTYwJlgtQW16LVNpZ25lZEhlYWRlcnM9aG9zdCUzQngtazhzLWF3cy1pZCZYLUFtei1TaWduYXR1cmU9YjhjY2JmYmI5Mjk5MzYxYWNhNWZlYTRlODA1ZTg1ZGZlNzJjYjI4MGMwMzQyY2RmMzlmNzAzNmZjNzZmMzg1Ng";

    fn at() -> SystemTime {
        "2026-11-22T00:00:00Z"
            .parse::<jiff::Timestamp>()
            .expect("a time")
            .into()
    }

    fn credentials(session: Option<&str>) -> Credentials {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let session = session.map(ToOwned::to_owned);
        Credentials::new("AKIDEXAMPLE", secret, session, None, "test")
    }

    fn signature(host: &str, region: &str, session: Option<&str>) -> String {
        let url = presign(&credentials(session), host, region, CLUSTER, at()).expect("signed");
        let url = url::Url::parse(&url).expect("a URL");
        let mut query = url.query_pairs();
        query
            .find_map(|(name, value)| (name == "X-Amz-Signature").then(|| value.into_owned()))
            .expect("signature")
    }

    #[test]
    fn url_and_token_are_those_of_botocore_byte_for_byte() {
        let host = sts_host("us-east-1");
        let url = presign(&credentials(None), &host, "us-east-1", CLUSTER, at()).expect("signed");
        assert_eq!(url, URL);
        let token = token(&credentials(None), &host, "us-east-1", CLUSTER, at()).expect("signed");
        assert_eq!(token.expose_secret(), TOKEN);
    }

    #[test]
    fn a_session_token_is_part_of_what_is_signed() {
        let signed = signature("sts.us-east-1.amazonaws.com", "us-east-1", Some(SESSION));
        assert_eq!(
            signed,
            "ec50b8519d15e5df16af9b1b6dc50fa9593d3c37fd09360ab0ceaa63f8a03c8f"
        );
        let url = presign(
            &credentials(Some(SESSION)),
            "sts.us-east-1.amazonaws.com",
            "us-east-1",
            CLUSTER,
            at(),
        );
        assert!(url.expect("signed").contains(
            "X-Amz-Security-Token=FQoGZXIvYXdzEBYaDFrozen%2BSession%2FToken%3D%3DEXAMPLE"
        ));
    }

    #[test]
    fn hosts_of_other_regions_and_partitions_sign_as_botocore_does() {
        let vectors = [
            (
                "sts.amazonaws.com",
                "us-east-1",
                "b8f7d67b79967abc5b6deffcf642ba7dc5d90b16e021fe8a0e4c3bb1b9c5502d",
            ),
            (
                "sts.cn-north-1.amazonaws.com.cn",
                "cn-north-1",
                "574708bb46de325a816661b1a03738833332d776647641e1ba3542b00317bac5",
            ),
            (
                "sts.us-gov-west-1.amazonaws.com",
                "us-gov-west-1",
                "c0886cc593f47fa523911c7e1e9f705d28533e5ee37ffad5d0f01251df2b1472",
            ),
            (
                "sts-fips.us-east-1.amazonaws.com",
                "us-east-1",
                "d32012e20600ef440c52b5af6442cdff2e6ac020aefbb42dbcf5c90c09034281",
            ),
        ];
        for (host, region, expected) in vectors {
            assert_eq!(signature(host, region, None), expected, "{host}");
        }
        for region in ["cn-north-1", "us-gov-west-1"] {
            assert!(
                vectors.iter().any(|(host, _, _)| *host == sts_host(region)),
                "{region}"
            );
        }
    }

    #[test]
    fn a_token_is_renewed_before_it_or_its_credentials_end() {
        let minutes = |n: u64| at() + Duration::from_mins(n);
        assert_eq!(renewal(at(), None), minutes(11));
        assert_eq!(renewal(at(), Some(minutes(60))), minutes(11));
        assert_eq!(renewal(at(), Some(minutes(10))), minutes(7));
    }
}
