//! What an error has to say.

use anyhow::{bail, ensure};
use world::engine::{Diagnostic, Run};

/// What stands before the things to do.
pub const REMEDY: &str = "To fix this:";

/// The error of a run that must have exactly one.
pub fn only_error(run: &Run) -> anyhow::Result<&Diagnostic> {
    match run.errors()[..] {
        [error] => Ok(error),
        _ => bail!("not exactly one error\n{}", run.text),
    }
}

/// Checks that a run has exactly one error, that it points at this attribute (empty for none), and that its detail names
/// these words.
pub fn expect_error(run: &Run, attribute: &str, names: &[&str]) -> anyhow::Result<()> {
    let error = only_error(run)?;
    ensure!(
        error.attribute().unwrap_or_default() == attribute,
        "{error:#?}"
    );
    says(&error.detail, names)
}

/// Checks that a text contains each of these words.
pub fn says(text: &str, names: &[&str]) -> anyhow::Result<()> {
    for name in names {
        ensure!(text.contains(name), "there is no {name} in: {text}");
    }
    Ok(())
}
