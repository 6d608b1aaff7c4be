//! Why an extension does not come up: what Azure's statuses, the pods and the last events say.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::arm::{self, Extension, ResourceId};
use crate::call::{Call, Halt};
use crate::cluster::Cluster;

use super::error::Error;
use crate::usecases::session::Session;

/// How long the look may take; the call's own time may be over.
const LOOK: Duration = Duration::from_secs(10);
/// Where the agents that install extensions run.
const AGENTS: &str = "azure-arc";

/// Turns the failure of an accepted change into one that says why, unless the run was only stopped.
pub(super) async fn explain(
    session: &Session,
    cluster: Option<&Cluster>,
    id: &ResourceId,
    done: &'static str,
    namespace: Option<&str>,
    error: arm::Error,
) -> Error {
    if error.halt() == Some(Halt::Interrupted) {
        return error.into();
    }
    let call = look(id.name());
    let found = session.azure.extensions().get(&call, id).await;
    let object = found.ok().flatten().unwrap_or_default();
    let namespace = object.namespace().or(namespace).map(str::to_owned);
    let mut evidence = statuses(&object);
    if let Some(cluster) = cluster {
        evidence.extend(in_cluster(&call, cluster, namespace.as_deref().unwrap_or(AGENTS)).await);
    }
    Error::Failed {
        id: id.clone(),
        done,
        source: Box::new(error),
        evidence,
        namespace,
    }
}

/// Pods and events of a namespace, for a wait that has no time left.
pub(super) async fn pods(cluster: &Cluster, namespace: &str) -> Vec<String> {
    let call = look(namespace);
    in_cluster(&call, cluster, namespace).await
}

/// A call with some time of its own, for a look after the time of another has run out.
pub(super) fn look(object: &str) -> Call {
    Call::new(CancellationToken::new(), object).within(LOOK)
}

async fn in_cluster(call: &Call, cluster: &Cluster, namespace: &str) -> Vec<String> {
    match cluster.explain_namespace(call, namespace).await {
        Ok(lines) => lines,
        Err(error) => vec![format!(
            "namespace {namespace} could not be looked at: {error}"
        )],
    }
}

/// What Azure says about an extension that is not well, gravest first.
pub(super) fn statuses(object: &Extension) -> Vec<String> {
    let properties = &object.properties;
    let info = properties.error_info.as_ref().and_then(|info| {
        let message = info.message.as_deref()?;
        Some(said(info.code.as_deref(), message))
    });
    let statuses = properties.statuses.iter().flatten();
    let alarming = statuses.filter(|status| {
        let level = status.level.as_deref().unwrap_or_default();
        ["error", "warning"]
            .iter()
            .any(|alarm| level.eq_ignore_ascii_case(alarm))
    });
    let lines = alarming.map(|status| {
        let message = status
            .message
            .as_deref()
            .or(status.display_status.as_deref());
        said(status.code.as_deref(), message.unwrap_or_default())
    });
    let mut lines: Vec<_> = info.into_iter().chain(lines).collect();
    lines.dedup();
    lines
}

fn said(code: Option<&str>, message: &str) -> String {
    match code {
        Some(code) => format!("Azure: {code}: {message}"),
        None => format!("Azure: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_warnings_are_told_and_good_news_are_not() {
        let object: Extension = serde_json::from_value(serde_json::json!({"properties": {
            "errorInfo": {"code": "ExtensionOperationFailed", "message": "helm: timed out"},
            "statuses": [
                {"code": "Pulled", "level": "Information", "message": "fine"},
                {"code": "InstallationFailed", "level": "Error", "message": "ImagePullBackOff"},
                {"level": "Warning", "displayStatus": "slow"},
            ],
        }}))
        .expect("an extension");
        assert_eq!(
            statuses(&object),
            [
                "Azure: ExtensionOperationFailed: helm: timed out",
                "Azure: InstallationFailed: ImagePullBackOff",
                "Azure: slow",
            ]
        );
    }
}
