//! From the name of an EKS cluster to its API server: AWS credentials and `DescribeCluster`.

use std::sync::LazyLock;

use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sdk_eks::config::{RuntimeComponents, SharedHttpClient};
use aws_sdk_eks::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_eks::operation::describe_cluster::DescribeClusterError;
use aws_sdk_eks::types::Cluster as Description;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use kube::config::{AuthInfo, Cluster as Server};

use super::access::Access;
use super::bearer::{Bearer, Issuer};
use super::connection::Eks;
use super::eks_token::Signer;
use crate::cluster::error::Error;
use crate::redact::Foreign;

/// Name of a role session when the connection gives none.
const SESSION_NAME: &str = env!("CARGO_PKG_NAME");

/// One connection pool for all AWS requests of the process, with the proxies of the environment.
static HTTP: LazyLock<SharedHttpClient> = LazyLock::new(|| {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector
            .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
            .build()
    })
});

/// Whether there is any CA to trust. Minimal container images have none, and then the SDK would panic.
static TRUSTS_ANY: LazyLock<bool> =
    LazyLock::new(|| !rustls_native_certs::load_native_certs().certs.is_empty());

/// What EKS knows about reaching a cluster.
pub(super) struct Found {
    /// The API server, without a login.
    pub access: Access,
    /// The login.
    pub bearer: Bearer,
    /// The region in which the cluster was found.
    pub region: String,
}

/// Asks EKS for a cluster, as the principal that the connection describes.
///
/// # Errors
///
/// The AWS and EKS variants of [`Error`].
pub(super) async fn find(eks: &Eks) -> Result<Found, Error> {
    require_trust()?;
    let config = configure(eks).await;
    let region = region(eks, &config)?;
    let provider = principal(eks, &config).await;
    let asked = Asked {
        eks,
        region: &region,
    };
    let credentials = provider.provide_credentials().await;
    let credentials = credentials.map_err(|e| asked.no_credentials(Foreign::from_error(&e)))?;
    let description = asked.describe(&config, &credentials).await?;
    let access = asked.access(&description)?;
    let signer = Signer {
        credentials: provider,
        region: region.clone(),
        cluster: eks.cluster_name.clone(),
        cluster_id: description.id().unwrap_or(&eks.cluster_name).to_owned(),
        tried: sources(eks),
    };
    let first = signer.issue_with(&credentials)?;
    let bearer = Bearer::new(Issuer::Eks(signer), first);
    Ok(Found {
        access,
        bearer,
        region,
    })
}

fn require_trust() -> Result<(), Error> {
    if *TRUSTS_ANY {
        return Ok(());
    }
    let fault = "there is no CA certificate in the system's trust store or in SSL_CERT_FILE";
    Err(Error::Settings {
        host: "AWS".to_owned(),
        fault: fault.to_owned(),
    })
}

async fn configure(eks: &Eks) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(HTTP.clone());
    if let Some(region) = &eks.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &eks.profile {
        loader = loader.profile_name(profile);
    }
    loader.load().await
}

/// The region that the connection or AWS's own configuration names. Hosts that get signed requests bear it in their names.
fn region(eks: &Eks, config: &SdkConfig) -> Result<String, Error> {
    let cluster = || eks.cluster_name.clone();
    let region = config.region().map(ToString::to_string);
    let region = region.ok_or_else(|| Error::RegionMissing { cluster: cluster() })?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if region.is_empty() || !region.chars().all(fits) {
        return Err(Error::RegionInvalid {
            cluster: cluster(),
            region,
        });
    }
    Ok(region)
}

/// The credentials of AWS's own chain, turned into those of the role if one is given.
async fn principal(eks: &Eks, config: &SdkConfig) -> SharedCredentialsProvider {
    let Some(role) = &eks.role_arn else {
        return config
            .credentials_provider()
            .expect("a configuration made by aws_config::defaults has a credentials provider");
    };
    let mut builder = AssumeRoleProvider::builder(role)
        .configure(config)
        .session_name(eks.session_name.as_deref().unwrap_or(SESSION_NAME));
    if let Some(id) = &eks.external_id {
        builder = builder.external_id(id);
    }
    SharedCredentialsProvider::new(builder.build().await)
}

/// The places where AWS's own chain looks, in its order.
fn sources(eks: &Eks) -> String {
    let profile = match &eks.profile {
        Some(profile) => format!("profile {profile}"),
        None => "the environment (AWS_ACCESS_KEY_ID and its kin), the profile in AWS_PROFILE or \"default\", a web identity token file, \
                 container credentials, instance metadata"
            .to_owned(),
    };
    match &eks.role_arn {
        Some(role) => format!("{profile}; to assume {role}"),
        None => profile,
    }
}

/// A question about one cluster.
struct Asked<'a> {
    eks: &'a Eks,
    region: &'a str,
}

impl Asked<'_> {
    async fn describe(
        &self,
        config: &SdkConfig,
        credentials: &Credentials,
    ) -> Result<Description, Error> {
        let config =
            aws_sdk_eks::config::Builder::from(config).credentials_provider(credentials.clone());
        let client = aws_sdk_eks::Client::from_conf(config.build());
        let reply = client
            .describe_cluster()
            .name(&self.eks.cluster_name)
            .send()
            .await;
        let reply = reply.map_err(|e| self.refused(&e))?;
        reply.cluster.ok_or_else(|| self.not_ready("unknown"))
    }

    fn access(&self, description: &Description) -> Result<Access, Error> {
        let status = description.status().map_or("unknown", |s| s.as_str());
        let authority = description.certificate_authority().and_then(|c| c.data());
        let (Some(endpoint), Some(authority)) = (description.endpoint(), authority) else {
            return Err(self.not_ready(status));
        };
        let server = Server {
            server: Some(endpoint.to_owned()),
            certificate_authority_data: Some(authority.to_owned()),
            ..Server::default()
        };
        Ok(Access {
            server,
            user: AuthInfo::default(),
        })
    }

    fn refused(&self, error: &SdkError<DescribeClusterError>) -> Error {
        let (cluster, region) = self.names();
        let Some(code) = error.code() else {
            let transient = true;
            return Error::Eks {
                cluster,
                region,
                transient,
                source: Foreign::from_error(error),
            };
        };
        let said = format!("{code}: {}", error.message().unwrap_or_default());
        let said = Foreign::from_words(&said);
        match code {
            "ResourceNotFoundException" => Error::EksNotFound { cluster, region },
            "AccessDeniedException" => Error::EksDenied {
                cluster,
                region,
                source: said,
            },
            "ExpiredTokenException"
            | "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "IncompleteSignatureException"
            | "MissingAuthenticationTokenException" => self.no_credentials(said),
            _ => {
                let transient = error
                    .raw_response()
                    .is_some_and(|r| r.status().as_u16() >= 429);
                Error::Eks {
                    cluster,
                    region,
                    transient,
                    source: said,
                }
            }
        }
    }

    fn no_credentials(&self, source: Foreign) -> Error {
        let (cluster, region) = self.names();
        let tried = sources(self.eks);
        Error::AwsCredentials {
            cluster,
            region,
            tried,
            source,
        }
    }

    fn not_ready(&self, status: &str) -> Error {
        let (cluster, region) = self.names();
        let status = status.to_owned();
        Error::EksNotReady {
            cluster,
            region,
            status,
        }
    }

    fn names(&self) -> (String, String) {
        (self.eks.cluster_name.clone(), self.region.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_eks::config::http::HttpResponse;
    use aws_sdk_eks::error::ErrorMetadata;

    use super::*;
    use crate::fault::{Explain as _, Kind};

    fn answered(status: u16, code: &str) -> Error {
        let eks = Eks {
            cluster_name: "prod".into(),
            profile: Some("ops".into()),
            ..Eks::default()
        };
        let metadata = ErrorMetadata::builder()
            .code(code)
            .message("because")
            .build();
        let response = HttpResponse::new(status.try_into().expect("a status"), "".into());
        let error = SdkError::service_error(DescribeClusterError::generic(metadata), response);
        Asked {
            eks: &eks,
            region: "eu-west-1",
        }
        .refused(&error)
    }

    #[test]
    fn answers_of_eks_are_told_apart() {
        let table = [
            (404, "ResourceNotFoundException", Kind::NotFound),
            (403, "AccessDeniedException", Kind::Permission),
            (403, "ExpiredTokenException", Kind::Credential),
            (403, "UnrecognizedClientException", Kind::Credential),
            (400, "InvalidParameterException", Kind::Configuration),
            (429, "ThrottlingException", Kind::Unavailable),
            (503, "ServiceUnavailableException", Kind::Unavailable),
        ];
        for (status, code, kind) in table {
            let error = answered(status, code);
            assert_eq!(error.kind(), kind, "{code}");
            assert_eq!(error.is_not_found(), kind == Kind::NotFound, "{code}");
        }
    }

    #[test]
    fn a_region_that_would_choose_another_host_is_refused() {
        let configured = |name: &str| {
            let region = Region::new(name.to_owned());
            let config = SdkConfig::builder().region(region).build();
            super::region(&Eks::default(), &config)
        };
        assert_eq!(configured("eu-west-1").expect("a region"), "eu-west-1");
        for name in ["", "evil.example/", "x@evil.example#", "eu west"] {
            let error = configured(name).expect_err(name);
            assert!(matches!(error, Error::RegionInvalid { .. }), "{error:?}");
        }
    }

    #[test]
    fn messages_name_the_region_the_sources_and_the_missing_right() {
        let absent = answered(404, "ResourceNotFoundException");
        assert_eq!(
            absent.to_string(),
            "there is no EKS cluster prod in eu-west-1"
        );
        assert!(
            absent.remedies()[0]
                .to_string()
                .contains("aws eks list-clusters --region eu-west-1")
        );
        let expired = answered(403, "ExpiredTokenException").to_string();
        assert_eq!(
            expired,
            "no usable AWS credentials for EKS cluster prod in eu-west-1; looked in profile ops"
        );
        let denied = answered(403, "AccessDeniedException");
        assert!(
            denied.remedies()[0]
                .to_string()
                .contains("eks:DescribeCluster")
        );
    }
}
