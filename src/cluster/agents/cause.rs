//! The likeliest reason why the agents do not come up, by the Azure CLI's order of suspicion.

use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;

/// Why a container waits that does not get its image.
const UNPULLED: [&str; 3] = ["ImagePullBackOff", "ErrImagePull", "InvalidImageName"];

/// The likeliest reason why the agents do not come up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cause {
    /// A node cannot get an image.
    ImagePull {
        /// One of the pods that wait for it.
        pod: String,
    },
    /// No node takes a pod.
    Unscheduled {
        /// One of the pods that wait for a node.
        pod: String,
    },
    /// The agents have no certificate from Azure yet: the identity operator does not reach it, or holds another key.
    NoIdentity,
    /// Nothing of this.
    #[default]
    Unclear,
}

/// What comes first in the chain is named: without an image nothing runs, and without an operator there is no identity.
pub(super) fn likeliest(pods: &[Pod], identity: bool) -> Cause {
    let named = |suspect: fn(&Pod) -> bool| {
        let found = pods.iter().find(|pod| suspect(pod));
        found.map(ResourceExt::name_any)
    };
    if let Some(pod) = named(lacks_image) {
        return Cause::ImagePull { pod };
    }
    if let Some(pod) = named(lacks_node) {
        return Cause::Unscheduled { pod };
    }
    if identity || pods.is_empty() {
        Cause::Unclear
    } else {
        Cause::NoIdentity
    }
}

fn lacks_image(pod: &Pod) -> bool {
    let Some(status) = &pod.status else {
        return false;
    };
    let init = status.init_container_statuses.iter().flatten();
    let containers = init.chain(status.container_statuses.iter().flatten());
    let mut reasons = containers.filter_map(|container| {
        let waiting = container.state.as_ref()?.waiting.as_ref()?;
        waiting.reason.as_deref()
    });
    reasons.any(|reason| UNPULLED.contains(&reason))
}

fn lacks_node(pod: &Pod) -> bool {
    let phase = pod
        .status
        .as_ref()
        .and_then(|status| status.phase.as_deref());
    let node = pod.spec.as_ref().and_then(|spec| spec.node_name.as_ref());
    phase == Some("Pending") && node.is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn pod(name: &str, node: Option<&str>, phase: &str, waiting: Option<&str>) -> Pod {
        let status = |reason: &str| json!({"name": "manager", "image": "i", "imageID": "", "ready": false, "restartCount": 0, "state": {"waiting": {"reason": reason}}});
        let containers: Vec<Value> = waiting.into_iter().map(status).collect();
        let pod = json!({
            "metadata": {"name": name}, "spec": {"nodeName": node, "containers": []},
            "status": {"phase": phase, "containerStatuses": containers},
        });
        serde_json::from_value(pod).expect("a pod")
    }

    #[test]
    fn images_come_before_nodes_and_nodes_before_the_identity() {
        let unpulled = || pod("a", Some("n"), "Pending", Some("ErrImagePull"));
        let homeless = || pod("b", None, "Pending", None);
        let starting = || pod("c", Some("n"), "Pending", Some("ContainerCreating"));
        let crashing = || pod("d", Some("n"), "Running", Some("CrashLoopBackOff"));
        let image = Cause::ImagePull { pod: "a".into() };
        let node = Cause::Unscheduled { pod: "b".into() };
        for (pods, identity, expected) in [
            (vec![crashing(), homeless(), unpulled()], false, image),
            (vec![starting(), homeless()], false, node),
            (vec![starting(), crashing()], false, Cause::NoIdentity),
            (vec![crashing()], true, Cause::Unclear),
            (vec![], false, Cause::Unclear),
        ] {
            assert_eq!(likeliest(&pods, identity), expected);
        }
    }
}
