//! What users get wrong: each is one error that points at the attribute, names the cause and says what to do, and after
//! which both planes are as they were.

mod attributes;

use anyhow::ensure;
use world::engine::{Engine, Workdir};
use world::files::write_private;

use crate::common::{self, ADDRESS, Configuration, Fixture, REMEDY, Suite, says};

/// One mistake and what is said about it.
struct Mistake {
    name: &'static str,
    /// Makes the mistake in a good configuration.
    make: fn(&mut Configuration, &Workdir),
    /// Variables that are changed for it; an empty value removes one.
    variables: &'static [(&'static str, &'static str)],
    /// The attribute that the error points at; empty if it is none that the user wrote.
    attribute: &'static str,
    /// What the error names.
    names: &'static [&'static str],
    /// Who refuses it.
    refused: By,
}

/// Who refuses a mistake.
#[derive(PartialEq)]
enum By {
    /// The engine, in its own words.
    Engine,
    /// The provider.
    Provider,
}

const GOOD: Mistake = Mistake {
    name: "",
    make: |_, _| {},
    variables: &[],
    attribute: "",
    names: &[],
    refused: By::Provider,
};

const MISTAKES: [Mistake; 14] = [
    Mistake {
        name: "wrong_type",
        make: |configuration, _| configuration.tags = r#""Demo""#.into(),
        attribute: "tags",
        names: &["map of string"],
        refused: By::Engine,
        ..GOOD
    },
    Mistake {
        name: "bad_name",
        make: |configuration, _| configuration.name = r#""-not a name-""#.into(),
        attribute: "name",
        names: &["-not a name-"],
        ..GOOD
    },
    Mistake {
        name: "unknown_location",
        make: |configuration, _| configuration.location = r#""atlantis""#.into(),
        attribute: "location",
        names: &["atlantis"],
        ..GOOD
    },
    Mistake {
        name: "no_connection",
        make: |configuration, _| configuration.kubernetes = "null".into(),
        attribute: "kubernetes",
        names: &["config_path", "eks"],
        ..GOOD
    },
    Mistake {
        name: "two_connections",
        make: |configuration, _| {
            configuration.kubernetes = r#"{ config_path = "kubeconfig", eks = { cluster_name = "a", region = "us-east-1" } }"#.into();
        },
        attribute: "kubernetes",
        names: &["config_path", "eks"],
        ..GOOD
    },
    Mistake {
        name: "kubeconfig_missing",
        make: |configuration, _| {
            configuration.kubernetes = common::kubeconfig("/nonexistent/kubeconfig", "any");
        },
        attribute: "kubernetes",
        names: &["/nonexistent/kubeconfig"],
        ..GOOD
    },
    Mistake {
        name: "kubeconfig_not_yaml",
        make: |configuration, work| {
            let path = work.path().join("not-yaml");
            write_private(&path, "{ this: is: not").expect("a file");
            configuration.kubernetes = common::kubeconfig(&path.display().to_string(), "any");
        },
        attribute: "kubernetes",
        names: &["not-yaml"],
        ..GOOD
    },
    Mistake {
        name: "context_missing",
        make: |configuration, work| {
            let path = work.variable("KUBECONFIG");
            configuration.kubernetes = common::kubeconfig(path, "no-such-context");
        },
        attribute: "kubernetes",
        names: &["no-such-context"],
        ..GOOD
    },
    Mistake {
        name: "eks_cluster_not_found",
        make: |configuration, _| configuration.kubernetes = common::eks("no-such-cluster"),
        attribute: "kubernetes",
        names: &["no-such-cluster", "us-east-1"],
        ..GOOD
    },
    Mistake {
        name: "aws_credentials_missing",
        variables: &[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")],
        attribute: "kubernetes",
        names: &["AWS_ACCESS_KEY_ID"],
        ..GOOD
    },
    Mistake {
        name: "wrong_client_secret",
        variables: &[("ARM_CLIENT_SECRET", "wrong")],
        names: &["AADSTS7000215", "client_secret"],
        ..GOOD
    },
    Mistake {
        name: "subscription_missing",
        variables: &[("ARM_SUBSCRIPTION_ID", "")],
        names: &["subscription_id", "ARM_SUBSCRIPTION_ID"],
        ..GOOD
    },
    Mistake {
        name: "chart_not_found",
        make: |configuration, _| configuration.more = r#"agent = { version = "9.9.9" }"#.into(),
        attribute: "agent",
        names: &["9.9.9"],
        ..GOOD
    },
    Mistake {
        name: "chart_digest_mismatch",
        make: |configuration, _| {
            let digest = "0".repeat(64);
            configuration.more =
                format!(r#"agent = {{ chart = {{ digest = "sha256:{digest}" }} }}"#);
        },
        attribute: "agent",
        names: &["sha256:0000"],
        ..GOOD
    },
];

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    for mistake in MISTAKES {
        let name = format!("bad_input::{}", mistake.name);
        suite.add(&name, 1, engine, |test| explained(test, mistake));
    }
    suite.add("bad_input::attributes", 1, engine, attributes::explained);
    suite.add("bad_input::no_helm_and_no_download", 1, engine, no_helm);
    suite.add("bad_input::malformed_import_id", 1, engine, malformed_id);
}

async fn explained(mut test: Fixture, mistake: Mistake) -> anyhow::Result<()> {
    for (name, value) in mistake.variables {
        test.work.set(name, value);
    }
    let mut configuration = Configuration::of(test.cluster());
    (mistake.make)(&mut configuration, &test.work);
    let error = test.refused(&configuration).await?;
    ensure!(
        error.attribute().unwrap_or_default() == mistake.attribute,
        "{error:#?}"
    );
    if mistake.refused == By::Provider {
        says(&error.detail, &[REMEDY])?;
    }
    says(&error.detail, mistake.names)
}

/// No Helm on the `PATH`, and no server to download it from.
async fn no_helm(mut test: Fixture) -> anyhow::Result<()> {
    test.work.set("PATH", "/usr/bin:/bin");
    let mut configuration = Configuration::of(test.cluster());
    configuration.provider = r#"helm = { repository = "127.0.0.1:1/helm" }"#.into();
    let error = test.refused(&configuration).await?;
    says(&error.detail, &["127.0.0.1:1/helm", "helm.path", REMEDY])
}

async fn malformed_id(test: Fixture) -> anyhow::Result<()> {
    test.init(&Configuration::of(test.cluster()).render())
        .await?;
    let run = test.work.import(ADDRESS, "/subscriptions/x").await?;
    says(
        &run.expect_failure()?.text,
        &[
            "/subscriptions/x",
            "Microsoft.Kubernetes/connectedClusters",
            REMEDY,
        ],
    )
}
