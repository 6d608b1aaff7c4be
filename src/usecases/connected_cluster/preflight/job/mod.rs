//! The checks that only a pod can make: DNS and outbound connections, by the job that the Azure CLI uses for it.
//!
//! A Helm release of its own brings the job, whose log is the result; afterwards the cluster is as it was before. The
//! agents need minutes to fail for the same reasons, and say less about them.

mod log;
mod origin;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::arm::canonical_location;
use crate::call::{Call, Probe, WaitError, poll_until};
use crate::cluster::{Cluster, JobState, NamespaceState, RELEASE_NAMESPACE, STARTED};
use crate::helm::{self, Chart};

pub use log::Finding;
use origin::REGISTRY;

use crate::usecases::connected_cluster::error::Error;
use crate::usecases::connected_cluster::provisions::Provisions;
use crate::usecases::connected_cluster::spec::{Proxy, Spec};
use crate::usecases::connected_cluster::tools::Tools;
use crate::usecases::session::Session;

const RELEASE: &str = "cluster-diagnostic-checks";
const JOB: &str = "cluster-diagnostic-checks-job";
const CONTAINER: &str = "cluster-diagnostic-checks-container";

/// How long the job may take, and Helm before it: the Azure CLI's limits.
const LIMIT: Duration = Duration::from_mins(1);
/// Between two looks at the job.
const POLL: Duration = Duration::from_secs(1);
/// So many failed pods are enough.
const FAILED_PODS: i32 = 3;

/// Runs the job, judges its log, and takes everything away again.
///
/// # Errors
///
/// [`Error::ChecksFailed`] with what would keep the agents from working, [`Error::ChecksIncomplete`] when the job came to
/// no result, [`Error::ChecksNotRun`] when it could not be started, or the cluster's.
pub async fn run(
    call: &Call,
    session: &Session,
    cluster: &Cluster,
    spec: &Spec,
    provisions: &Provisions,
) -> Result<(), Error> {
    call.step("check DNS and outbound connections by a job in the cluster");
    let tools = &provisions.tools;
    let source = origin::chart(&spec.agent.chart);
    let chart = helm::chart::pull(call, &source, tools.workspace())
        .await
        .map_err(not_run)?;
    let namespace = cluster.namespace_state(call, RELEASE_NAMESPACE).await?;
    let job = Diagnosis {
        cluster,
        tools,
        makes_namespace: namespace == NamespaceState::Missing,
    };
    job.uninstall(call).await?;
    let values = values(call, session, spec).await?;
    let judged = Box::pin(job.judge(call, &chart, &values)).await;
    let removed = job.remove(call).await;
    if let (Err(_), Err(error)) = (&judged, &removed) {
        tracing::warn!(%error, "the job that checks the cluster could not be removed");
    }
    judged.and(removed)
}

/// The job in a cluster.
struct Diagnosis<'a> {
    cluster: &'a Cluster,
    tools: &'a Tools,
    /// Whether Helm has to make the namespace.
    makes_namespace: bool,
}

impl Diagnosis<'_> {
    async fn judge(&self, call: &Call, chart: &Chart, values: &Value) -> Result<(), Error> {
        self.start(call, chart, values).await?;
        let end = self.wait(call).await?;
        let log = self
            .cluster
            .job_log(call, RELEASE_NAMESPACE, JOB, CONTAINER);
        match log.await {
            Ok(Some(log)) => self.verdict(call, &end, &log).await,
            Ok(None) => Err(self.incomplete(call, end).await),
            Err(error) => Err(self.incomplete(call, error.to_string()).await),
        }
    }

    async fn start(&self, call: &Call, chart: &Chart, values: &Value) -> Result<(), Error> {
        let started = Timestamp::now().as_second().to_string();
        let install = helm::Install {
            label: (STARTED, &started),
            release: RELEASE,
            namespace: RELEASE_NAMESPACE,
            chart: &chart.path,
            values,
            wait_timeout: LIMIT,
        };
        let Tools { helm, .. } = self.tools;
        match helm
            .upgrade_install(call, &self.tools.access(), &install)
            .await
        {
            // The job and its pod tell why.
            Err(helm::Error::TimedOut { .. }) => Ok(()),
            outcome => outcome.map_err(not_run),
        }
    }

    /// Waits for the job's end, or the end of patience, and says which it was.
    async fn wait(&self, call: &Call) -> Result<String, Error> {
        let look = || async {
            let state = self.cluster.job(call, RELEASE_NAMESPACE, JOB).await?;
            Ok::<_, Error>(match state {
                JobState::Complete => Probe::Ready("the job is complete".to_owned()),
                JobState::Failed { why } => Probe::Ready(format!("the job failed: {why}")),
                JobState::Running { failed } if failed >= FAILED_PODS => {
                    Probe::Ready(format!("{failed} pods of the job failed"))
                }
                JobState::Running { .. } => Probe::pending("the job is running"),
                JobState::Missing => Probe::pending("there is no job"),
            })
        };
        let waited = poll_until(&call.within(LIMIT), JOB, POLL, look).await;
        match waited {
            Ok(end) => Ok(end),
            Err(WaitError::Probe(error)) => Err(error),
            Err(WaitError::Halted { seen, .. }) => {
                call.check()?;
                Ok(format!("after {} s {seen}", LIMIT.as_secs()))
            }
        }
    }

    async fn verdict(&self, call: &Call, end: &str, text: &str) -> Result<(), Error> {
        let report = log::read(text);
        for url in &report.warnings {
            tracing::warn!(%url, "pods do not reach a service that cluster connect or other features need");
        }
        if !report.findings.is_empty() {
            return Err(Error::ChecksFailed {
                findings: report.findings,
            });
        }
        if !report.undecided.is_empty() {
            let undecided = report.undecided.join(" and ");
            let why = format!("{end}, and its log says nothing of {undecided}");
            return Err(self.incomplete(call, why).await);
        }
        Ok(())
    }

    async fn incomplete(&self, call: &Call, why: String) -> Error {
        let evidence = self
            .cluster
            .explain_namespace(&call.afterwards(), RELEASE_NAMESPACE)
            .await;
        Error::ChecksIncomplete {
            why,
            evidence: evidence.unwrap_or_default(),
        }
    }

    /// Removes the release, this run's or one that an earlier run left.
    async fn uninstall(&self, call: &Call) -> Result<(), Error> {
        let Tools { helm, .. } = self.tools;
        let access = self.tools.access();
        let removed = helm.uninstall(call, &access, RELEASE, RELEASE_NAMESPACE, false);
        removed.await.map_err(not_run)
    }

    /// Removes the release, and the namespace if it was made for it and is not the agents' meanwhile. What was made goes also
    /// when the call is over.
    async fn remove(&self, call: &Call) -> Result<(), Error> {
        let call = match call.check() {
            Ok(()) => call.clone(),
            Err(_) => call.afterwards(),
        };
        self.uninstall(&call).await?;
        if self.makes_namespace && self.cluster.agent_release(&call).await?.is_none() {
            self.cluster
                .delete_namespace(&call, RELEASE_NAMESPACE)
                .await?;
        }
        Ok(())
    }
}

fn not_run(source: helm::Error) -> Error {
    match source {
        helm::Error::Halted { .. } => Error::Helm(source),
        source => Error::ChecksNotRun { source },
    }
}

async fn values(call: &Call, session: &Session, spec: &Spec) -> Result<Value, Error> {
    let cloud = session.azure.cloud(call).await?;
    Ok(compose(
        &canonical_location(&spec.location),
        cloud.azure_environment(),
        origin::registry(&spec.agent.chart),
        spec.settings.proxy.as_ref(),
    ))
}

/// The job takes the same way out as the agents will, and its image comes from where theirs do.
fn compose(
    location: &str,
    azure_environment: &str,
    registry: &str,
    proxy: Option<&Proxy>,
) -> Value {
    let mut global = json!({
        "location": location,
        "azureCloud": azure_environment,
        "mcrRepository": registry,
        "image": { "registry": REGISTRY },
    });
    let Some(proxy) = proxy else {
        return json!({ "global": global });
    };
    for (name, value) in [
        ("httpsProxy", proxy.https_text()),
        ("httpProxy", proxy.http_text()),
        ("noProxy", proxy.no_proxy.clone()),
        ("proxyCert", proxy.certificate.clone()),
    ] {
        if let Some(value) = value {
            global[name] = value.into();
        }
    }
    json!({ "global": global })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_job_takes_the_agents_way_out() {
        let proxy = Proxy {
            https: Some("http://u:p@proxy".into()),
            certificate: Some("PEM".to_owned()),
            ..Proxy::default()
        };
        let base = json!({"location": "eastus", "azureCloud": "AZUREPUBLICCLOUD", "mcrRepository": "r.io",
            "image": {"registry": REGISTRY}});
        let mut through = base.clone();
        through["httpsProxy"] = "http://u:p@proxy".into();
        through["proxyCert"] = "PEM".into();
        let composed = |proxy| compose("eastus", "AZUREPUBLICCLOUD", "r.io", proxy);
        assert_eq!(composed(None), json!({"global": base}));
        assert_eq!(composed(Some(&proxy)), json!({"global": through}));
    }
}
