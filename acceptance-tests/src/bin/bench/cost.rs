//! What a plan of ours costs besides time.

use std::time::Duration;

use acceptance_tests::engine::Workdir;
use acceptance_tests::world::journal;
use tokio::time::sleep;

use crate::processes::{memory, running};
use crate::stage::Stage;

const ARM: &str = "management.azure.com";
/// How often the provider is looked at. What it takes in its last moments is missed, and is little.
const PACE: Duration = Duration::from_millis(5);

/// The cost of one plan.
pub struct Cost {
    /// Requests that Azure Resource Manager answered.
    pub requests: usize,
    /// The most that one of the provider's processes held in memory, in MiB.
    pub peak: f64,
}

impl Cost {
    /// Runs a plan that is not timed, since looking on takes time too.
    pub async fn of(stage: &Stage<'_>, work: &Workdir) -> anyhow::Result<Self> {
        let before = journal::answered(stage.world.directory(), ARM)?;
        let mut peak = 0.0;
        tokio::select! {
            run = work.plan() => run?.expect_success()?,
            error = watch(stage, work, &mut peak) => return Err(error),
        };
        let after = journal::answered(stage.world.directory(), ARM)?;
        Ok(Self {
            requests: after - before,
            peak,
        })
    }
}

/// Raises `peak` for as long as it is polled; ends only with an error.
async fn watch(stage: &Stage<'_>, work: &Workdir, peak: &mut f64) -> anyhow::Error {
    loop {
        match running(&stage.provider, work.path()) {
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
