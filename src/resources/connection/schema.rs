//! The attributes of a connection.

use crate::sdk::checks;
use crate::sdk::schema::{Attribute, Nesting};
use crate::sdk::types::Type;

use super::NAME;

/// The attribute of a resource: references, no secrets.
#[must_use]
pub fn attribute() -> Attribute {
    Attribute::nested(NAME, Nesting::Single, stored()).optional().describe(
        "How to reach the cluster: an EKS cluster by name, a kubeconfig, or an API server with an exec plugin. The \
         provider block's `kubernetes` is used when this is left out. A change never replaces anything.",
    )
}

/// The attribute of the provider block: the same, and secrets.
#[must_use]
pub fn attribute_with_secrets() -> Attribute {
    let attributes = references().into_iter().chain(secrets()).collect();
    Attribute::nested(NAME, Nesting::Single, attributes)
        .optional()
        .describe("The cluster that is meant where a resource has no `kubernetes` of its own.")
}

/// The references of a resource, which are stored: its addresses hold no credentials.
fn stored() -> Vec<Attribute> {
    let own = references().into_iter();
    own.map(|attribute| match attribute.name {
        "host" => attribute.check(checks::no_credentials(
            "log in with exec, or give token or client_certificate in the kubernetes block of the provider",
        )),
        "proxy_url" => attribute.check(checks::no_credentials(
            "set HTTPS_PROXY, or give proxy_url in the kubernetes block of the provider",
        )),
        _ => attribute,
    })
    .collect()
}

fn references() -> Vec<Attribute> {
    vec![
        Attribute::nested("eks", Nesting::Single, eks()).optional().describe(
            "An EKS cluster by name. Endpoint and CA come from `eks:DescribeCluster`, tokens are signed in process \
             with the usual AWS credential chain and renewed before they expire; no aws program is needed.",
        ),
        Attribute::string("config_path")
            .check(checks::non_empty())
            .describe("Path of a kubeconfig file; `~` is expanded. Default: `KUBECONFIG`, then `~/.kube/config`."),
        Attribute::string("config_context")
            .check(checks::non_empty())
            .describe("Context in the kubeconfig. Default: its current context."),
        Attribute::string("host")
            .check(checks::url(&["https", "http"]))
            .describe("URL of the Kubernetes API server."),
        Attribute::string("cluster_ca_certificate").describe("PEM of the CA of the API server."),
        Attribute::string("tls_server_name").describe("Name that the API server's certificate is checked against."),
        Attribute::string("proxy_url")
            .check(checks::url(&["https", "http"]))
            .describe("Proxy on the way to the API server. Default: `HTTPS_PROXY`, unless `NO_PROXY` names the host."),
        Attribute::nested("exec", Nesting::Single, exec())
            .optional()
            .describe("A client-go credential plugin that prints a token."),
    ]
}

fn eks() -> Vec<Attribute> {
    vec![
        Attribute::string("cluster_name")
            .required()
            .check(checks::length(1, 100))
            .describe("Name of the EKS cluster."),
        Attribute::string("region")
            .check(checks::non_empty())
            .check(checks::characters(
                |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
                "lower-case letters, digits and hyphens",
            ))
            .describe("AWS region. Default: that of the profile or `AWS_REGION`."),
        Attribute::string("profile")
            .describe("Profile of the AWS configuration files. Default: `AWS_PROFILE`."),
        Attribute::string("role_arn").describe("IAM role to assume first."),
        Attribute::string("external_id")
            .describe("External id that the role's trust policy asks for."),
        Attribute::string("session_name").describe("Name of the role session."),
    ]
}

fn exec() -> Vec<Attribute> {
    vec![
        Attribute::string("api_version")
            .required()
            .check(checks::one_of(&[
                "client.authentication.k8s.io/v1",
                "client.authentication.k8s.io/v1beta1",
            ]))
            .describe("API version of the `ExecCredential` that the plugin prints."),
        Attribute::string("command")
            .required()
            .check(checks::non_empty())
            .describe("The plugin's program."),
        Attribute::list_of("args", Type::String)
            .describe("Its arguments. They end up in state: no secrets."),
        Attribute::map_of("env", Type::String)
            .describe("Environment variables for it. They end up in state: no secrets."),
    ]
}

fn secrets() -> Vec<Attribute> {
    vec![
        Attribute::string("config_raw")
            .sensitive()
            .describe("A kubeconfig as text."),
        Attribute::string("token")
            .sensitive()
            .describe("Bearer token for `host`."),
        Attribute::string("client_certificate").describe("PEM of a client certificate for `host`."),
        Attribute::string("client_key")
            .sensitive()
            .describe("PEM of its private key."),
        Attribute::bool("insecure")
            .describe("Whether the API server's certificate goes unchecked. For tests only."),
    ]
}
