//! The attributes of `arc_service_account_token`.

use std::time::Duration;

use crate::resources::connection;
use crate::resources::shared::{deletion, drift, ids, kubernetes_names};
use crate::sdk::checks;
use crate::sdk::schema::{Attribute, IdentityAttribute, IdentitySchema, Nesting, Schema};
use crate::sdk::timeouts::{self, Operation, Timeouts};
use crate::sdk::types::Type;
use crate::sdk::value::Value;

use super::rules;

/// The value of `type` for a token in a Secret.
pub(super) const SECRET: &str = "secret";
/// The value of `type` for a token that was issued for a time.
pub(super) const BOUND: &str = "bound";
/// What only such a token has.
pub(super) const BOUND_ONLY: [&str; 3] = ["duration", "audiences", "rotate_before"];

const MINUTE: Duration = Duration::from_mins(1);

/// Limits: what is waited for, such as the token controller, takes seconds.
pub(super) const TIMEOUTS: Timeouts = Timeouts {
    create: MINUTE.saturating_mul(10),
    read: MINUTE.saturating_mul(5),
    update: MINUTE.saturating_mul(10),
    delete: MINUTE.saturating_mul(10),
};

pub(super) fn schema() -> Schema {
    let attributes = account()
        .into_iter()
        .chain(roles())
        .chain(token())
        .chain(deletion::attributes())
        .chain(computed())
        .collect();
    Schema::new(
        "A service account in a connected cluster, with its roles and a token: what the Azure portal and cluster connect ask \
         for. The objects in the cluster are named as in Azure's instructions, and the token is tried out before it is handed \
         over.",
        attributes,
    )
    .block(timeouts::block(&Operation::ALL))
}

pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::new(vec![
        IdentityAttribute::required("connected_cluster_id", "ARM id of the connected cluster."),
        IdentityAttribute::required("namespace", "Namespace of the service account."),
        IdentityAttribute::required("name", "Name of the service account."),
    ])
}

/// Which service account of which cluster; the ephemeral resource has the same.
pub(super) fn identifying() -> Vec<Attribute> {
    vec![
        Attribute::string("connected_cluster_id")
            .required()
            .check(ids::connected_cluster())
            .describe("ARM id of the connected cluster, which must be `Connected` and have cluster connect enabled."),
        connection::attribute(),
        Attribute::string("namespace")
            .required()
            .check(checks::length(1, 63))
            .check(checks::characters(rules::namespace_character, "lower-case letters, digits and hyphens"))
            .check(checks::ends(rules::name_end, "a lower-case letter or a digit"))
            .describe("Namespace of the service account, which must exist."),
        Attribute::string("name")
            .required()
            .check(checks::length(1, 200))
            .check(checks::characters(rules::name_character, "lower-case letters, digits, hyphens and periods"))
            .check(checks::ends(rules::name_end, "a lower-case letter or a digit"))
            .describe("Name of the service account."),
    ]
}

fn account() -> Vec<Attribute> {
    let replaced = |attribute: Attribute| match attribute.name {
        connection::NAME => attribute,
        _ => attribute.replace(),
    };
    let mut attributes: Vec<_> = identifying().into_iter().map(replaced).collect();
    attributes.push(
        Attribute::bool("create_service_account")
            .default_value(Value::Bool(true))
            .describe(
                "Whether the service account is made, and removed with this resource (default). Otherwise it must exist, and \
                 only its bindings and its token are managed.",
            ),
    );
    attributes.push(
        Attribute::bool("adopt_existing")
            .default_value(Value::Bool(false))
            .describe(
                "Whether objects that have the names of ours and bear no marks of this resource are taken over. They are then \
                 changed and removed as if they had been made here. Otherwise they are an error (default).",
            ),
    );
    attributes
}

fn roles() -> Vec<Attribute> {
    vec![
        Attribute::set_of("cluster_roles", Type::String)
            .check(kubernetes_names::segments())
            .describe(
                "ClusterRoles that the service account has in the whole cluster, such as `view`. `cluster-admin` makes whoever \
                 has the token an administrator of the cluster, which is worth a warning.",
            ),
        Attribute::nested("role_bindings", Nesting::List, role_binding())
            .optional()
            .describe("Roles that the service account has in one namespace each."),
    ]
}

fn role_binding() -> Vec<Attribute> {
    vec![
        Attribute::string("namespace")
            .required()
            .check(kubernetes_names::namespace())
            .describe("Namespace in which the role counts."),
        Attribute::string("kind")
            .required()
            .check(checks::one_of(&["ClusterRole", "Role"]))
            .describe("`Role` of that namespace, or `ClusterRole`."),
        Attribute::string("name")
            .required()
            .check(kubernetes_names::segment())
            .describe("Name of the role."),
    ]
}

fn token() -> Vec<Attribute> {
    vec![
        Attribute::string("type")
            .default_value(Value::string(SECRET))
            .check(checks::one_of(&[SECRET, BOUND]))
            .describe(
                "`secret` (default): a token that lives in a Secret and is good until that is deleted, as the portal needs it. \
                 `bound`: a token that was issued for a time, and is revoked when the Secret that it hangs on is deleted.",
            ),
        Attribute::string("duration")
            .check(rules::lifetime())
            .describe(
                "How long a bound token is good for, `10m` at least; default `24h`. The cluster may set a lower limit, as EKS \
                 does with 24 hours; `token_expiration` says what came of it.",
            ),
        Attribute::set_of("audiences", Type::String)
            .describe("Who accepts a bound token. Default: the API server."),
        Attribute::string("rotate_before")
            .check(checks::duration())
            .describe(
                "How long before its end a bound token is replaced, by the first apply from then on. Default: a third of its \
                 life; at most half of it.",
            ),
        Attribute::map_of("rotation_triggers", Type::String)
            .describe("Any values; when one changes, the token is revoked and replaced in place."),
        Attribute::bool("store_token")
            .default_value(Value::Bool(true))
            .describe(
                "Whether the token is kept in the state, as a sensitive value (default). Otherwise a token of type `secret` is \
                 in the cluster only, and one of type `bound` is not issued at all: take it from the ephemeral resource of the \
                 same name.",
            ),
    ]
}

fn computed() -> Vec<Attribute> {
    let text = |name, description| {
        Attribute::string(name)
            .computed()
            .keep()
            .describe(description)
    };
    vec![
        text(
            "id",
            "`<connected_cluster_id>/serviceAccounts/<namespace>/<name>`.",
        ),
        text("token", "The token, unless `store_token` is `false`.").sensitive(),
        text(
            "token_expiration",
            "When a bound token runs out (RFC 3339).",
        ),
        text(
            "secret_name",
            "The Secret that the token lives in or hangs on.",
        ),
        text("service_account_uid", "UID of the service account."),
        text(
            "cluster_uid",
            "UID of the cluster's `kube-system` namespace: which cluster this is.",
        ),
        connect(),
        drift::attribute(),
    ]
}

/// `cluster_connect`; the ephemeral resource has the same.
pub(super) fn connect() -> Attribute {
    let attributes = vec![
        Attribute::bool("enabled")
            .computed()
            .describe("Whether clients with a token reach the cluster through Azure."),
        Attribute::string("relay")
            .computed()
            .describe("Name of Azure's relay."),
    ];
    Attribute::nested("cluster_connect", Nesting::Single, attributes)
        .computed()
        .describe("The way to the cluster through Azure.")
}
