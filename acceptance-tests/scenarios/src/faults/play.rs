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

/// One operation in the life of an object.
#[derive(Clone, Copy)]
struct Step {
    subject: Subject,
    operation: Operation,
    /// Which of its two configurations an object has afterwards.
    changed: bool,
}

impl Step {
    /// What is applied; nothing for a destroy.
    fn configuration(self, place: &Place, patient: bool) -> Option<Value> {
        let exists = self.operation != Operation::Destroy;
        exists.then(|| self.subject.configuration(place, self.changed, patient))
    }
}

/// Makes, changes and destroys an object without a fault.
pub async fn measure<H: Host>(lane: &mut Lane<'_, H>, subject: Subject) -> anyhow::Result<Usual> {
    lane.make_ready(subject).await?;
    let mut object = lane.host.none(subject.type_name()).await?;
    let mut usual = Usual::default();
    for operation in Operation::ALL {
        let step = Step {
            subject,
            operation,
            changed: operation == Operation::Update,
        };
        let begin = Instant::now();
        let requests = without_fault(lane, &mut object, step).await?;
        let took = begin.elapsed().as_millis();
        usual.milliseconds.insert(operation, took);
        usual.requests.insert(operation, requests);
    }
    Ok(usual)
}

/// Plays cells of one subject in one life of an object: at most one in its create and one in its destroy, and any number in
/// its updates. It ends early after a bad verdict; then the lane is cleaned.
pub async fn play<H: Host>(
    lane: &mut Lane<'_, H>,
    subject: Subject,
    cells: &[Cell],
) -> anyhow::Result<Vec<Played>> {
    lane.make_ready(subject).await?;
    let before = lane.inventory().await?;
    let mut object = lane.host.none(subject.type_name()).await?;
    let mut played = Vec::new();
    for (step, cell) in steps(subject, cells) {
        let Some(cell) = cell else {
            without_fault(lane, &mut object, step).await?;
            continue;
        };
        let mut one = fault(lane, &mut object, step, cell).await?;
        if one.verdict.is_good() && step.operation == Operation::Destroy {
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

/// A life from the create to the destroy, with the cells that are played in it. Updates go from one configuration to the
/// other and back.
fn steps(subject: Subject, cells: &[Cell]) -> Vec<(Step, Option<Cell>)> {
    let of = |operation| {
        let cells = cells.iter().copied();
        cells.filter(move |cell| cell.operation == operation)
    };
    let step = |operation, changed| Step {
        subject,
        operation,
        changed,
    };
    let create = of(Operation::Create).next();
    let updates = of(Operation::Update).enumerate();
    let updates =
        updates.map(|(index, cell)| (step(Operation::Update, index % 2 == 0), Some(cell)));
    let destroy = of(Operation::Destroy).next();
    let mut steps = vec![(step(Operation::Create, false), create)];
    steps.extend(updates);
    steps.push((step(Operation::Destroy, false), destroy));
    steps
}

/// One run, which must end well. Answers what each plane was asked for.
async fn without_fault<H: Host>(
    lane: &Lane<'_, H>,
    object: &mut H::Object,
    step: Step,
) -> anyhow::Result<BTreeMap<Plane, Vec<String>>> {
    let configuration = step.configuration(&lane.place, true);
    let applied = lane.apply(object, configuration.as_ref(), None);
    let (errors, seen) = applied.await?;
    let Step {
        subject, operation, ..
    } = step;
    ensure!(errors.is_empty(), "{subject:?} {operation:?}: {errors:?}");
    let requests = seen.map(|seen| seen.requests);
    Ok(Plane::ALL.into_iter().zip(requests).collect())
}

/// One run with a fault and the next one without.
async fn fault<H: Host>(
    lane: &Lane<'_, H>,
    object: &mut H::Object,
    step: Step,
    cell: Cell,
) -> anyhow::Result<Played> {
    let of = |patient| step.configuration(&lane.place, patient);
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
