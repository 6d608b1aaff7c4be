//! How long Terraform plans, beside the same number of resources that do nothing.

use anyhow::ensure;
use world::engine::{Run, Workdir};

use crate::configuration::Kind;
use crate::cost::Cost;
use crate::figures::{beside, median, timed};
use crate::setup::{CLUSTERS, Phase, Setup};
use crate::table::Table;

const ROUNDS: usize = 5;
/// What a plan begins with, and the number of resources.
const CASES: [(Phase, usize); 4] = [
    (Phase::Create, 1),
    (Phase::Create, CLUSTERS),
    (Phase::Refresh, 1),
    (Phase::Refresh, CLUSTERS),
];

/// The times of all cases, and what ours cost besides.
pub async fn measure(setup: &Setup<'_>) -> anyhow::Result<(Table, Table)> {
    let title = format!("plan, ms (median of {ROUNDS})");
    let [ours, time, data] = Kind::ALL.map(Kind::type_name);
    let mut times = Table::new(&[&title, ours, time, "ratio", data, "ratio"]);
    let mut costs = Cost::table();
    for (phase, count) in CASES {
        let label = format!("{} {count}", phase.name());
        eprintln!("bench: plan to {label}");
        let mut works = Vec::new();
        for kind in Kind::ALL {
            works.push(setup.prepare(phase, kind, count).await?);
        }
        let [ours, time, data] = medians(&works, phase, count).await?;
        times.row(&label, beside(ours, &[time, data]));
        let cost = Cost::of(setup, &works[0]).await?;
        costs.row(&label, cost.row());
    }
    Ok((times, costs))
}

/// The medians in the order of the directories. Each takes its turn in every round, so that a machine that is busy for a
/// while is so for all of them.
async fn medians<const N: usize>(
    works: &[Workdir],
    phase: Phase,
    count: usize,
) -> anyhow::Result<[f64; N]> {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..ROUNDS {
        for ((work, kind), times) in works.iter().zip(Kind::ALL).zip(&mut times) {
            let (time, run) = timed(work.plan()).await?;
            check(run, phase, kind, count)?;
            times.push(time);
        }
    }
    Ok(times.map(median))
}

/// A plan that does not do what it should is not worth timing.
fn check(run: Run, phase: Phase, kind: Kind, count: usize) -> anyhow::Result<()> {
    let run = run.expect_success()?;
    match (phase, kind) {
        (Phase::Create, _) | (Phase::Refresh, Kind::ConnectedCluster) => {
            ensure!(run.changes.len() == count, "{}", run.text);
        }
        (Phase::Refresh, _) => run.expect_empty()?,
    }
    Ok(())
}
