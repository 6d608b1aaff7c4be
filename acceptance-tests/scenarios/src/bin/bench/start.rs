//! What one start of a provider costs. Terraform starts it several times in a plan, and once more for each alias.

use std::fs::metadata;
use std::path::Path;

use scenarios::plugin::Started;

use crate::figures::{beside, median, timed};
use crate::processes::memory;
use crate::table::Table;

const ROUNDS: usize = 15;
/// The rows that are measured in rounds.
const MEASURED: [&str; 4] = [
    "exec to handshake, ms",
    "first schema call, ms",
    "resident memory after it, MiB",
    "Shutdown to exit, ms",
];

/// Figures in the order of [`MEASURED`].
type Round = [f64; 4];

/// Starts the provider and the baseline in turn, again and again.
pub async fn measure(provider: &Path, baseline: &Path) -> anyhow::Result<Table> {
    // The first start of a program also reads it from the disk.
    round(provider).await?;
    round(baseline).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(round(provider).await?);
        theirs.push(round(baseline).await?);
    }
    let title = format!("start (median of {ROUNDS})");
    let mut table = Table::new(&[&title, "arc", "time provider", "ratio"]);
    let sizes = [size(provider)?, size(baseline)?];
    table.row("program, MB", beside(sizes[0], &sizes[1..]));
    for (row, label) in MEASURED.into_iter().enumerate() {
        let of = |rounds: &[Round]| median(rounds.iter().map(|round| round[row]));
        table.row(label, beside(of(&ours), &[of(&theirs)]));
    }
    Ok(table)
}

async fn round(program: &Path) -> anyhow::Result<Round> {
    let (handshake, started) = timed(Started::new(program)).await?;
    let mut plugin = started.dial().await?;
    let (schema, ()) = timed(plugin.schema()).await?;
    let resident = memory(plugin.id()?, "VmRSS")?;
    let (exit, ()) = timed(plugin.shut_down()).await?;
    Ok([handshake, schema, resident, exit])
}

/// Size of a program in MB.
fn size(program: &Path) -> anyhow::Result<f64> {
    #[expect(clippy::cast_precision_loss, reason = "no program has 2^52 bytes")]
    Ok(metadata(program)?.len() as f64 / 1e6)
}
