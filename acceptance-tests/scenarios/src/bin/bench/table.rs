//! Tables for people, whose columns of figures end in one line.

use std::fmt::{self, Display, Formatter};

/// A head and rows. The first cell of each is text, the others are figures.
pub struct Table(Vec<Vec<String>>);

impl Table {
    /// A table with these words above its columns.
    pub fn new(head: &[&str]) -> Self {
        Self(vec![head.iter().map(ToString::to_string).collect()])
    }

    /// Adds a row with a cell for every column.
    pub fn row(&mut self, label: &str, figures: Vec<String>) {
        self.0.push([vec![label.to_owned()], figures].concat());
    }

    fn width(&self, column: usize) -> usize {
        self.0
            .iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or_default()
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for row in &self.0 {
            for (column, cell) in row.iter().enumerate() {
                let width = self.width(column);
                match column {
                    0 => write!(f, "{cell:<width$}")?,
                    _ => write!(f, "  {cell:>width$}")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_end_in_one_line() {
        let mut table = Table::new(&["plan", "ms"]);
        table.row("create 100", vec!["7".into()]);
        table.row("create", vec!["1200".into()]);
        assert_eq!(
            table.to_string(),
            "plan          ms\ncreate 100     7\ncreate      1200\n"
        );
    }
}
