//! What users get wrong: each is one error that points at the attribute, names the cause and says what to do, and after
//! which both planes are as they were.

mod attributes;

use std::sync::Arc;

use anyhow::{bail, ensure};
use world::arm::Arm;
use world::engine::{Diagnostic, Engine, Run, Workdir};
use world::files::write_private;
use world::leftovers::nothing_is_left;
use world::request_log;

use crate::configuration::{self, Configuration};
use crate::pool::Lease;
use crate::runner::Suite;

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

/// What stands before the things to do.
pub const REMEDY: &str = "To fix this:";

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
            configuration.kubernetes = configuration::kubeconfig("/nonexistent/kubeconfig", "any");
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
            configuration.kubernetes =
                configuration::kubeconfig(&path.display().to_string(), "any");
        },
        attribute: "kubernetes",
        names: &["not-yaml"],
        ..GOOD
    },
    Mistake {
        name: "context_missing",
        make: |configuration, work| {
            let path = work.variable("KUBECONFIG");
            configuration.kubernetes = configuration::kubeconfig(path, "no-such-context");
        },
        attribute: "kubernetes",
        names: &["no-such-context"],
        ..GOOD
    },
    Mistake {
        name: "eks_cluster_not_found",
        make: |configuration, _| configuration.kubernetes = configuration::eks("no-such-cluster"),
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
    let name = |name: &str| format!("bad_input::{name}::{}", engine.name);
    for mistake in MISTAKES {
        let engine = engine.clone();
        suite.add(name(mistake.name), 1, |lease| {
            explained(lease, engine, mistake)
        });
    }
    let [first, second, third] = std::array::from_fn(|_| engine.clone());
    suite.add(name("attributes"), 1, |lease| {
        attributes::explained(lease, third)
    });
    suite.add(name("no_helm_and_no_download"), 1, |lease| {
        no_helm(lease, first)
    });
    suite.add(name("malformed_import_id"), 1, |lease| {
        malformed_id(lease, second)
    });
}

async fn explained(lease: Arc<Lease>, engine: Engine, mistake: Mistake) -> anyhow::Result<()> {
    let mut work = Workdir::new(lease.world(), &engine, mistake.name)?;
    for (name, value) in mistake.variables {
        work.set(name, value);
    }
    let mut configuration = Configuration::of(lease.cluster());
    (mistake.make)(&mut configuration, &work);
    let error = refused(&lease, &work, &configuration).await?;
    ensure!(
        error.attribute().unwrap_or_default() == mistake.attribute,
        "{error:#?}"
    );
    if mistake.refused == By::Provider {
        says(&error.detail, &[REMEDY])?;
    }
    says(&error.detail, mistake.names)
}

/// No Helm on the `PATH`, and nobody there to download it from.
async fn no_helm(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let mut work = Workdir::new(lease.world(), &engine, "no-helm")?;
    work.set("PATH", "/usr/bin:/bin");
    let mut configuration = Configuration::of(lease.cluster());
    configuration.provider = r#"helm = { repository = "127.0.0.1:1/helm" }"#.into();
    let error = refused(&lease, &work, &configuration).await?;
    says(&error.detail, &["127.0.0.1:1/helm", "helm.path", REMEDY])
}

async fn malformed_id(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let work = Workdir::new(lease.world(), &engine, "malformed-id")?;
    work.configure(&Configuration::of(lease.cluster()).render())?;
    work.init().await?;
    let run = work
        .import("arc_connected_cluster.eks", "/subscriptions/x")
        .await?;
    says(
        &run.expect_failure()?.text,
        &[
            "/subscriptions/x",
            "Microsoft.Kubernetes/connectedClusters",
            REMEDY,
        ],
    )
}

/// Applies a configuration with a mistake in it. Answers the only error, once neither plane shows a trace of the attempt.
pub async fn refused(
    lease: &Lease,
    work: &Workdir,
    configuration: &Configuration,
) -> anyhow::Result<Diagnostic> {
    let (world, cluster) = (lease.world(), lease.cluster());
    let writes = || request_log::writes(world.directory(), &cluster.name);
    let before = writes()?;
    work.configure(&configuration.render())?;
    work.init().await?;
    let run = work.apply().await?.expect_failure()?;
    ensure!(writes()? == before, "{} was written to", cluster.name);
    nothing_is_left(&Arm::login(world).await?, world, cluster).await?;
    let state = work.run(&["state", "list"]).await?;
    ensure!(!state.text.contains("arc_"), "{}", state.text);
    Ok(only_error(&run)?.clone())
}

pub fn only_error(run: &Run) -> anyhow::Result<&Diagnostic> {
    match run.errors()[..] {
        [error] => Ok(error),
        _ => bail!("not exactly one error\n{}", run.text),
    }
}

/// Whether a text names all that matters, and what to do.
pub fn says(text: &str, names: &[&str]) -> anyhow::Result<()> {
    for name in names {
        ensure!(text.contains(name), "there is no {name} in: {text}");
    }
    Ok(())
}
