//! Why the agents or an extension do not come up, in a few lines that a person can act on.

use std::fmt;

use k8s_openapi::api::core::v1::{ContainerStatus, Event, Pod};
use kube::api::ListParams;
use kube::{Api, ResourceExt as _};

use super::AGENTS_NAMESPACE;
use super::cause;
use super::cause::Cause;
use crate::call::Call;
use crate::cluster::{Cluster, Error};
use crate::redact;

/// At most this many lines.
const LINES: usize = 8;
/// At most this many warnings among them, newest first.
const WARNINGS: usize = 5;
/// At most this many characters a line.
const WIDTH: usize = 240;

/// Reasons of a waiting container that do not pass by themselves.
const STUCK: [&str; 6] = [
    "ImagePullBackOff",
    "ErrImagePull",
    "InvalidImageName",
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
];

/// Why the agents do not come up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The likeliest reason.
    pub cause: Cause,
    /// What pods, events and secrets show, gravest first.
    pub lines: Vec<EvidenceLine>,
}

/// One line of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceLine {
    /// The pod that the line is about; `None` when it is about none.
    pub pod: Option<String>,
    /// What was found, for people.
    pub text: String,
}

impl EvidenceLine {
    /// A line about no pod.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            pod: None,
            text: text.into(),
        }
    }

    fn about(pod: &Pod, text: String) -> Self {
        Self {
            pod: Some(pod.name_any()),
            text,
        }
    }
}

impl fmt::Display for EvidenceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Cluster {
    /// What pods, events and secrets in the agents' namespace say about a failed installation; gravest first.
    ///
    /// At most eight lines of 240 characters, without credentials. Empty when nothing is conspicuous.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn explain_agents(&self, call: &Call) -> Result<Vec<EvidenceLine>, Error> {
        Ok(self.diagnose_agents(call).await?.lines)
    }

    /// The same, with the likeliest reason.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn diagnose_agents(&self, call: &Call) -> Result<Evidence, Error> {
        let (found, identity) = futures::try_join!(
            self.look_around(call, AGENTS_NAMESPACE),
            self.has_identity_certificate(call),
        )?;
        let (pods, events) = found;
        let mut lines = of_pods(&pods);
        if !identity && !pods.is_empty() {
            lines.push(no_identity(&pods));
        }
        lines.extend(of_events(events));
        Ok(Evidence {
            cause: cause::likeliest(&pods, identity),
            lines: presentable(lines),
        })
    }

    /// What pods and events of a namespace say, in the same form.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn explain_namespace(
        &self,
        call: &Call,
        namespace: &str,
    ) -> Result<Vec<String>, Error> {
        let (pods, events) = self.look_around(call, namespace).await?;
        let mut lines = of_pods(&pods);
        lines.extend(of_events(events));
        let lines = presentable(lines).into_iter();
        Ok(lines.map(|line| line.text).collect())
    }

    /// The pods and the warnings of a namespace.
    async fn look_around(
        &self,
        call: &Call,
        namespace: &str,
    ) -> Result<(Vec<Pod>, Vec<Event>), Error> {
        let pods: Api<Pod> = Api::namespaced(self.client(), namespace);
        let events: Api<Event> = Api::namespaced(self.client(), namespace);
        let everything = ListParams::default();
        let warnings = ListParams::default().fields("type=Warning");
        let (list_pods, list_events) = (
            format!("list pods in {namespace}"),
            format!("list events in {namespace}"),
        );
        let (pods, events) = futures::try_join!(
            self.read(call, &list_pods, || pods.list(&everything)),
            self.read(call, &list_events, || events.list(&warnings)),
        )?;
        Ok((pods.items, events.items))
    }
}

fn presentable(lines: Vec<EvidenceLine>) -> Vec<EvidenceLine> {
    let shown = |line: EvidenceLine| EvidenceLine {
        text: redact::one_line(&line.text, WIDTH),
        ..line
    };
    lines.into_iter().take(LINES).map(shown).collect()
}

fn of_pods(pods: &[Pod]) -> Vec<EvidenceLine> {
    let mut stuck: Vec<_> = pods.iter().flat_map(stuck_containers).collect();
    stuck.extend(pods.iter().filter_map(unscheduled));
    stuck
}

fn stuck_containers(pod: &Pod) -> Vec<EvidenceLine> {
    let Some(status) = &pod.status else {
        return Vec::new();
    };
    let containers = status
        .init_container_statuses
        .iter()
        .chain(&status.container_statuses)
        .flatten();
    containers
        .filter_map(|c| {
            let text = format!(
                "pod {}, container {}: {}",
                pod.name_any(),
                c.name,
                waiting(c)?
            );
            Some(EvidenceLine::about(pod, text))
        })
        .collect()
}

fn waiting(container: &ContainerStatus) -> Option<String> {
    let waiting = container.state.as_ref()?.waiting.as_ref()?;
    let reason = waiting
        .reason
        .as_deref()
        .filter(|reason| STUCK.contains(reason))?;
    Some(match &waiting.message {
        Some(message) => format!("{reason} ({message})"),
        None => reason.to_owned(),
    })
}

fn unscheduled(pod: &Pod) -> Option<EvidenceLine> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    let scheduled = conditions
        .iter()
        .find(|c| c.type_ == "PodScheduled" && c.status == "False")?;
    let why = scheduled
        .message
        .as_deref()
        .or(scheduled.reason.as_deref())
        .unwrap_or("no reason given");
    let text = format!("pod {}: not scheduled ({why})", pod.name_any());
    Some(EvidenceLine::about(pod, text))
}

/// The identity comes from the operator's first call to Azure; its pod's state is the next thing to look at.
fn no_identity(pods: &[Pod]) -> EvidenceLine {
    let operator = pods
        .iter()
        .find(|pod| pod.name_any().starts_with("clusteridentityoperator"));
    let phase = operator.and_then(|pod| pod.status.as_ref()?.phase.clone());
    let state = phase.map_or("has no pod".to_owned(), |phase| format!("is {phase}"));
    EvidenceLine::new(format!(
        "secret azure-identity-certificate is missing: the agents have no identity from Azure yet; clusteridentityoperator {state}"
    ))
}

fn of_events(mut events: Vec<Event>) -> Vec<EvidenceLine> {
    let time = |event: &Event| {
        let precise = event.event_time.as_ref().map(|t| t.0);
        event.last_timestamp.as_ref().map(|t| t.0).max(precise)
    };
    events.sort_by_key(|event| std::cmp::Reverse(time(event)));
    let line = |event: &Event| {
        let object = &event.involved_object;
        let kind = object
            .kind
            .as_deref()
            .unwrap_or("object")
            .to_ascii_lowercase();
        let name = object.name.as_deref().unwrap_or_default();
        let reason = event.reason.as_deref().unwrap_or("warning");
        let message = event.message.as_deref().unwrap_or_default();
        EvidenceLine {
            pod: (kind == "pod").then(|| name.to_owned()),
            text: format!("{kind} {name}: {reason}: {message}"),
        }
    };
    events.iter().take(WARNINGS).map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::cluster::testing::{call, cluster};

    fn world(pods: Value, events: Value, identity: bool) -> Cluster {
        cluster(move |request| {
            match request
                .split_once("/api/v1/namespaces/azure-arc/")
                .expect("in azure-arc")
                .1
            {
                "pods" => (200, json!({"metadata": {}, "items": pods})),
                "events?&fieldSelector=type%3DWarning" => {
                    (200, json!({"metadata": {}, "items": events}))
                }
                "secrets/azure-identity-certificate" if identity => {
                    (200, json!({"metadata": {"name": "x"}}))
                }
                "secrets/azure-identity-certificate" => (
                    404,
                    json!({"code": 404, "reason": "NotFound", "message": "no"}),
                ),
                other => panic!("unexpected {other}"),
            }
        })
    }

    fn event(second: u8, message: &str) -> Value {
        json!({
            "metadata": {}, "involvedObject": {"kind": "Pod", "name": "config-agent-1"}, "reason": "FailedMount",
            "message": message, "lastTimestamp": format!("2026-01-01T00:00:{second:02}Z")})
    }

    #[tokio::test]
    async fn pulls_scheduling_identity_and_the_newest_warnings_are_told_in_this_order() {
        let pods = json!([
            {"metadata": {"name": "config-agent-1"}, "status": {"phase": "Pending", "conditions": [
                {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes are available"}]}},
            {"metadata": {"name": "clusteridentityoperator-1"}, "status": {"phase": "Running", "containerStatuses": [
                {"name": "manager", "image": "i", "imageID": "", "ready": false, "restartCount": 0,
                 "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}}},
                {"name": "fluent-bit", "image": "i", "imageID": "", "ready": false, "restartCount": 0,
                 "state": {"waiting": {"reason": "ContainerCreating"}}}]}},
        ]);
        let events: Vec<_> = (1..=6)
            .map(|n| event(n, &format!("warning {n} password=canary")))
            .collect();
        let lines = world(pods, json!(events), false)
            .explain_agents(&call())
            .await
            .expect("answered");
        let warning = |n| format!("pod config-agent-1: FailedMount: warning {n} password=[hidden]");
        let expected = [
            "pod clusteridentityoperator-1, container manager: ImagePullBackOff (Back-off pulling image)".to_owned(),
            "pod config-agent-1: not scheduled (0/1 nodes are available)".to_owned(),
            "secret azure-identity-certificate is missing: the agents have no identity from Azure yet; \
             clusteridentityoperator is Running"
                .to_owned(),
            warning(6),
            warning(5),
            warning(4),
            warning(3),
            warning(2),
        ];
        let texts: Vec<_> = lines.iter().map(ToString::to_string).collect();
        assert_eq!(texts, expected);
        let pods: Vec<_> = lines.iter().map(|line| line.pod.as_deref()).collect();
        let agent = Some("config-agent-1");
        assert_eq!(pods[..3], [Some("clusteridentityoperator-1"), agent, None]);
        assert!(pods[3..].iter().all(|pod| *pod == agent));
    }

    #[tokio::test]
    async fn healthy_agents_give_no_evidence() {
        let pods =
            json!([{"metadata": {"name": "config-agent-1"}, "status": {"phase": "Running"}}]);
        let lines = world(pods, json!([]), true)
            .explain_agents(&call())
            .await
            .expect("answered");
        assert_eq!(lines, []);
    }
}
