//! What was found so far, in a directory: a run goes on where the one before ended.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context;
use world::files::make_directory;

use super::play::{Played, Usual, Verdict};
use super::{Cell, Kind, Operation, Plane, Subject};

/// The file of the lives without a fault.
const USUAL: &str = "usual.json";
/// The file of the cells that were played, one a line.
const PLAYED: &str = "played.jsonl";

/// Measured lives and played cells.
pub struct Results {
    directory: PathBuf,
    /// Lives without a fault.
    pub usual: BTreeMap<Subject, Usual>,
    /// The last that became of each cell.
    pub played: BTreeMap<Cell, Played>,
}

impl Results {
    /// Reads what an earlier run left in a directory.
    pub fn open(directory: &Path) -> anyhow::Result<Self> {
        make_directory(directory)?;
        let usual = fs::read_to_string(directory.join(USUAL)).unwrap_or("{}".to_owned());
        let played = fs::read_to_string(directory.join(PLAYED)).unwrap_or_default();
        let played = played.lines().map(|line| {
            let played: Played = serde_json::from_str(line)?;
            Ok((played.cell, played))
        });
        Ok(Self {
            directory: directory.to_owned(),
            usual: serde_json::from_str(&usual).context(USUAL)?,
            played: played.collect::<serde_json::Result<_>>().context(PLAYED)?,
        })
    }

    /// Remembers how a life without a fault goes.
    pub fn measured(&mut self, subject: Subject, usual: Usual) -> anyhow::Result<()> {
        self.usual.insert(subject, usual);
        let text = serde_json::to_string_pretty(&self.usual)?;
        Ok(fs::write(self.directory.join(USUAL), text)?)
    }

    /// Remembers what became of a cell.
    pub fn record(&mut self, played: Played) -> anyhow::Result<()> {
        let path = self.directory.join(PLAYED);
        let mut file = File::options().create(true).append(true).open(path)?;
        writeln!(file, "{}", serde_json::to_string(&played)?)?;
        self.played.insert(played.cell, played);
        Ok(())
    }

    /// All cells of the measured subjects.
    pub fn cells(&self) -> impl Iterator<Item = Cell> {
        let subjects = self.usual.iter();
        subjects.flat_map(|(subject, usual)| {
            let cell = |operation, plane, kind, n| Cell {
                subject: *subject,
                operation,
                plane,
                kind,
                n,
            };
            let operations = Operation::ALL.into_iter();
            operations.flat_map(move |operation| {
                Plane::ALL.into_iter().flat_map(move |plane| {
                    let count = usual.count(operation, plane);
                    Kind::ALL.into_iter().flat_map(move |kind| {
                        (1..=count).map(move |n| cell(operation, plane, kind, n))
                    })
                })
            })
        })
    }

    /// The cells that are still to be played, or again: those that ended badly are.
    #[must_use]
    pub fn open_cells(&self) -> Vec<Cell> {
        let done = |cell: &Cell| {
            let played = self.played.get(cell);
            played.is_some_and(|played| played.verdict.is_good())
        };
        self.cells().filter(|cell| !done(cell)).collect()
    }

    /// The counts that matter.
    #[must_use]
    pub fn summary(&self) -> String {
        let count =
            |of: &dyn Fn(&Played) -> bool| self.played.values().filter(|one| of(one)).count();
        let mut text = String::new();
        let _ = write!(
            text,
            "{} of {} cells played: {} lost, {} stuck, {} creates tainted by one reset",
            self.played.len(),
            self.cells().count(),
            count(&|one| one.verdict == Verdict::Lost),
            count(&|one| one.verdict == Verdict::Stuck),
            count(&Played::is_tainted_by_a_reset),
        );
        text
    }

    /// Whether nothing that was played went badly.
    #[must_use]
    pub fn are_good(&self) -> bool {
        self.played.values().all(|one| one.verdict.is_good())
    }
}

/// Cells of one kind in one row of the table.
#[derive(Default)]
struct Count {
    open: usize,
    well: usize,
    converged: usize,
    bad: usize,
}

/// The table: a row for each operation of each type on each plane.
impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows: BTreeMap<_, BTreeMap<Kind, Count>> = BTreeMap::new();
        for cell in self.cells() {
            let row = (cell.subject, cell.operation, cell.plane);
            let count = rows.entry(row).or_default().entry(cell.kind).or_default();
            match self.played.get(&cell).map(|played| played.verdict) {
                None => count.open += 1,
                Some(Verdict::EndedWell | Verdict::NotReached) => count.well += 1,
                Some(Verdict::Converged) => count.converged += 1,
                Some(Verdict::Stuck | Verdict::Lost) => count.bad += 1,
            }
        }
        write!(f, "{:<52}", "ended well / said why, next converged / bad")?;
        for kind in Kind::ALL {
            write!(f, "{:>16}", format!("{kind:?}"))?;
        }
        for ((subject, operation, plane), kinds) in rows {
            let name = format!("{} {operation:?} {plane:?}", subject.type_name());
            write!(f, "\n{name:<52}")?;
            for count in kinds.values() {
                write!(f, "{:>16}", count.to_string())?;
            }
        }
        write!(f, "\n\n{}", self.summary())
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            open,
            well,
            converged,
            bad,
        } = self;
        write!(f, "{well}/{converged}/{bad}")?;
        if *open > 0 {
            write!(f, " -{open}")?;
        }
        Ok(())
    }
}
