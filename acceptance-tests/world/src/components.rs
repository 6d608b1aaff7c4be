//! The programs of one cluster's control plane, each with its flags.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use serde_json::json;

use super::checks;
use super::cluster::{Cluster, ControlPlane};
use super::files::write_private;
use super::names::ADMINISTRATORS;
use super::process::{Process, Program};
use super::sandbox::Sandbox;

/// KWOK's rules that are followed here: nodes and pods come to life at once, jobs end, deleted pods go.
const STAGES: [&str; 4] = ["node-initialize", "pod-ready", "pod-complete", "pod-delete"];

/// A rule of our own: a pod whose images cannot be pulled, where an annotation says so.
const IMAGE_PULL_ERROR: &str = include_str!("pod-image-pull-error.yaml");

/// Starts the API server, with the authenticator's webhook as its judge of EKS tokens.
pub fn api_server(
    sandbox: &Sandbox,
    plane: &ControlPlane<'_>,
    cluster: &Cluster,
    webhook: &Path,
) -> anyhow::Result<Arc<Process>> {
    let port = cluster
        .endpoint
        .rsplit_once(':')
        .context("an endpoint without a port")?
        .1;
    let program = Program::new(
        format!("{}-kube-apiserver", cluster.name),
        &plane.tools.control_plane,
    )
    .arg("kube-apiserver")
    .flag("etcd-servers", &plane.etcd)
    .flag("etcd-prefix", format!("/{}", cluster.name))
    .flag("bind-address", "127.0.0.1")
    .flag("secure-port", port)
    .flag("tls-cert-file", &plane.server.certificate)
    .flag("tls-private-key-file", &plane.server.key)
    .flag("client-ca-file", sandbox.authority.certificate())
    .flag("service-account-key-file", &plane.service_account_key)
    .flag(
        "service-account-signing-key-file",
        &plane.service_account_key,
    )
    .flag("service-account-issuer", "https://kubernetes.default.svc")
    .flag("service-cluster-ip-range", "10.0.0.0/24")
    .flag("authorization-mode", "RBAC,Node")
    .arg("--allow-privileged")
    .flag("authentication-token-webhook-config-file", webhook)
    // What EKS logins ask for is logged, for people and for those who count it.
    .flag("audit-policy-file", audit_policy(cluster)?)
    .flag("audit-log-path", cluster.audit_log())
    .flag("audit-log-mode", "blocking")
    // A refusal must not depend on what was accepted a minute ago.
    .flag("authentication-token-webhook-cache-ttl", "0s")
    // KWOK simulates the kubelets, on the nodes' address.
    .flag(
        "kubelet-client-certificate",
        &plane.administrator.certificate,
    )
    .flag("kubelet-client-key", &plane.administrator.key)
    .flag("kubelet-preferred-address-types", "InternalIP")
    .flag("cert-dir", cluster.home().join("api-server"));
    sandbox.processes.start(program)
}

/// One line for each request of an EKS login once it is answered, without bodies.
fn audit_policy(cluster: &Cluster) -> anyhow::Result<PathBuf> {
    let path = cluster.home().join("audit-policy.json");
    let policy = json!({
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived", "ResponseStarted"],
        "rules": [{"level": "Metadata", "userGroups": [ADMINISTRATORS]}, {"level": "None"}],
    });
    write_private(&path, policy.to_string())?;
    Ok(path)
}

/// Starts the controller manager.
pub fn controller_manager(
    sandbox: &Sandbox,
    plane: &ControlPlane<'_>,
    cluster: &Cluster,
) -> anyhow::Result<Arc<Process>> {
    let program = component(plane, cluster, "kube-controller-manager")
        .flag(
            "service-account-private-key-file",
            &plane.service_account_key,
        )
        .flag("root-ca-file", sandbox.authority.certificate())
        .arg("--use-service-account-credentials")
        // Its usual manners towards the API server make a new cluster wait for five seconds.
        .flag("kube-api-qps", "500")
        .flag("kube-api-burst", "500");
    sandbox.processes.start(program)
}

/// Starts the scheduler.
pub fn scheduler(
    sandbox: &Sandbox,
    plane: &ControlPlane<'_>,
    cluster: &Cluster,
) -> anyhow::Result<Arc<Process>> {
    sandbox
        .processes
        .start(component(plane, cluster, "kube-scheduler"))
}

/// Starts KWOK, which simulates the kubelets of all nodes.
pub fn kwok(
    sandbox: &Sandbox,
    plane: &ControlPlane<'_>,
    cluster: &Cluster,
) -> anyhow::Result<Arc<Process>> {
    let port = sandbox.ports.take()?;
    let program = Program::new(format!("{}-kwok", cluster.name), &plane.tools.kwok)
        .env("HOME", cluster.home())
        .flag("kubeconfig", &cluster.kubeconfig)
        .flag("server-address", format!("127.0.0.1:{port}"))
        .flag("node-ip", "127.0.0.1")
        .flag("node-port", port.to_string())
        .flag("tls-cert-file", &plane.server.certificate)
        .flag("tls-private-key-file", &plane.server.key)
        .flag("node-lease-duration-seconds", "40")
        .flag("config", checks::write_kwok_config(cluster)?)
        .arg("--manage-all-nodes");
    let stages = STAGES.map(|stage| plane.tools.kwok_stages.join(format!("{stage}.yaml")));
    let unpullable = cluster.home().join("pod-image-pull-error.yaml");
    write_private(&unpullable, IMAGE_PULL_ERROR)?;
    let program = program.flag("config", unpullable);
    sandbox.processes.start(
        stages
            .iter()
            .fold(program, |program, stage| program.flag("config", stage)),
    )
}

/// A client of the API server among the control plane's programs. Port 0 keeps it from listening: no program
/// calls it, and the usual port is taken as soon as there are two of them.
fn component(plane: &ControlPlane<'_>, cluster: &Cluster, name: &str) -> Program {
    Program::new(
        format!("{}-{name}", cluster.name),
        &plane.tools.control_plane,
    )
    .arg(name)
    .flag("kubeconfig", &cluster.kubeconfig)
    .flag("secure-port", "0")
    .arg("--leader-elect=false")
}
