//! The attributes of the sources of a Flux configuration.

use crate::sdk::checks;
use crate::sdk::schema::{Attribute, Nesting};

use super::kustomizations::seconds;
use super::rules;
use super::sources::{BLOB, BUCKET, GIT, OCI};

/// The sources, of which a configuration has one.
pub(super) fn attributes() -> Vec<Attribute> {
    vec![
        Attribute::nested(GIT, Nesting::Single, git())
            .optional()
            .conflicts_with(&[BUCKET, BLOB, OCI])
            .describe("A Git repository as the source."),
        Attribute::nested(BUCKET, Nesting::Single, bucket())
            .optional()
            .conflicts_with(&[BLOB, OCI])
            .describe("An S3-compatible bucket as the source."),
        Attribute::nested(BLOB, Nesting::Single, blob())
            .optional()
            .conflicts_with(&[OCI])
            .describe("A container of Azure Blob Storage as the source."),
        Attribute::nested(OCI, Nesting::Single, oci())
            .optional()
            .describe("A repository of OCI artifacts as the source."),
    ]
}

/// What all sources have.
fn common() -> Vec<Attribute> {
    vec![
        seconds("timeout_in_seconds", "Limit of one fetch. Default: 600."),
        seconds(
            "sync_interval_in_seconds",
            "Between two fetches. Default: 600.",
        ),
        Attribute::string("local_auth_reference")
            .check(checks::length(1, 63))
            .describe("Secret in the configuration's namespace that holds the credential."),
    ]
}

fn git() -> Vec<Attribute> {
    let own = vec![
        Attribute::string("url")
            .required()
            .check(rules::git_url())
            .check(checks::no_credentials(
                "set https_user, and the token as httpsKey in configuration_protected_settings_wo",
            ))
            .describe("URL of the repository: `https://…`, `ssh://…` or `git@…`."),
        Attribute::nested("reference", Nesting::Single, git_reference())
            .required()
            .describe("What to check out: at least one of its attributes."),
        Attribute::string("https_user")
            .describe("User name for HTTPS; the token is `httpsKey` of the protected settings."),
        Attribute::string("https_ca_certificate").describe("PEM of the server's CA."),
        Attribute::string("ssh_known_hosts").describe("The server's lines of `known_hosts`."),
        Attribute::string("provider")
            .check(checks::one_of(&["Azure", "GitHub", "Generic"]))
            .describe("Who authenticates: `Azure`, `GitHub` or `Generic`."),
    ];
    own.into_iter().chain(common()).collect()
}

fn git_reference() -> Vec<Attribute> {
    vec![
        Attribute::string("branch").describe("A branch."),
        Attribute::string("tag")
            .conflicts_with(&["semver", "commit"])
            .describe("A tag."),
        Attribute::string("semver")
            .conflicts_with(&["commit"])
            .describe("A range of tags, such as `>=1.0.0 <2.0.0`."),
        Attribute::string("commit").describe("A commit of the branch."),
    ]
}

fn bucket() -> Vec<Attribute> {
    let own = vec![
        Attribute::string("url")
            .required()
            .check(checks::url(&["http", "https"]))
            .check(checks::no_credentials(
                "set access_key_wo, and the secret as bucketSecretKey in configuration_protected_settings_wo",
            ))
            .describe("URL of the server."),
        Attribute::string("bucket_name")
            .required()
            .check(checks::length(1, 63))
            .describe("Name of the bucket."),
        Attribute::bool("tls_enabled")
            .default_value(crate::sdk::value::Value::Bool(true))
            .describe("Whether the connection uses TLS. Default: `true` (Azure's own default is without)."),
        Attribute::string("access_key_wo")
            .write_only()
            .describe("The access key, never stored; its secret is `bucketSecretKey` of the protected settings."),
    ];
    own.into_iter().chain(common()).collect()
}

fn blob() -> Vec<Attribute> {
    let own = vec![
        Attribute::string("url")
            .required()
            .check(checks::url(&["https"]))
            .check(checks::no_credentials(
                "set account_key_wo, sas_token_wo or service_principal",
            ))
            .describe("URL of the storage account's blob service."),
        Attribute::string("container_name")
            .required()
            .check(checks::length(3, 63))
            .describe("Name of the container."),
        Attribute::string("account_key_wo")
            .write_only()
            .conflicts_with(&[
                "sas_token_wo",
                "service_principal",
                "managed_identity_client_id",
            ])
            .describe("Key of the storage account, never stored."),
        Attribute::string("sas_token_wo")
            .write_only()
            .conflicts_with(&["service_principal", "managed_identity_client_id"])
            .describe("A shared access signature, never stored."),
        Attribute::nested("service_principal", Nesting::Single, principal())
            .optional()
            .conflicts_with(&["managed_identity_client_id"])
            .describe("A service principal that may read the container."),
        Attribute::string("managed_identity_client_id")
            .check(checks::guid())
            .describe("Client id of a managed identity that may read the container."),
    ];
    own.into_iter().chain(common()).collect()
}

fn principal() -> Vec<Attribute> {
    vec![
        Attribute::string("client_id")
            .required()
            .check(checks::guid())
            .describe("Its application id."),
        Attribute::string("tenant_id")
            .required()
            .check(checks::guid())
            .describe("Its tenant."),
        Attribute::string("client_secret_wo")
            .write_only()
            .describe("Its secret, never stored."),
    ]
}

fn oci() -> Vec<Attribute> {
    let own = vec![
        Attribute::string("url")
            .required()
            .check(checks::url(&["oci"]))
            .check(checks::no_credentials(
                "name a Secret with them in local_auth_reference",
            ))
            .describe("URL of the repository, `oci://…`."),
        Attribute::nested("reference", Nesting::Single, oci_reference())
            .optional()
            .describe("Which artifact. Default: the tag `latest`."),
        Attribute::bool("insecure").describe("Whether the connection goes without TLS."),
        Attribute::bool("workload_identity_enabled")
            .describe("Whether the source controller logs in with workload identity."),
        Attribute::string("service_account_name")
            .describe("Service account whose pull secrets count."),
    ];
    own.into_iter().chain(common()).collect()
}

fn oci_reference() -> Vec<Attribute> {
    vec![
        Attribute::string("tag")
            .conflicts_with(&["semver", "digest"])
            .describe("A tag."),
        Attribute::string("semver")
            .conflicts_with(&["digest"])
            .describe("A range of tags."),
        Attribute::string("digest").describe("A digest, such as `sha256:…`."),
    ]
}
