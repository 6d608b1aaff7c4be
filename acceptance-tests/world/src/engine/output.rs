//! What a run said, from the lines of its `-json` output.

use anyhow::ensure;
use serde::Deserialize;
use serde_json::Value;

/// What a plan does with one resource.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing; such a change is listed because of a move or an import.
    Noop,
    /// Makes it.
    Create,
    /// Reads a data source during apply.
    Read,
    /// Changes it in place.
    Update,
    /// Destroys it and makes it again, in either order.
    Replace,
    /// Destroys it.
    Delete,
    /// Moves it to another address.
    Move,
    /// Takes it into the state.
    Import,
    /// Drops it from the state.
    #[serde(alias = "forget")]
    Remove,
}

/// One resource of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Address of the resource.
    pub address: String,
    /// What happens to it.
    pub action: Action,
}

impl Change {
    /// A change, to compare with.
    #[must_use]
    pub fn new(address: &str, action: Action) -> Self {
        Self {
            address: address.to_owned(),
            action,
        }
    }
}

/// One error or warning.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Diagnostic {
    /// `error` or `warning`.
    pub severity: String,
    /// The headline.
    pub summary: String,
    /// The text below it.
    #[serde(default)]
    pub detail: String,
    /// Address of the resource, if it is about one.
    #[serde(default)]
    pub address: String,
    snippet: Option<Snippet>,
}

#[derive(Clone, Debug, Deserialize)]
struct Snippet {
    code: String,
}

impl Diagnostic {
    /// The attribute that it points at, as the configuration spells it in the line that is shown.
    #[must_use]
    pub fn attribute(&self) -> Option<&str> {
        let code = self.snippet.as_ref()?.code.trim();
        let is_header = code.starts_with("resource ") || code.starts_with("provider ");
        let (name, _) = code.split_once(['=', '{']).filter(|_| !is_header)?;
        Some(name.trim())
    }
}

/// The outcome of one command.
#[derive(Debug, Default)]
pub struct Run {
    /// The command and its arguments.
    pub command: String,
    /// The exit code.
    pub code: i32,
    /// Errors and warnings in order.
    pub diagnostics: Vec<Diagnostic>,
    /// What was planned.
    pub changes: Vec<Change>,
    /// Resources that changed outside of Terraform.
    pub drift: Vec<Change>,
    /// Everything that it printed.
    pub text: String,
}

impl Run {
    /// Reads the lines that a command printed. Lines that are not JSON count as text only.
    #[must_use]
    pub fn read(command: String, code: i32, text: String) -> Self {
        let mut run = Self {
            command,
            code,
            ..Self::default()
        };
        for line in text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
        {
            run.take(&line);
        }
        run.text = text;
        run
    }

    /// The errors.
    #[must_use]
    pub fn errors(&self) -> Vec<&Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == "error")
            .collect()
    }

    /// The run itself, if it ended well.
    ///
    /// # Errors
    ///
    /// Otherwise, with all that was printed.
    pub fn expect_success(self) -> anyhow::Result<Self> {
        // With -detailed-exitcode 2 is a success with changes.
        ensure!(
            matches!(self.code, 0 | 2),
            "{} ended with {}\n{}",
            self.command,
            self.code,
            self.text
        );
        Ok(self)
    }

    /// The run itself, if it failed.
    ///
    /// # Errors
    ///
    /// Otherwise, with all that was printed.
    pub fn expect_failure(self) -> anyhow::Result<Self> {
        ensure!(
            self.code == 1,
            "{} ended with {}\n{}",
            self.command,
            self.code,
            self.text
        );
        Ok(self)
    }

    /// Checks that a plan is empty.
    ///
    /// # Errors
    ///
    /// When something is planned, or drifted.
    pub fn expect_empty(&self) -> anyhow::Result<()> {
        let empty = self.code == 0 && self.changes.is_empty() && self.drift.is_empty();
        ensure!(empty, "{} is not empty\n{}", self.command, self.text);
        Ok(())
    }

    /// Checks that a plan does exactly this.
    ///
    /// # Errors
    ///
    /// When it does something else, or nothing.
    pub fn expect_changes(&self, changes: &[Change]) -> anyhow::Result<()> {
        ensure!(self.changes == changes, "{}", self.text);
        Ok(())
    }

    fn take(&mut self, line: &Value) {
        match line["type"].as_str() {
            Some("diagnostic") => {
                self.diagnostics
                    .extend(Diagnostic::deserialize(&line["diagnostic"]));
            }
            Some("planned_change") => self.changes.extend(change(line)),
            Some("resource_drift") => self.drift.extend(change(line)),
            _ => {}
        }
    }
}

fn change(line: &Value) -> Option<Change> {
    let change = &line["change"];
    Some(Change {
        address: change["resource"]["addr"].as_str()?.to_owned(),
        action: Action::deserialize(&change["action"]).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = r#"{"@level":"info","type":"version","terraform":"1.11.4"}
{"@level":"info","type":"planned_change","change":{"resource":{"addr":"arc_connected_cluster.eks[\"a\"]"},"action":"update"}}
not json
{"@level":"error","type":"diagnostic","diagnostic":{"severity":"error","summary":"Bad Name","detail":"why","address":"arc_connected_cluster.eks","snippet":{"code":"  name = \"-\"","values":[]}}}"#;

    #[test]
    fn a_run_is_read_from_its_lines() {
        let run = Run::read("plan".into(), 1, PLAN.into());
        let change = Change::new(r#"arc_connected_cluster.eks["a"]"#, Action::Update);
        assert_eq!(run.changes, [change]);
        let [error] = run.errors()[..] else {
            panic!("{:?}", run.diagnostics)
        };
        assert_eq!(error.attribute(), Some("name"));
        assert_eq!(
            (error.summary.as_str(), error.detail.as_str()),
            ("Bad Name", "why")
        );
    }
}
