//! What kind of cluster this is, read off its nodes.
//!
//! The rules are those of `az connectedk8s connect`, so that a cluster is recorded alike whoever connects it; one rule
//! for EKS comes first, since the CLI knows only managed node groups and takes all other EKS clusters for "generic".

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{Node, Taint};
use kube::Api;
use kube::api::ListParams;

use crate::call::Call;
use crate::cluster::{Cluster, Error};

const GENERIC: &str = "generic";

/// What the nodes tell about a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeFacts {
    /// Kubernetes distribution in Azure's spelling, as in `eks`; `generic` when no rule matches.
    pub distribution: String,
    /// Where the nodes run in Azure's spelling, as in `aws`; `generic` when the nodes do not say.
    pub infrastructure: String,
    /// Processor architectures of the nodes, as in `amd64`.
    pub architectures: BTreeSet<String>,
    /// All nodes.
    pub nodes: usize,
    /// Nodes that run Linux.
    pub linux_nodes: usize,
    /// Linux nodes that are neither cordoned nor tainted against ordinary pods.
    pub schedulable: usize,
}

impl Cluster {
    /// Lists the nodes and judges them.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn nodes(&self, call: &Call) -> Result<NodeFacts, Error> {
        let nodes: Api<Node> = Api::all(self.client());
        let everything = ListParams::default();
        let list = self.read(call, "list nodes", || nodes.list(&everything));
        let (list, version) = futures::try_join!(list, self.version(call))?;
        let facts = judge(&list.items, &version.git_version);
        Ok(match self.target().eks {
            Some(_) => NodeFacts {
                distribution: "eks".to_owned(),
                infrastructure: "aws".to_owned(),
                ..facts
            },
            None => facts,
        })
    }
}

impl Cluster {
    /// Whether a new pod could run anywhere: whether a node is ready and not cordoned. Taints are not looked at, since pods
    /// may tolerate them.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn takes_pods(&self, call: &Call) -> Result<bool, Error> {
        let nodes: Api<Node> = Api::all(self.client());
        let everything = ListParams::default();
        let list = self
            .read(call, "list nodes", || nodes.list(&everything))
            .await?;
        Ok(list.items.iter().any(takes_pods))
    }
}

fn takes_pods(node: &Node) -> bool {
    let conditions = node.status.iter().flat_map(|status| &status.conditions);
    let ready = conditions
        .flatten()
        .any(|one| one.type_ == "Ready" && one.status == "True");
    let spec = node.spec.as_ref();
    ready && !spec.and_then(|spec| spec.unschedulable).unwrap_or(false)
}

fn judge(nodes: &[Node], git_version: &str) -> NodeFacts {
    let on_aws = nodes.iter().any(|n| provider_id(n).starts_with("aws://"));
    let eks = on_aws && git_version.contains("-eks-");
    let named = if eks {
        Some("eks")
    } else {
        nodes.iter().find_map(distribution)
    };
    let infrastructure = if eks {
        "aws"
    } else {
        nodes.first().map_or(GENERIC, infrastructure)
    };
    let linux: Vec<_> = nodes
        .iter()
        .filter(|n| label(n, "kubernetes.io/os") == Some("linux"))
        .collect();
    NodeFacts {
        distribution: named.unwrap_or(GENERIC).to_owned(),
        infrastructure: infrastructure.to_owned(),
        architectures: nodes
            .iter()
            .filter_map(|n| label(n, "kubernetes.io/arch"))
            .map(ToOwned::to_owned)
            .collect(),
        nodes: nodes.len(),
        linux_nodes: linux.len(),
        schedulable: linux.iter().filter(|n| is_schedulable(n)).count(),
    }
}

/// The CLI's rules for one node, in its order.
fn distribution(node: &Node) -> Option<&'static str> {
    by_label(node)
        .or_else(|| by_annotation(node))
        .or_else(|| by_provider(node))
        .or_else(|| by_prefix(node))
}

fn by_label(node: &Node) -> Option<&'static str> {
    [
        ("node.openshift.io/os_id", "openshift"),
        ("kubernetes.azure.com/node-image-version", "aks"),
        ("cloud.google.com/gke-nodepool", "gke"),
        ("cloud.google.com/gke-os-distribution", "gke"),
        ("eks.amazonaws.com/nodegroup", "eks"),
        ("minikube.k8s.io/version", "minikube"),
    ]
    .into_iter()
    .find_map(|(key, name)| label(node, key).map(|_| name))
}

fn by_annotation(node: &Node) -> Option<&'static str> {
    match node
        .metadata
        .annotations
        .as_ref()?
        .get("node.aksedge.io/distro")?
        .as_str()
    {
        "aks_edge_k3s" => Some("aks_edge_k3s"),
        "aks_edge_k8s" => Some("aks_edge_k8s"),
        _ => None,
    }
}

fn by_provider(node: &Node) -> Option<&'static str> {
    match provider_id(node).split_once("://")?.0 {
        "kind" => Some("kind"),
        "k3s" => Some("k3s"),
        _ => None,
    }
}

fn by_prefix(node: &Node) -> Option<&'static str> {
    const ANNOTATION: bool = true;
    const LABEL: bool = false;
    [
        (ANNOTATION, "rke.cattle.io/external-ip", "rancher_rke"),
        (ANNOTATION, "rke.cattle.io/internal-ip", "rancher_rke"),
        (LABEL, "snap.microk8s", "microk8s"),
        (LABEL, "k3os.io", "k3os"),
        (LABEL, "talos.dev", "talos"),
        (ANNOTATION, "rke2.io", "rke2"),
        (LABEL, "run.tanzu.vmware.com", "tkg"),
        (LABEL, "openebs.io", "openebs"),
        (LABEL, "flatcar-linux", "flatcar"),
        (LABEL, "k0s.k0sproject.io", "k0s"),
        (LABEL, "node-role.kubernetes.io", "kubeadm"),
        (ANNOTATION, "kubeadm.alpha.kubernetes.io", "kubeadm"),
    ]
    .into_iter()
    .find_map(|(annotation, prefix, name)| {
        let map = if annotation {
            &node.metadata.annotations
        } else {
            &node.metadata.labels
        };
        has_prefix(map.as_ref(), prefix).then_some(name)
    })
}

fn infrastructure(node: &Node) -> &str {
    match provider_id(node).split_once(':') {
        Some(("gce", _)) => "gcp",
        Some((scheme, _)) if !scheme.is_empty() => scheme,
        _ => GENERIC,
    }
}

fn is_schedulable(node: &Node) -> bool {
    let repels = |taint: &Taint| matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute");
    node.spec.as_ref().is_none_or(|spec| {
        let tainted = spec.taints.iter().flatten().any(repels);
        !spec.unschedulable.unwrap_or(false) && !tainted
    })
}

fn provider_id(node: &Node) -> &str {
    node.spec
        .as_ref()
        .and_then(|spec| spec.provider_id.as_deref())
        .unwrap_or_default()
}

fn label<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.metadata.labels.as_ref()?.get(key).map(String::as_str)
}

fn has_prefix(map: Option<&BTreeMap<String, String>>, prefix: &str) -> bool {
    map.is_some_and(|map| map.keys().any(|key| key.starts_with(prefix)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(labels: &[(&str, &str)], annotations: &[(&str, &str)], provider_id: &str) -> Node {
        let (labels, annotations): (BTreeMap<_, _>, BTreeMap<_, _>) = (
            labels.iter().copied().collect(),
            annotations.iter().copied().collect(),
        );
        let json = json!({
            "metadata": {"labels": labels, "annotations": annotations},
            "spec": {"providerID": provider_id},
        });
        serde_json::from_value(json).expect("a node")
    }

    #[test]
    fn each_rule_of_the_cli_names_its_distribution() {
        let kubeadm = ("node-role.kubernetes.io/control-plane", "");
        let table = vec![
            (
                node(&[("node.openshift.io/os_id", "rhcos")], &[], "aws:///a/i-1"),
                "openshift",
                "aws",
            ),
            (
                node(
                    &[("kubernetes.azure.com/node-image-version", "x")],
                    &[],
                    "azure:///s",
                ),
                "aks",
                "azure",
            ),
            (
                node(
                    &[("cloud.google.com/gke-nodepool", "x")],
                    &[],
                    "gce://p/z/n",
                ),
                "gke",
                "gcp",
            ),
            (
                node(&[("eks.amazonaws.com/nodegroup", "x")], &[], "aws:///a/i-1"),
                "eks",
                "aws",
            ),
            (
                node(&[("minikube.k8s.io/version", "x"), kubeadm], &[], ""),
                "minikube",
                "generic",
            ),
            (
                node(&[], &[("node.aksedge.io/distro", "aks_edge_k3s")], ""),
                "aks_edge_k3s",
                "generic",
            ),
            (
                node(&[kubeadm], &[], "kind://docker/kind/n"),
                "kind",
                "kind",
            ),
            (node(&[kubeadm], &[], "k3s://n"), "k3s", "k3s"),
            (
                node(&[], &[("rke.cattle.io/internal-ip", "x")], ""),
                "rancher_rke",
                "generic",
            ),
            (
                node(&[("snap.microk8s/x", "")], &[], ""),
                "microk8s",
                "generic",
            ),
            (
                node(&[], &[("rke2.io/hostname", "x")], ""),
                "rke2",
                "generic",
            ),
            (node(&[kubeadm], &[], "vsphere://42"), "kubeadm", "vsphere"),
            (node(&[], &[], ""), "generic", "generic"),
        ];
        for (node, distribution, infrastructure) in table {
            let facts = judge(std::slice::from_ref(&node), "v1.31.0");
            assert_eq!(
                (&*facts.distribution, &*facts.infrastructure),
                (distribution, infrastructure),
                "{node:?}"
            );
        }
    }

    #[test]
    fn eks_without_managed_node_groups_is_still_eks() {
        let fargate = node(
            &[("eks.amazonaws.com/compute-type", "fargate")],
            &[],
            "aws:///a/b/fargate-ip-1",
        );
        let facts = judge(&[fargate], "v1.31.2-eks-7f9249a");
        assert_eq!(
            (&*facts.distribution, &*facts.infrastructure),
            ("eks", "aws")
        );
        let elsewhere = judge(&[node(&[], &[], "vsphere://42")], "v1.31.2-eks-7f9249a");
        assert_eq!(elsewhere.distribution, "generic");
        assert_eq!(judge(&[], "v1.31.2-eks-7f9249a").infrastructure, "generic");
    }

    #[test]
    fn only_linux_nodes_that_take_pods_are_schedulable() {
        let of = |os: &str, arch: &str, spec: serde_json::Value| -> Node {
            let labels = json!({"kubernetes.io/os": os, "kubernetes.io/arch": arch});
            serde_json::from_value(json!({"metadata": {"labels": labels}, "spec": spec}))
                .expect("a node")
        };
        let tainted = |effect| json!({"taints": [{"key": "k", "effect": effect}]});
        let facts = judge(
            &[
                of("linux", "amd64", json!({})),
                of("linux", "arm64", tainted("PreferNoSchedule")),
                of("linux", "amd64", tainted("NoSchedule")),
                of("linux", "amd64", json!({"unschedulable": true})),
                of("windows", "amd64", json!({})),
            ],
            "v1.31.0",
        );
        assert_eq!(
            (facts.nodes, facts.linux_nodes, facts.schedulable),
            (5, 4, 2)
        );
        assert_eq!(
            facts.architectures,
            ["amd64", "arm64"].map(ToOwned::to_owned).into()
        );
    }

    #[test]
    fn a_node_takes_pods_when_it_is_ready_and_not_cordoned() {
        let node = |ready: &str, cordoned: bool| -> Node {
            serde_json::from_value(json!({
                "metadata": {}, "spec": {"unschedulable": cordoned, "taints": [{"key": "fargate", "effect": "NoSchedule"}]},
                "status": {"conditions": [{"type": "Ready", "status": ready}]}}))
            .expect("a node")
        };
        assert!(takes_pods(&node("True", false)));
        assert!(!takes_pods(&node("True", true)));
        assert!(!takes_pods(&node("Unknown", false)));
        assert!(!takes_pods(&Node::default()));
    }
}
