//! What makes a cluster look like Amazon's: account, names, nodes.

use k8s_openapi::api::core::v1::Node;
use serde_json::{Value, json};

use super::names::{ACCOUNT, REGION};

/// Linux nodes in each cluster.
pub const NODES: usize = 2;

/// The ARN of a cluster, which `aws eks update-kubeconfig` also takes for a context's name.
#[must_use]
pub fn cluster_arn(name: &str) -> String {
    format!("arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{name}")
}

/// A worker node as a managed node group makes it.
///
/// # Errors
///
/// Never; the type of the answer is Kubernetes' own, which is parsed from JSON.
pub fn node(cluster: &str, number: usize) -> serde_json::Result<Node> {
    let name = format!("ip-192-168-{number}-10.ec2.internal");
    let resources = json!({ "cpu": "2", "memory": "8Gi", "pods": "29" });
    serde_json::from_value(json!({
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "node.kubernetes.io/instance-type": "m5.large",
                "topology.kubernetes.io/region": REGION,
                "topology.kubernetes.io/zone": format!("{REGION}a"),
                "eks.amazonaws.com/nodegroup": cluster,
                "eks.amazonaws.com/capacityType": "ON_DEMAND",
            },
        },
        "spec": { "providerID": format!("aws:///{REGION}a/i-{number:017x}") },
        "status": {
            "capacity": resources,
            "allocatable": resources,
            "nodeInfo": node_info(),
        },
    }))
}

/// KWOK leaves what is set and fills in the rest.
fn node_info() -> Value {
    json!({
        "architecture": "amd64",
        "bootID": "",
        "containerRuntimeVersion": "containerd://2.1.5",
        "kernelVersion": "6.12.53-69.119.amzn2023.x86_64",
        "kubeProxyVersion": "",
        "kubeletVersion": "v1.37.2-eks-0000000",
        "machineID": "",
        "operatingSystem": "linux",
        "osImage": "Amazon Linux 2023.9.20251105",
        "systemUUID": "",
    })
}

/// Whether the scheduler would place pods on this node: ready, and no taint left.
#[must_use]
pub fn takes_pods(node: &Node) -> bool {
    let tainted = node
        .spec
        .as_ref()
        .and_then(|spec| spec.taints.as_ref())
        .is_some();
    let conditions = node
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_ref());
    let ready = conditions
        .into_iter()
        .flatten()
        .any(|condition| condition.type_ == "Ready" && condition.status == "True");
    ready && !tainted
}
