//! The attributes of the provider block. What azurerm has too bears azurerm's name, so that an existing pipeline works
//! unchanged.

use crate::resources::connection;
use crate::sdk::checks;
use crate::sdk::schema::{Attribute, Nesting, Schema};
use crate::sdk::types::Type;

pub(super) fn schema() -> Schema {
    let attributes = azure().into_iter().chain(own()).collect();
    Schema::new(
        "Takes Kubernetes clusters to Azure Arc and keeps them there, driving Azure Resource Manager and the cluster \
         together.",
        attributes,
    )
}

fn azure() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).optional().describe(description);
    vec![
        text(
            "subscription_id",
            "Subscription of resources that name none. `ARM_SUBSCRIPTION_ID`.",
        )
        .check(checks::guid()),
        text("tenant_id", "Entra tenant to log in to. `ARM_TENANT_ID`."),
        text(
            "client_id",
            "Application id of the service principal. `ARM_CLIENT_ID`.",
        ),
        text(
            "client_id_file_path",
            "File that holds the application id. `ARM_CLIENT_ID_FILE_PATH`.",
        ),
        text(
            "client_secret",
            "Secret of the service principal. `ARM_CLIENT_SECRET`.",
        )
        .sensitive(),
        text(
            "client_secret_file_path",
            "File that holds the secret. `ARM_CLIENT_SECRET_FILE_PATH`.",
        ),
        text(
            "environment",
            "The cloud: `public` (default), `usgovernment` or `china`. `ARM_ENVIRONMENT`.",
        ),
        text(
            "metadata_host",
            "Host that describes a custom cloud. `ARM_METADATA_HOSTNAME`.",
        ),
        Attribute::bool("use_cli").describe(
            "Whether the login of the Azure CLI may be used (default `true`). `ARM_USE_CLI`.",
        ),
        text(
            "resource_provider_registrations",
            "`none` (default): a missing resource provider is an error. `arc`: it is registered.",
        )
        .check(checks::one_of(&["none", "arc"])),
    ]
}

fn own() -> Vec<Attribute> {
    vec![
        connection::attribute_with_secrets(),
        Attribute::nested("helm", Nesting::Single, helm()).optional().describe(
            "Where the Helm client comes from. Default: `helm` on the `PATH`, else the client that the Azure CLI uses, \
             pulled from its OCI artifact and kept in a cache directory. With `repository` or `digest` the `PATH` is not \
             searched.",
        ),
        Attribute::nested("default_tags", Nesting::Single, default_tags())
            .optional()
            .describe("Tags of all objects that this provider makes."),
        Attribute::nested("ignore_tags", Nesting::Single, ignore_tags())
            .optional()
            .describe("Tags that others write, such as policies: they are left alone and show as no difference."),
        Attribute::string("on_unreachable")
            .check(checks::one_of(&["warn", "error"]))
            .describe(
                "What a refresh does when Azure or a cluster cannot be asked: `warn` (default) keeps what is stored, \
                 `error` fails.",
            ),
    ]
}

fn default_tags() -> Vec<Attribute> {
    vec![
        Attribute::map_of("tags", Type::String)
            .describe("The tags. A resource's own tag of the same name takes their place."),
    ]
}

fn ignore_tags() -> Vec<Attribute> {
    vec![
        Attribute::set_of("keys", Type::String).describe("Names of such tags."),
        Attribute::set_of("key_prefixes", Type::String)
            .describe("Beginnings of the names of such tags."),
    ]
}

fn helm() -> Vec<Attribute> {
    vec![
        Attribute::string("path")
            .check(checks::non_empty())
            .conflicts_with(&["repository", "digest"])
            .describe("Path of a Helm program, version 3 or 4. It is taken as it is."),
        Attribute::string("repository")
            .check(checks::non_empty())
            .describe(
                "OCI repository of the Helm client. Default: `mcr.microsoft.com/azurearck8s/helm`.",
            ),
        Attribute::string("digest")
            .check(checks::digest())
            .describe("Digest that the artifact's index, manifest or archive must have, such as `sha256:…`; checked at each start."),
        Attribute::string("cache_dir")
            .check(checks::non_empty())
            .describe(
                "Directory that keeps the client; only its owner may be able to write to it. Default: the user's cache \
                 directory.",
            ),
    ]
}
