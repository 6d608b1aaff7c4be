//! Names of Azure regions.

/// The form in which regions compare and stand in host names: `East US` becomes `eastus`.
///
/// Services answer with display names or with this form, as they like.
#[must_use]
pub fn canonical_location(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .collect()
}
