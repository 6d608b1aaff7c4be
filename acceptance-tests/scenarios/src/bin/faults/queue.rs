//! What is still to be played, in the order that a seed decides.

use std::sync::{Mutex, PoisonError};

use scenarios::faults::{Cell, Operation, Subject};

/// Updates in one life, if there are more than creates and destroys.
const UPDATES: usize = 2;

/// Cells of one subject that are played in one life of an object.
pub type Life = (Subject, Vec<Cell>);

/// Lives to be played.
pub struct Queue(Mutex<Vec<Life>>);

impl Queue {
    /// Spreads the cells over as few lives as they need, in a random order.
    pub fn new(mut cells: Vec<Cell>, seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        random.shuffle(&mut cells);
        let lives = Subject::ALL.into_iter();
        let mut lives: Vec<Life> = lives
            .flat_map(|subject| {
                spread(subject, &cells)
                    .into_iter()
                    .map(move |life| (subject, life))
            })
            .collect();
        random.shuffle(&mut lives);
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

/// An object is created and destroyed once in its life.
fn spread(subject: Subject, cells: &[Cell]) -> Vec<Vec<Cell>> {
    let of = |operation| {
        let own = |cell: &Cell| cell.subject == subject && cell.operation == operation;
        cells.iter().copied().filter(own).collect::<Vec<_>>()
    };
    let operations = Operation::ALL.map(of);
    let [create, update, destroy] = operations.each_ref().map(Vec::len);
    let count = create.max(destroy).max(update.div_ceil(UPDATES));
    let mut lives = vec![Vec::new(); count];
    for cells in operations {
        for (index, cell) in cells.into_iter().enumerate() {
            lives[index % count].push(cell);
        }
    }
    lives
}
