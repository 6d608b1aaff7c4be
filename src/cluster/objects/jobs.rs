//! How a job gets on, and what it wrote.

use k8s_openapi::api::batch::v1::{Job, JobStatus};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{ListParams, LogParams};
use kube::{Api, ResourceExt as _};

use crate::call::Call;
use crate::cluster::{Cluster, Error};
use crate::redact;

/// How much of a log is read, in bytes: any pod writes as much as it likes.
const LARGEST_LOG: i64 = 1024 * 1024;

/// How a job gets on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    /// There is none.
    Missing,
    /// It is neither done nor given up.
    Running {
        /// Pods that failed so far; a job makes new ones until its limit is reached.
        failed: i32,
    },
    /// A pod did its work.
    Complete,
    /// Kubernetes gave it up.
    Failed {
        /// Why, in Kubernetes' words.
        why: String,
    },
}

impl Cluster {
    /// How a job gets on.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn job(&self, call: &Call, namespace: &str, name: &str) -> Result<JobState, Error> {
        let jobs: Api<Job> = Api::namespaced(self.client(), namespace);
        let action = format!("get Job {namespace}/{name}");
        let found = self.read(call, &action, || jobs.get_opt(name)).await?;
        Ok(found.map_or(JobState::Missing, |job| {
            state(&job.status.unwrap_or_default())
        }))
    }

    /// What a container of a job's newest pod wrote; `None` while the job has no pod.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation, such as a log that the node does not hand out.
    pub async fn job_log(
        &self,
        call: &Call,
        namespace: &str,
        job: &str,
        container: &str,
    ) -> Result<Option<String>, Error> {
        let pods: Api<Pod> = Api::namespaced(self.client(), namespace);
        let of_job = ListParams::default().labels(&format!("job-name={job}"));
        let action = format!("list pods of Job {namespace}/{job}");
        let found = self.read(call, &action, || pods.list(&of_job)).await?;
        let newest = found.items.into_iter().max_by_key(|pod| {
            let made = pod.creation_timestamp();
            made.map(|time| time.0)
        });
        let Some(newest) = newest else {
            return Ok(None);
        };
        let name = newest.name_any();
        let params = LogParams {
            container: Some(container.to_owned()),
            limit_bytes: Some(LARGEST_LOG),
            ..LogParams::default()
        };
        let action = format!("read the log of pod {namespace}/{name}");
        Ok(Some(
            self.read(call, &action, || pods.logs(&name, &params))
                .await?,
        ))
    }
}

fn state(status: &JobStatus) -> JobState {
    let holds = |kind: &str| {
        let mut conditions = status.conditions.iter().flatten();
        conditions.find(|one| one.type_ == kind && one.status == "True")
    };
    if holds("Complete").is_some() {
        return JobState::Complete;
    }
    match holds("Failed") {
        Some(given_up) => JobState::Failed {
            why: redact::text(
                &[&given_up.reason, &given_up.message]
                    .into_iter()
                    .flatten()
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(": "),
            ),
        },
        None => JobState::Running {
            failed: status.failed.unwrap_or(0),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::cluster::testing::{call, cluster};

    #[tokio::test]
    async fn a_job_is_missing_or_at_work_or_done_or_given_up() {
        for (status, expected) in [
            (None, JobState::Missing),
            (Some(json!({})), JobState::Running { failed: 0 }),
            (Some(json!({"failed": 2})), JobState::Running { failed: 2 }),
            (
                Some(json!({"conditions": [{"type": "Complete", "status": "True"}]})),
                JobState::Complete,
            ),
            (
                Some(
                    json!({"failed": 4, "conditions": [{"type": "Failed", "status": "True",
                    "reason": "BackoffLimitExceeded", "message": "too often"}]}),
                ),
                JobState::Failed {
                    why: "BackoffLimitExceeded: too often".to_owned(),
                },
            ),
        ] {
            let cluster = cluster(move |request| match &status {
                _ if request != "GET /apis/batch/v1/namespaces/n/jobs/j" => {
                    panic!("unexpected {request}")
                }
                Some(status) => (200, json!({"metadata": {"name": "j"}, "status": status})),
                None => (
                    404,
                    json!({"code": 404, "reason": "NotFound", "message": "no"}),
                ),
            });
            let found = cluster.job(&call(), "n", "j").await.expect("answered");
            assert_eq!(found, expected);
        }
    }

    #[tokio::test]
    async fn the_newest_pod_is_heard() {
        let pod = |name: &str, minute: u8| json!({"metadata": {"name": name, "creationTimestamp": format!("2026-01-01T00:0{minute}:00Z")}});
        let cluster = cluster(move |request| match request {
            "GET /api/v1/namespaces/n/pods?&labelSelector=job-name%3Dj" => (
                200,
                json!({"metadata": {}, "items": [pod("b", 2), pod("c", 3), pod("a", 1)]}),
            ),
            "GET /api/v1/namespaces/n/pods/c/log?&container=k&limitBytes=1048576" => {
                (200, Value::from("words"))
            }
            other => panic!("unexpected {other}"),
        });
        let log = cluster.job_log(&call(), "n", "j", "k").await;
        assert_eq!(log.expect("answered").as_deref(), Some("\"words\""));
    }
}
