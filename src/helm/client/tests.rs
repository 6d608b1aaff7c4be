use std::fs;

use serde_json::json;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::super::testing::{call, program, supervisor};
use super::*;

/// What must never be an argument or a variable of Helm's.
const CANARY: &str = "canary-7d1f";

/// A cluster that only this Helm knows: a shell script, run with its directory as `$0`'s.
struct Bench {
    directory: TempDir,
    workspace: Workspace,
    helm: Helm,
}

impl Bench {
    fn new(version: Version, script: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let program = program(&directory.path().join("helm"), script);
        Self {
            directory,
            workspace: Workspace::new().expect("a directory"),
            helm: Helm {
                program,
                version,
                supervisor: supervisor(),
                _home: None,
            },
        }
    }

    fn helm3(script: &str) -> Self {
        Self::new(Version::new(3, 20, 1), script)
    }

    fn access(&self) -> Access<'_> {
        Access {
            kubeconfig: Path::new("/kube/config"),
            workspace: &self.workspace,
        }
    }

    fn said(&self, name: &str) -> String {
        fs::read_to_string(self.directory.path().join(name)).expect("the script wrote it")
    }

    async fn probe(&self) -> Result<(), Error> {
        let access = self.access();
        self.helm.probe(&call(), &access, "azure-arc-release").await
    }

    async fn install(&self, call: &Call, values: &Value) -> Result<(), Error> {
        let install = Install {
            label: ("arc.multicloud/started", "1795608000"),
            release: "azure-arc",
            namespace: "azure-arc-release",
            chart: Path::new("/charts/azure-arc-k8sagents"),
            values,
            wait_timeout: Duration::from_mins(20),
        };
        self.helm
            .upgrade_install(call, &self.access(), &install)
            .await
    }
}

#[tokio::test]
async fn secrets_reach_helm_in_a_private_file_that_goes_afterwards() {
    let bench = Bench::helm3(
        r#"cd "${0%/*}"; tr '\0' '\n' < /proc/$$/cmdline > arguments; env > environment
           while [ "$1" != --values ]; do shift; done
           stat -c %a "$2" > mode; cp "$2" values; echo "$2" > path"#,
    );
    let values = json!({"global": {"onboardingPrivateKey": CANARY}});
    bench.install(&call(), &values).await.expect("it worked");

    let arguments = bench.said("arguments");
    assert!(
        arguments.contains("upgrade\n--install\nazure-arc\n/charts/azure-arc-k8sagents\n--namespace\nazure-arc-release\n--create-namespace\n--output\njson\n--wait\n--timeout\n1200s\n"),
        "{arguments}"
    );
    assert!(!arguments.contains(CANARY));
    assert!(!bench.said("environment").contains(CANARY));
    let home = bench.workspace.path().join("helm/cache");
    let home = format!("HELM_CACHE_HOME={}\n", home.display());
    assert!(bench.said("environment").contains(&home));
    assert_eq!(bench.said("mode"), "600\n");
    assert_eq!(bench.said("values"), values.to_string());
    assert!(!Path::new(bench.said("path").trim()).exists());
}

#[tokio::test]
async fn helms_own_limit_ends_before_the_call() {
    let bench = Bench::helm3(r#"echo "$@" > "${0%/*}/arguments""#);
    let call = call().within(Duration::from_secs(66));
    bench.install(&call, &json!({})).await.expect("it worked");
    let arguments = bench.said("arguments");
    assert!(
        arguments.contains(" --timeout 60s ") || arguments.contains(" --timeout 61s "),
        "{arguments}"
    );
}

#[tokio::test]
async fn a_probe_asks_the_cluster_with_the_very_kubeconfig_and_changes_nothing() {
    let bench = Bench::helm3(r#"echo "$@" > "${0%/*}/arguments""#);
    bench.probe().await.expect("it answered");
    assert_eq!(
        bench.said("arguments"),
        "list --namespace azure-arc-release --max 1 --short --kubeconfig /kube/config\n"
    );
}

#[tokio::test]
async fn a_probe_tells_what_keeps_helm_from_working() {
    let bench = Bench::helm3(
        r#"echo 'Error: list: failed to list: secrets is forbidden: User "x" cannot list' >&2; exit 1"#,
    );
    let error = bench.probe().await.expect_err("forbidden");
    assert!(matches!(error, Error::Forbidden { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_probe_waits_a_minute_and_no_longer() {
    let bench = Bench::helm3("read word; exit 143");
    let error = bench.probe().await.expect_err("silent");
    assert_eq!(
        error.to_string(),
        "helm list in azure-arc-release did not reach the cluster: no answer within 60 s"
    );
}

#[tokio::test]
async fn a_failure_says_what_helm_said_without_its_secrets() {
    let bench = Bench::helm3(
        "echo 'Error: UPGRADE FAILED: proxy http://u:hunter2@proxy is wrong' >&2; exit 1",
    );
    let error = bench
        .install(&call(), &json!({}))
        .await
        .expect_err("exit 1");
    assert_eq!(
        error.to_string(),
        "helm upgrade of azure-arc failed (exit code 1): Error: UPGRADE FAILED: proxy http://[hidden]@proxy is wrong"
    );
}

#[tokio::test]
async fn a_release_that_is_gone_counts_as_uninstalled() {
    let gone = "Error: uninstall: Release not loaded: azure-arc: release: not found";
    let bench = Bench::helm3(&format!(
        r#"echo "$@" > "${{0%/*}}/arguments"; echo '{gone}' >&2; exit 1"#
    ));
    bench
        .helm
        .uninstall(
            &call(),
            &bench.access(),
            "azure-arc",
            "azure-arc-release",
            false,
        )
        .await
        .expect("nothing to do");
    assert_eq!(
        bench.said("arguments"),
        "uninstall azure-arc --namespace azure-arc-release --timeout 900s --no-hooks --kubeconfig /kube/config\n"
    );
}

#[tokio::test]
async fn a_stop_is_passed_on_and_waited_for() {
    // This supervisor plays Helm too: it hears the word, says so, and ends.
    let script = r#"touch "${0%/*}/started"; read word; echo "heard $word" >&2; exit 143"#;
    let mut bench = Bench::helm3("exit 0");
    let started = bench.directory.path().join("started");
    let path = bench.directory.path().join("supervisor");
    bench.helm.supervisor = Supervisor::stand_in(program(&path, script));
    let stop = CancellationToken::new();
    let call = Call::new(stop.clone(), "test");
    let values = json!({});
    let (outcome, ()) = tokio::join!(bench.install(&call, &values), async {
        while !started.exists() {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    });
    let error = outcome.expect_err("stopped");
    assert_eq!(
        error.to_string(),
        "gave up helm upgrade of azure-arc; last seen: heard stop"
    );
}

#[tokio::test]
async fn a_stopped_call_starts_nothing() {
    let bench = Bench::helm3(r#"touch "${0%/*}/started""#);
    let stop = CancellationToken::new();
    stop.cancel();
    let call = Call::new(stop, "test");
    let error = bench.install(&call, &json!({})).await.expect_err("stopped");
    assert!(matches!(error, Error::Halted { .. }), "{error}");
    assert!(!bench.directory.path().join("started").exists());
}
