//! The keys of our own labels and annotations in a cluster.
//!
//! They share one prefix, so that a search for it shows everything that this program noted in a cluster. Keys that
//! others defined, such as Helm's and Kubernetes' `app.kubernetes.io/managed-by`, stand where they are used.

/// A key with our prefix.
macro_rules! ours {
    ($name:literal) => {
        concat!("arc.multicloud/", $name)
    };
}

/// Annotation of an object made for a service account: the ARM id of the connected cluster, in lower case.
pub(super) const CONNECTED_CLUSTER: &str = ours!("connected-cluster");
/// Annotation of an object made for a service account: that account, `namespace/name`.
pub(super) const SERVICE_ACCOUNT: &str = ours!("service-account");
/// Annotation of the Secret with the agents' private key: the ARM id of a connected cluster that is still being created.
pub(super) const CONNECTING_AS: &str = ours!("connecting-as");
/// Annotation of the release's namespace: the ARM id of a connected cluster that is being removed.
pub(super) const DISCONNECTING: &str = ours!("disconnecting");
/// Annotation of a CRD whose deletion does not finish: when that was last noticed (RFC 3339).
pub(super) const REMINDED: &str = ours!("reminded");
/// Annotation of an object that we created: the random id (UUID) of the request that did, so that a repetition knows it.
pub(super) const REQUEST: &str = ours!("request");
/// Annotation of a Lease: the ARM id of the object that its holder works on.
pub(super) const AT_WORK_ON: &str = ours!("at-work-on");
/// Label of Helm's record of a release: the second (Unix time) in which we started Helm.
pub const STARTED: &str = ours!("started");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn all_keys_of_ours_have_one_prefix() {
        let mut found = BTreeSet::new();
        collect(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut found,
        );
        let (ours, _) = STARTED.split_once('/').expect("a prefix");
        assert_eq!(found, BTreeSet::from([ours.to_owned()]));
    }

    /// The prefixes of all text literals below a directory that look like a key of ours.
    fn collect(directory: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, found);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let prefixes = text.split('"').filter_map(prefix);
                found.extend(prefixes.map(ToOwned::to_owned));
            }
        }
    }

    /// The part in front of the slash, if the text is a key that names this product and not one of Azure's.
    fn prefix(text: &str) -> Option<&str> {
        let (prefix, name) = text.split_once('/')?;
        let is_part = |c: char| c.is_ascii_lowercase() || matches!(c, '.' | '-');
        let is_key = prefix.chars().all(is_part) && name.chars().all(is_part);
        let mut words = prefix.split(['.', '-']);
        let names_us = words
            .clone()
            .any(|word| ["arc", "multicloud"].contains(&word));
        (is_key && names_us && words.all(|word| word != "azure")).then_some(prefix)
    }
}
