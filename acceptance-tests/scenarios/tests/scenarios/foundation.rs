//! The world itself, without the provider: what every other scenario takes for granted.

use std::collections::BTreeMap;
use std::process::Output;
use std::sync::Arc;

use anyhow::{Context, ensure};
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use kube::api::PostParams;
use kube::{Api, Client, Config};
use tokio::process::Command;
use world::{World, aws, programs};

use crate::common::{Lease, Suite};
use world::leftovers;

pub fn scenarios(suite: &mut Suite) {
    suite.add_without_engine(
        "foundation::helm_installs_the_agents_from_the_public_name",
        1,
        helm_installs,
    );
    suite.add_without_engine(
        "foundation::an_eks_token_is_judged_by_the_authenticator",
        1,
        token_is_judged,
    );
}

async fn helm_installs(lease: Arc<Lease>) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let chart = "oci://mcr.microsoft.com/azurearck8s/batch1/stable/v2/azure-arc-k8sagents";
    let place = [
        "--namespace",
        "azure-arc-release",
        "--kube-context",
        cluster.arn.as_str(),
    ];
    let helm = |words: &[&str]| {
        let mut command = Command::new(lease.world().bin().join("helm"));
        command.args(words).args(place);
        command
    };
    let flags = [
        "--create-namespace",
        "--version",
        "1.35.4",
        "--wait",
        "--timeout",
        "60s",
    ];
    let install = [&["install", "azure-arc", chart][..], &flags].concat();
    finish(lease.world(), helm(&install), BTreeMap::new()).await?;
    let list = finish(lease.world(), helm(&["list", "--short"]), BTreeMap::new()).await?;
    ensure!(list.stdout == b"azure-arc\n", "{list:?}");
    finish(
        lease.world(),
        helm(&["uninstall", "azure-arc", "--wait"]),
        BTreeMap::new(),
    )
    .await?;
    leftovers::delete_namespace(cluster, "azure-arc-release").await?;
    leftovers::namespace_is_gone(cluster, "azure-arc").await
}

async fn token_is_judged(lease: Arc<Lease>) -> anyhow::Result<()> {
    let administrator = who_am_i(&lease, &aws::ADMINISTRATOR).await?;
    ensure!(
        administrator.as_deref() == Some("platform-admin"),
        "{administrator:?}"
    );
    let stranger = who_am_i(&lease, &aws::STRANGER).await?;
    ensure!(stranger.is_none(), "the cluster knows {stranger:?}");
    Ok(())
}

/// Who the API server takes a user for that shows a token of Amazon's own client; `None` if it knows no such user.
async fn who_am_i(lease: &Lease, user: &aws::User) -> anyhow::Result<Option<String>> {
    let [authenticator] = programs::tools(["aws-iam-authenticator"])?;
    let cluster = lease.cluster();
    let mut command = Command::new(authenticator);
    command.args(["token", "--token-only", "--cluster-id", &cluster.name]);
    let token = String::from_utf8(
        finish(lease.world(), command, user.environment())
            .await?
            .stdout,
    )?;
    let mut config = Config::new(cluster.endpoint.parse()?);
    config.root_cert = Some(vec![lease.world().authority()]);
    config.auth_info.token = Some(token.trim().to_owned().into());
    let reviews: Api<SelfSubjectReview> = Api::all(Client::try_from(config)?);
    match reviews
        .create(&PostParams::default(), &SelfSubjectReview::default())
        .await
    {
        Ok(review) => Ok(review.status.and_then(|status| status.user_info?.username)),
        Err(kube::Error::Api(refusal)) if refusal.code == 401 => Ok(None),
        Err(error) => Err(error).context("SelfSubjectReview"),
    }
}

/// Runs a client of the world to its end, with these variables instead of the world's.
async fn finish(
    world: &World,
    mut command: Command,
    variables: BTreeMap<&str, String>,
) -> anyhow::Result<Output> {
    command
        .env_clear()
        .envs(world.environment())
        .env("HOME", world.directory())
        .envs(variables);
    let output = command.output().await?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{command:?} ended with {}: {errors}",
        output.status
    );
    Ok(output)
}
