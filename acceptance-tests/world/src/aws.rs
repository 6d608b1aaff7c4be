//! EKS, STS and IAM: moto behind an authorizer that checks signatures and policies, under Amazon's host names.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::cluster::Cluster;
use super::files::write_private;
use super::names::{ACCOUNT, REGION};
use super::process::Program;
use super::programs::harness_file;
use super::sandbox::Sandbox;

/// The user that administers all clusters.
pub const ADMINISTRATOR: User = User {
    name: "platform-admin",
    access_key_id: "AKIAPLATFORMADMIN001",
    secret_access_key: "platform/admin+secret+of+the+test+world1",
};
/// A user that may do nothing at all, neither at AWS nor in a cluster.
pub const OUTSIDER: User = User {
    name: "outsider",
    access_key_id: "AKIAOUTSIDEROUTSIDER",
    secret_access_key: "outsider+secret+of+the+test+world+000001",
};
/// A user that may look clusters up and that no cluster knows.
pub const STRANGER: User = User {
    name: "stranger",
    access_key_id: "AKIASTRANGERSTRANGER",
    secret_access_key: "stranger+secret+of+the+test+world+000001",
};

/// An IAM user with an access key.
#[derive(Clone, Copy, Debug)]
pub struct User {
    /// The user's name.
    pub name: &'static str,
    /// 20 characters, as IAM makes them.
    pub access_key_id: &'static str,
    /// Good in one world only, so it is no secret.
    pub secret_access_key: &'static str,
}

impl User {
    /// The user's ARN.
    #[must_use]
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:user/{}", ACCOUNT, self.name)
    }

    /// The variables that make AWS clients act as this user.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("AWS_ACCESS_KEY_ID", self.access_key_id.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", self.secret_access_key.to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_DEFAULT_REGION", REGION.to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ])
    }

    fn seed(&self, actions: &[&str]) -> Value {
        let policies = actions.iter().map(|action| {
            json!({
                "Version": "2012-10-17",
                "Statement": [{ "Effect": "Allow", "Action": action, "Resource": "*" }],
            })
        });
        json!({
            "arn": self.arn(),
            "access_key_id": self.access_key_id,
            "secret_access_key": self.secret_access_key,
            "policies": policies.collect::<Vec<_>>(),
        })
    }
}

/// Starts moto on `port`, knowing these clusters.
///
/// # Errors
///
/// When it does not come up.
pub async fn start(
    sandbox: &Sandbox,
    python: &Path,
    port: u16,
    clusters: &[Cluster],
) -> anyhow::Result<()> {
    let seeds = sandbox.directory.join("aws-seeds.json");
    write_private(&seeds, seed(clusters, &sandbox.authority.pem()).to_string())?;
    let program = Program::new("aws", python)
        .arg(harness_file("tools/aws"))
        .flag("ca-cert", sandbox.authority.certificate())
        .flag("ca-key", sandbox.authority.key())
        .flag("seeds", seeds)
        .flag("secure-port", port.to_string())
        .env("HOME", &sandbox.directory);
    let process = sandbox.processes.start(program)?;
    process
        .ready(|| async { Ok(TcpStream::connect(("127.0.0.1", port)).await?) })
        .await?;
    Ok(())
}

fn seed(clusters: &[Cluster], authority: &str) -> Value {
    let authority = STANDARD.encode(authority);
    let endpoints: BTreeMap<&str, Value> = clusters
        .iter()
        .map(|cluster| {
            let place = json!({
                "endpoint": cluster.endpoint,
                "certificate_authority": authority,
            });
            (cluster.arn.as_str(), place)
        })
        .collect();
    let clusters = clusters
        .iter()
        .map(|cluster| json!({ "arn": cluster.arn, "version": "1.37" }));
    json!({
        "users": [
            ADMINISTRATOR.seed(&["eks:*"]),
            STRANGER.seed(&["eks:DescribeCluster"]),
            OUTSIDER.seed(&[]),
        ],
        "clusters": clusters.collect::<Vec<_>>(),
        "endpoints": endpoints,
    })
}
