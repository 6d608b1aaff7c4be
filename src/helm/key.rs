//! How the agents get the private key that was made for them.

use semver::Version;

/// The two ways that the agents' chart knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyDelivery {
    /// A Secret that is written before Helm runs. The key never meets Helm.
    Secret,
    /// The chart value `global.onboardingPrivateKey`. A copy stays in Helm's release record.
    Value,
}

impl KeyDelivery {
    /// The way for agents of this version and release train, by the rules of the Azure CLI (connectedk8s 1.11.2).
    ///
    /// Everything that is not known to read the Secret gets the value: a chart that expects the value and does not
    /// find it blanks the Secret and cuts the cluster off.
    #[must_use]
    pub fn for_agent(version: &str, train: &str) -> Self {
        let oldest = match train.to_ascii_lowercase().as_str() {
            _ if version.ends_with("-dev") => return Self::Secret,
            "stable" => "1.35.3",
            "preview" => "1.35.3-preview",
            _ => return Self::Value,
        };
        match (Version::parse(version), Version::parse(oldest)) {
            (Ok(version), Ok(oldest)) if version >= oldest => Self::Secret,
            _ => Self::Value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::KeyDelivery::{self, Secret, Value};

    #[test]
    fn follows_the_rules_of_the_azure_cli() {
        for (version, train, expected) in [
            ("1.35.2", "stable", Value),
            ("1.35.3", "stable", Secret),
            ("1.36.0", "Stable", Secret),
            ("2.0.0", "stable", Secret),
            ("1.35.3-preview", "stable", Value),
            ("1.35.2-preview", "preview", Value),
            ("1.35.3-preview", "preview", Secret),
            ("1.35.3", "preview", Secret),
            ("1.20.0-dev", "stable", Secret),
            ("0.1.0-dev", "anything", Secret),
            ("1.36.0", "dogfood", Value),
            ("1.36.0", "", Value),
            ("1.36", "stable", Value),
            ("latest", "stable", Value),
            ("", "stable", Value),
        ] {
            assert_eq!(
                KeyDelivery::for_agent(version, train),
                expected,
                "agent {version} of train {train}"
            );
        }
    }
}
