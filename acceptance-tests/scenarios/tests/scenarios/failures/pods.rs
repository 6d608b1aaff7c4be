//! The agents' pods do not come up: the error names pods and reason, and the state keeps what exists.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use world::engine::Engine;
use world::files::{make_directory, write_private};
use world::programs::harness_file;

use super::{converges, failed, is_tainted, within};
use crate::common::{Configuration, Fixture, REMEDY, Suite, says};

const CHART: &str = "chart/azure-arc-k8sagents";
const DEPLOYMENTS: &str = "templates/deployments.yaml";
/// Long enough for everything but pods that never come.
const SECONDS: u32 = 40;

/// What keeps the pods from coming up, and what is said about it.
struct Defect {
    name: &'static str,
    /// A line of the deployments' template, and what stands in its place.
    edit: (&'static str, &'static str),
    summary: &'static str,
    names: &'static [&'static str],
}

const DEFECTS: [Defect; 2] = [
    Defect {
        name: "image_cannot_be_pulled",
        edit: (
            "      labels:\n        {{- include \"labels\" .name | nindent 8 }}\n",
            "      labels:\n        {{- include \"labels\" .name | nindent 8 }}\n      annotations: {simulator/image-pull-error: \"true\"}\n",
        ),
        summary: "Agent Images Not Pulled",
        names: &[
            "pod config-agent-",
            "ImagePullBackOff",
            "kubectl describe pod",
            REMEDY,
        ],
    },
    Defect {
        name: "no_node_takes_the_pods",
        edit: (
            "        kubernetes.io/os: linux\n",
            "        kubernetes.io/os: linux\n        nobody: has-this\n",
        ),
        summary: "Agents Not Scheduled",
        names: &[
            "pod config-agent-",
            "didn't match Pod's node affinity/selector",
            "kubectl describe pod",
            REMEDY,
        ],
    },
];

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    for defect in DEFECTS {
        let name = format!("failures::{}", defect.name);
        suite.add(&name, 1, engine, |test| broken_pods(test, defect));
    }
}

async fn broken_pods(test: Fixture, defect: Defect) -> anyhow::Result<()> {
    let chart = copy_chart(test.work.path())?;
    let template = chart.join(DEPLOYMENTS);
    let good = fs::read_to_string(&template)?;
    let (line, instead) = defect.edit;
    ensure!(good.contains(line), "the template has no {line:?}");
    write_private(&template, good.replacen(line, instead, 1))?;
    let mut configuration = Configuration::of(test.cluster());
    let agent = format!(
        r#"agent = {{ chart = {{ path = "{}" }} }}"#,
        chart.display()
    );
    configuration.more = format!("{agent}\n  {}", within(SECONDS));
    let error = failed(&test, &configuration).await?;
    ensure!(error.summary == defect.summary, "{error:#?}");
    says(&error.detail, defect.names)?;
    ensure!(is_tainted(&test.work).await?, "the state lost the object");
    write_private(&template, good)?;
    configuration.more = agent;
    test.work.configure(&configuration.render())?;
    converges(&test).await
}

/// A copy of the agents' chart that a scenario may spoil.
fn copy_chart(to: &Path) -> anyhow::Result<PathBuf> {
    let to = to.join("chart");
    copy(&harness_file(CHART), &to)?;
    Ok(to)
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    make_directory(to)?;
    let entries = fs::read_dir(from).with_context(|| format!("no {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
