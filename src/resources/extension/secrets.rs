//! The secret settings that are kept in state: readable there, silent everywhere else.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};

/// Secret settings by name.
pub(super) type Secrets = BTreeMap<String, SecretString>;

/// Writes the secrets for the state, which Terraform was told to treat as sensitive.
#[expect(clippy::ref_option, reason = "the form that serde calls")]
pub(super) fn stored<S: Serializer>(
    secrets: &Option<Secrets>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let secrets = secrets.as_ref().map(|secrets| {
        let exposed = secrets.iter();
        exposed
            .map(|(name, secret)| (name.as_str(), secret.expose_secret()))
            .collect::<BTreeMap<_, _>>()
    });
    secrets.serialize(serializer)
}

/// Whether two sets of secrets are the same.
pub(super) fn same(one: Option<&Secrets>, other: Option<&Secrets>) -> bool {
    let exposed = |secrets: Option<&Secrets>| -> Vec<(String, String)> {
        let secrets = secrets.into_iter().flatten();
        secrets
            .map(|(name, secret)| (name.clone(), secret.expose_secret().to_owned()))
            .collect()
    };
    exposed(one) == exposed(other)
}
