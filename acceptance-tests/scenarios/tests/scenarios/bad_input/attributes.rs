//! Attributes of a connected cluster that break a rule of Azure or contradict each other: found in the plan.

use anyhow::{Context as _, ensure};

use crate::common::{Configuration, Fixture, REMEDY, says};

/// One mistake and what is said about it.
struct Mistake {
    /// Tags of the object.
    tags: &'static str,
    /// Further attributes.
    more: &'static str,
    /// The attribute that the error points at; empty for one inside of another, for which the engine shows the resource.
    attribute: &'static str,
    /// What the error names.
    names: &'static [&'static str],
}

const GOOD: Mistake = Mistake {
    tags: "{}",
    more: "",
    attribute: "",
    names: &[],
};

/// Stands for the beginning of an id in [`Mistake::more`].
const HYBRID: &str = "{hybrid}";
const HYBRID_IDS: &str = "/subscriptions/0a1b2c3d-0000-4000-8000-000000000000/resourceGroups/network/providers/Microsoft.HybridCompute";

const MISTAKES: [Mistake; 17] = [
    Mistake {
        tags: r#"{ "a/b" = "c" }"#,
        attribute: "tags",
        names: &["a/b", "'/'"],
        ..GOOD
    },
    Mistake {
        tags: r#"{ "azure-owner" = "c" }"#,
        attribute: "tags",
        names: &["azure-owner"],
        ..GOOD
    },
    Mistake {
        tags: r#"{ for number in range(51) : "tag${number}" => "value" }"#,
        attribute: "tags",
        names: &["51", "50"],
        ..GOOD
    },
    Mistake {
        more: r#"azure_hybrid_benefit = "Yes""#,
        attribute: "azure_hybrid_benefit",
        names: &["Yes", "NotApplicable"],
        ..GOOD
    },
    Mistake {
        more: r#"agent = { version = "1.13.4" }"#,
        names: &["agent.version", "1.13.4", "1.14.0"],
        ..GOOD
    },
    Mistake {
        more: r#"agent = { chart = { path = "./chart", repository = "mcr.microsoft.com/chart" } }"#,
        names: &["agent.chart.path", "repository"],
        ..GOOD
    },
    Mistake {
        more: r#"proxy = { https = "proxy.example:3128" }"#,
        names: &["proxy.https", "http://"],
        ..GOOD
    },
    Mistake {
        more: r#"proxy = { https = "http://user:canary@proxy.example:3128" }"#,
        names: &["proxy.https", "credentials", "https_wo"],
        ..GOOD
    },
    Mistake {
        more: r#"proxy = { https_wo = "http://user:canary@proxy.example:3128" }"#,
        names: &["wo_version = 1"],
        ..GOOD
    },
    Mistake {
        more: r#"proxy = { no_proxy = ".svc" }"#,
        attribute: "proxy",
        names: &["neither an address nor a certificate"],
        ..GOOD
    },
    Mistake {
        more: r#"private_link_scope_id = "{hybrid}/privateLinkScopes/s"
  cluster_connect_enabled = true"#,
        attribute: "cluster_connect_enabled",
        names: &["private link"],
        ..GOOD
    },
    Mistake {
        more: r#"private_link_scope_id = "{hybrid}/privateLinkScopes/s"
  custom_locations = { enabled = true, object_id = "5ad3d1f0-9f0a-4a6e-8b7a-0d9f6e5c4b3a" }"#,
        names: &["custom_locations", "private link"],
        ..GOOD
    },
    Mistake {
        more: r#"private_link_scope_id = "{hybrid}/gateways/g""#,
        attribute: "private_link_scope_id",
        names: &[
            "Microsoft.HybridCompute/gateways",
            "Microsoft.HybridCompute/privateLinkScopes",
        ],
        ..GOOD
    },
    Mistake {
        more: r#"gateway_id = "gateway""#,
        attribute: "gateway_id",
        names: &["gateway"],
        ..GOOD
    },
    Mistake {
        more: r"custom_locations = { enabled = true }",
        names: &["object_id", "az ad sp show"],
        ..GOOD
    },
    Mistake {
        more: r"oidc_issuer = { enabled = true }",
        names: &["self_hosted_url", "aws eks describe-cluster"],
        ..GOOD
    },
    Mistake {
        more: r#"timeouts { create = "soon" }"#,
        attribute: "timeouts",
        names: &["soon"],
        ..GOOD
    },
];

/// All of them, one after the other, on a cluster that is not connected.
pub async fn explained(test: Fixture) -> anyhow::Result<()> {
    for mistake in MISTAKES {
        let about = format!("{}{}", mistake.tags, mistake.more);
        judged(&test, &mistake).await.context(about)?;
    }
    Ok(())
}

async fn judged(test: &Fixture, mistake: &Mistake) -> anyhow::Result<()> {
    let configuration = Configuration {
        tags: mistake.tags.to_owned(),
        more: mistake.more.replace(HYBRID, HYBRID_IDS),
        ..Configuration::of(test.cluster())
    };
    let error = test.refused(&configuration).await?;
    ensure!(
        error.attribute().unwrap_or_default() == mistake.attribute,
        "{error:#?}"
    );
    ensure!(!error.detail.contains("canary"), "a password is shown");
    says(&error.detail, mistake.names)?;
    says(&error.detail, &[REMEDY])
}
