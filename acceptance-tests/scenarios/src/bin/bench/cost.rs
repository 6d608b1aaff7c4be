//! What a plan of ours costs besides time.

use std::time::Duration;

use tokio::time::sleep;
use world::engine::Workdir;
use world::request_log;

use crate::figures::figure;
use crate::processes::{memory, running};
use crate::setup::Setup;
use crate::table::Table;

const ARM: &str = "management.azure.com";
/// How often the provider is looked at. What it takes in its last moments is missed, and is little.
const PACE: Duration = Duration::from_millis(5);

/// The cost of one plan.
pub struct Cost {
    /// Requests that Azure Resource Manager answered.
    pub to_azure: usize,
    /// Requests that the API server answered.
    pub to_kubernetes: usize,
    /// The most that one of the provider's processes held in memory, in MiB.
    pub peak: f64,
}

impl Cost {
    /// Runs a plan that is not timed, since looking on takes time too.
    pub async fn of(setup: &Setup<'_>, work: &Workdir) -> anyhow::Result<Self> {
        let before = asked(setup)?;
        let mut peak = 0.0;
        tokio::select! {
            run = work.plan() => run?.expect_success()?,
            error = watch(setup, work, &mut peak) => return Err(error),
        };
        let after = asked(setup)?;
        Ok(Self {
            to_azure: after.0 - before.0,
            to_kubernetes: after.1 - before.1,
            peak,
        })
    }

    /// The head of a table of costs.
    pub fn table() -> Table {
        Table::new(&[
            "one plan of ours",
            "requests to ARM",
            "to Kubernetes",
            "provider's peak memory, MiB",
        ])
    }

    /// This cost as a row.
    pub fn row(&self) -> Vec<String> {
        vec![
            self.to_azure.to_string(),
            self.to_kubernetes.to_string(),
            figure(self.peak),
        ]
    }
}

/// What Azure Resource Manager and the API server have been asked so far.
fn asked(setup: &Setup<'_>) -> anyhow::Result<(usize, usize)> {
    Ok((
        request_log::answered_by_azure(setup.world.directory(), ARM)?,
        request_log::answered_by_cluster(setup.cluster())?,
    ))
}

/// Raises `peak` for as long as it is polled; ends only with an error.
async fn watch(setup: &Setup<'_>, work: &Workdir, peak: &mut f64) -> anyhow::Error {
    loop {
        match running(&setup.provider, work.path()) {
            Ok(ids) => {
                // A process may be gone between the two looks.
                let held = ids.into_iter().filter_map(|id| memory(id, "VmHWM").ok());
                *peak = held.fold(*peak, f64::max);
            }
            Err(error) => return error,
        }
        sleep(PACE).await;
    }
}
