//! What is still to be played, in the order that a seed decides.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use scenarios::faults::{Cell, Subject};

/// Cells of one subject that are played in one life of an object.
pub type Life = (Subject, Vec<Cell>);

/// Lives to be played.
pub struct Queue(Mutex<Vec<Life>>);

impl Queue {
    /// Puts the cells that differ in their operation alone into one life, and the lives in a random order.
    pub fn new(cells: Vec<Cell>, seed: u64) -> Self {
        let mut lives: BTreeMap<_, Vec<Cell>> = BTreeMap::new();
        for cell in cells {
            let life = (cell.subject, cell.plane, cell.kind, cell.n);
            lives.entry(life).or_default().push(cell);
        }
        let lives = lives.into_iter();
        let mut lives: Vec<Life> = lives.map(|(life, cells)| (life.0, cells)).collect();
        fastrand::Rng::with_seed(seed).shuffle(&mut lives);
        Self(Mutex::new(lives))
    }

    /// The next life: one of a child or not, as long as there is one.
    pub fn take(&self, child: bool) -> Option<Life> {
        let mut lives = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let preferred = lives.iter().rposition(|life| life.0.is_child() == child);
        let index = preferred.or(lives.len().checked_sub(1))?;
        Some(lives.remove(index))
    }
}
