//! What the agents have to do in their cluster, and what they say when it is done.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::{Extension, Status, of_cluster};
use crate::arm::configuration::extension_types;
use crate::arm::progress::State;
use crate::operations::Failure;
use crate::store::Store;

/// One thing to do.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// Key of the extension.
    key: String,
    /// The operation that waits for it.
    pub(crate) operation: String,
    pub(crate) task: Task,
}

/// What to do.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    /// Make or change a Helm release.
    Install(Install),
    /// Remove it.
    Remove { release: String, namespace: String },
}

/// A Helm release as it shall be.
#[derive(Clone, Debug)]
pub(crate) struct Install {
    pub(crate) release: String,
    pub(crate) namespace: String,
    /// Type of the extension, which is the chart's name.
    pub(crate) chart: String,
    pub(crate) version: String,
    /// Names of its deployments.
    pub(crate) workloads: Vec<String>,
    /// The settings that are no secret.
    pub(crate) values: BTreeMap<String, String>,
    /// Whether its images cannot be pulled.
    pub(crate) unpullable: bool,
}

impl Install {
    /// What Helm says when an image cannot be pulled.
    pub(crate) fn back_off(&self, pod: &str) -> String {
        let (release, chart, version) = (&self.release, &self.chart, &self.version);
        format!(
            "Helm installation failed : Resources are not ready : release {release} of {chart} {version}: timed out waiting for the condition: {pod} is waiting: ImagePullBackOff"
        )
    }
}

/// Everything that waits for the agents of a cluster.
pub(crate) fn jobs(store: &Store, cluster: &str) -> Vec<Job> {
    let waiting = of_cluster(store, cluster).filter_map(|(key, extension)| {
        let name = extension.progress.operation.as_ref()?;
        store.operations.get(name).filter(|found| found.is_held())?;
        Some(Job {
            key: key.clone(),
            operation: name.clone(),
            task: extension.task(),
        })
    });
    waiting.collect()
}

/// Takes the agents' word for a job: the operation ends well, or fails with what went wrong.
pub(crate) fn report(store: &mut Store, job: &Job, result: Result<(), String>, now: Timestamp) {
    let Some(extension) = store.extensions.get_mut(&job.key) else {
        return;
    };
    if extension.progress.operation.as_ref() != Some(&job.operation) {
        return;
    }
    let reason = result.err();
    extension.statuses = vec![Status {
        code: match &reason {
            None => "InstallationSucceeded",
            Some(_) => "InstallationFailed",
        },
        level: if reason.is_some() {
            "Error"
        } else {
            "Information"
        },
        message: reason.clone().unwrap_or_default(),
        time: now,
    }];
    let failure = reason.map(|reason| Failure {
        code: "ExtensionOperationFailed".to_owned(),
        message: format!(
            "The extension operation failed with the following error:  Error: [ InnerError: [{reason}]] occurred while doing the operation : [{}] on the config, For general troubleshooting visit: https://aka.ms/k8s-extensions-TSG.",
            extension.verb()
        ),
    });
    if let Some(operation) = store.operations.get_mut(&job.operation) {
        operation.release(failure);
    }
}

impl Extension {
    fn task(&self) -> Task {
        let (release, namespace) = (self.name.to_lowercase(), self.scope.namespace().to_owned());
        if self.progress.state == State::Deleting {
            return Task::Remove { release, namespace };
        }
        Task::Install(Install {
            workloads: self.workloads(&release),
            release,
            namespace,
            chart: self.kind.to_lowercase(),
            version: self.target_version.clone(),
            values: self.values(),
            unpullable: self.unpullable,
        })
    }

    /// Where there may be more than one of a type, the release's name tells its workloads apart.
    fn workloads(&self, release: &str) -> Vec<String> {
        let kind = extension_types::find(&self.kind);
        let names = kind.into_iter().flat_map(|kind| {
            let named = |workload: &&str| {
                if kind.many {
                    format!("{release}-{workload}")
                } else {
                    (*workload).to_owned()
                }
            };
            kind.workloads.iter().map(named).collect::<Vec<_>>()
        });
        names.collect()
    }

    fn values(&self) -> BTreeMap<String, String> {
        let settings = self.settings.get("configurationSettings");
        let settings = settings.and_then(Value::as_object).into_iter().flatten();
        settings
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect()
    }

    fn verb(&self) -> &'static str {
        match self.progress.state {
            State::Creating => "Create",
            State::Deleting => "Delete",
            _ => "Update",
        }
    }
}
