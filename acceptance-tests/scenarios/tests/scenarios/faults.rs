//! A sample of the matrix that `make test-faults` plays as a whole: single requests meet a fault, and the next apply ends
//! well.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use anyhow::ensure;
use scenarios::faults::{Cell, Kind, Lane, Operation, Plane, RealEngine, Subject, play};
use world::engine::Engine;

use crate::common::{Lease, Suite};

/// Decides which requests meet which fault.
const SEED: u64 = 20;
/// Lives of objects, each with a fault in its create, its update and its destroy; one scenario for each row.
const LIVES: [&[Subject]; 4] = [
    &[Subject::ConnectedCluster, Subject::ConnectedCluster],
    &CHILDREN,
    &CHILDREN,
    &CHILDREN,
];
const CHILDREN: [Subject; 4] = [
    Subject::Extension,
    Subject::FluxConfiguration,
    Subject::CustomLocation,
    Subject::ServiceAccountToken,
];
/// Of ten faults, how many have to be met by a request.
const MET: usize = 8;

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    for (number, lives) in LIVES.into_iter().enumerate() {
        let name = format!("faults::sample_{number}");
        let scenario = format!("{name}::{}", engine.name);
        let engine = engine.clone();
        let mut random = fastrand::Rng::with_seed(SEED + number as u64);
        suite.add_without_engine(&scenario, 1, move |lease| async move {
            let cells = lives.iter().map(|subject| draw(*subject, &mut random));
            let cells = cells.collect();
            sample(lease, engine, name.replace("::", "-"), cells).await
        });
    }
}

/// About how many requests create, update and destroy make, in Azure and in the cluster.
const fn requests(subject: Subject) -> [[usize; 2]; 3] {
    match subject {
        Subject::ConnectedCluster => [[16, 21], [12, 38], [6, 22]],
        Subject::Extension => [[12, 4], [9, 4], [10, 0]],
        Subject::FluxConfiguration => [[12, 1], [10, 1], [7, 0]],
        Subject::CustomLocation => [[10, 4], [9, 4], [6, 0]],
        Subject::ServiceAccountToken => [[4, 18], [4, 16], [0, 10]],
    }
}

/// A fault for each operation in one life.
fn draw(subject: Subject, random: &mut fastrand::Rng) -> (Subject, Vec<Cell>) {
    let operations = Operation::ALL.into_iter().zip(requests(subject));
    let cells = operations.map(|(operation, [azure, kubernetes])| {
        let number = random.usize(1..=azure + kubernetes);
        let (plane, n) = match number.checked_sub(azure) {
            None | Some(0) => (Plane::Azure, number),
            Some(n) => (Plane::Kubernetes, n),
        };
        let kind = Kind::ALL[random.usize(..Kind::ALL.len())];
        Cell {
            subject,
            operation,
            plane,
            kind,
            n,
        }
    });
    (subject, cells.collect())
}

async fn sample(
    lease: Arc<Lease>,
    engine: Engine,
    name: String,
    lives: Vec<(Subject, Vec<Cell>)>,
) -> anyhow::Result<()> {
    let world = lease.world();
    let directory = world.directory().join("runs").join(&name);
    let host = |environment| {
        Ok(RealEngine {
            world,
            engine,
            environment,
            name,
            directories: AtomicUsize::new(0),
        })
    };
    let mut lane = Lane::new(world, lease.cluster(), &directory, host).await?;
    let mut played = Vec::new();
    for (subject, cells) in lives {
        played.extend(play::play(&mut lane, subject, &cells).await?);
    }
    lane.clean_up().await?;
    let bad: Vec<_> = played.iter().filter(|one| !one.verdict.is_good()).collect();
    ensure!(bad.is_empty(), "{bad:#?}");
    let met = played.iter().filter(|one| one.request.is_some()).count();
    ensure!(10 * met >= MET * played.len(), "{played:#?}");
    Ok(())
}
