//! What it costs to look after a cluster that is really connected: alone, and with what usually is on it.

use crate::configuration::{ON_IT, real_cluster};
use crate::cost::Cost;
use crate::setup::Setup;
use crate::table::Table;

/// Adds the cost of one refresh of each to a table.
pub async fn measure(setup: &Setup<'_>, costs: &mut Table) -> anyhow::Result<()> {
    let work = &setup.real;
    let alone = real_cluster();
    let full = alone.clone() + ON_IT;
    for (label, configuration) in [
        ("refresh, agents installed", alone),
        ("the same with 3 extensions and a token", full),
    ] {
        eprintln!("bench: {label}");
        work.configure(&configuration)?;
        work.apply().await?.expect_success()?;
        work.plan().await?.expect_empty()?;
        costs.row(label, Cost::of(setup, work).await?.row());
    }
    work.destroy().await?.expect_success()?;
    Ok(())
}
