//! Playing a cell, and judging it.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::ensure;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use world::forwarder::Seen;
use world::wait::eventually;

use super::host::{Errors, Host, Object};
use super::inventory::Inventory;
use super::subject::Place;
use super::{Cell, Lane, Operation, Plane, Subject};

/// What became of a cell.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The run ended well in spite of the fault.
    EndedWell,
    /// The run ended with an error, and the next apply ended well.
    Converged,
    /// The run made fewer requests this time.
    NotReached,
    /// The next apply did not end well, or its plan was not the last.
    Stuck,
    /// Something exists that no state knows and no apply took up.
    Lost,
}

/// A cell and what became of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Played {
    /// Which it was.
    #[serde(flatten)]
    pub cell: Cell,
    /// What became of it.
    pub verdict: Verdict,
    /// The request that met the fault.
    pub request: Option<String>,
    /// How long the run took, in milliseconds.
    pub milliseconds: u128,
    /// The errors of the run.
    pub errors: Errors,
    /// Whether the run left an object that is to be replaced.
    pub tainted: bool,
    /// The errors of the next apply, or what was left.
    pub next: Errors,
    /// Whether a Lease was left to its end.
    #[serde(default)]
    pub lease_left: bool,
}

/// How an object's life goes without a fault.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Usual {
    /// The requests of each operation on each plane.
    pub requests: BTreeMap<Operation, BTreeMap<Plane, Vec<String>>>,
    /// How long each operation takes, in milliseconds.
    pub milliseconds: BTreeMap<Operation, u128>,
}

impl Verdict {
    /// Whether the provider did what it promises.
    #[must_use]
    pub const fn is_good(self) -> bool {
        !matches!(self, Self::Stuck | Self::Lost)
    }
}

impl Played {
    /// Whether one reset was enough for a create to end with an error.
    #[must_use]
    pub fn is_tainted_by_a_reset(&self) -> bool {
        let create = self.cell.operation == Operation::Create;
        create && self.cell.kind.is_reset() && !self.errors.is_empty()
    }
}

impl Usual {
    /// How many requests an operation makes on a plane.
    #[must_use]
    pub fn count(&self, operation: Operation, plane: Plane) -> usize {
        let planes = self.requests.get(&operation);
        planes
            .and_then(|planes| planes.get(&plane))
            .map_or(0, Vec::len)
    }
}

/// Makes, changes and destroys an object without a fault.
pub async fn measure<H: Host>(lane: &mut Lane<'_, H>, subject: Subject) -> anyhow::Result<Usual> {
    lane.make_ready(subject).await?;
    let mut object = lane.host.none(subject.type_name()).await?;
    let mut usual = Usual::default();
    for operation in Operation::ALL {
        let begin = Instant::now();
        let requests = without_fault(lane, &mut object, subject, operation).await?;
        let took = begin.elapsed().as_millis();
        usual.milliseconds.insert(operation, took);
        usual.requests.insert(operation, requests);
    }
    Ok(usual)
}

/// Plays cells of one subject, at most one for each operation, in one life of an object. It ends early after a bad verdict;
/// then the lane is cleaned.
pub async fn play<H: Host>(
    lane: &mut Lane<'_, H>,
    subject: Subject,
    cells: &[Cell],
) -> anyhow::Result<Vec<Played>> {
    lane.make_ready(subject).await?;
    let before = lane.inventory().await?;
    let mut object = lane.host.none(subject.type_name()).await?;
    let mut played = Vec::new();
    for operation in Operation::ALL {
        let cell = cells.iter().find(|cell| cell.operation == operation);
        let Some(cell) = cell else {
            without_fault(lane, &mut object, subject, operation).await?;
            continue;
        };
        let mut one = fault(lane, &mut object, *cell).await?;
        if one.verdict.is_good() && operation == Operation::Destroy {
            look_for_leftovers(lane, &before, &mut one).await;
        }
        let good = one.verdict.is_good();
        played.push(one);
        if !good {
            lane.clean_up().await?;
            break;
        }
    }
    Ok(played)
}

/// One run, which must end well. Answers what each plane was asked for.
async fn without_fault<H: Host>(
    lane: &Lane<'_, H>,
    object: &mut H::Object,
    subject: Subject,
    operation: Operation,
) -> anyhow::Result<BTreeMap<Plane, Vec<String>>> {
    let configuration = configuration(&lane.place, subject, operation, true);
    let (errors, seen) = lane.apply(object, configuration.as_ref(), None).await?;
    ensure!(errors.is_empty(), "{subject:?} {operation:?}: {errors:?}");
    let requests = seen.map(|seen| seen.requests);
    Ok(Plane::ALL.into_iter().zip(requests).collect())
}

/// One run with a fault and the next one without.
async fn fault<H: Host>(
    lane: &Lane<'_, H>,
    object: &mut H::Object,
    cell: Cell,
) -> anyhow::Result<Played> {
    let of = |patient| configuration(&lane.place, cell.subject, cell.operation, patient);
    let begin = Instant::now();
    let (errors, seen) = lane.apply(object, of(false).as_ref(), Some(cell)).await?;
    let milliseconds = begin.elapsed().as_millis();
    let tainted = object.is_tainted();
    let forgotten = object.is_none() && cell.operation != Operation::Destroy;
    // After a run that ended well nothing is to be done, not even because of other limits.
    let next = next(lane, object, of(!errors.is_empty()).as_ref()).await?;
    let request = seen.into_iter().find_map(|seen: Seen| seen.struck);
    let verdict = match (&request, next.is_empty(), errors.is_empty()) {
        (_, false, _) if forgotten => Verdict::Lost,
        (_, false, _) => Verdict::Stuck,
        (None, true, _) => Verdict::NotReached,
        (Some(_), true, true) => Verdict::EndedWell,
        (Some(_), true, false) => Verdict::Converged,
    };
    Ok(Played {
        cell,
        verdict,
        request,
        milliseconds,
        errors,
        tainted,
        next,
        lease_left: lane.release_leases().await?,
    })
}

/// The next apply, and a plan after it. Answers what is wrong.
async fn next<H: Host>(
    lane: &Lane<'_, H>,
    object: &mut H::Object,
    configuration: Option<&Value>,
) -> anyhow::Result<Errors> {
    let (errors, _) = lane.apply(object, configuration, None).await?;
    match configuration {
        Some(configuration) if errors.is_empty() => lane.host.settled(object, configuration).await,
        _ => Ok(errors),
    }
}

/// After a destroy nothing is there that was not there before.
async fn look_for_leftovers<H: Host>(lane: &Lane<'_, H>, before: &Inventory, played: &mut Played) {
    let subject = played.cell.subject;
    let waited = eventually("nothing is left", || async {
        let now = lane.inventory().await?;
        let more = now.difference(before);
        let on_purpose = |one: &&String| subject.leaves().contains(&one.as_str());
        let more: Vec<&String> = more.filter(|one| !on_purpose(one)).collect();
        let nothing = more.is_empty();
        Ok(nothing.then_some(()).ok_or_else(|| format!("{more:?}")))
    });
    if let Err(error) = waited.await {
        played.verdict = Verdict::Lost;
        played.next.push(format!("{error:#}"));
    }
}

/// What is applied; nothing for a destroy.
fn configuration(
    place: &Place,
    subject: Subject,
    operation: Operation,
    patient: bool,
) -> Option<Value> {
    let changed = match operation {
        Operation::Create => false,
        Operation::Update => true,
        Operation::Destroy => return None,
    };
    Some(subject.configuration(place, changed, patient))
}
