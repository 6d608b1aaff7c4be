//! SHA-256 digests, as registries and users write them.

use std::fmt;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// A digest: 64 hexadecimal digits in lower case, so that it may stand in addresses and names of files.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Digest(String);

impl Digest {
    /// Reads `sha256:<64 hexadecimal digits>`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix("sha256:")?;
        let is_hex = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| Self(hex.to_ascii_lowercase()))
    }

    /// The digest of some bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Sha256::new_with_prefix(bytes).into()
    }

    /// Its digits.
    pub(super) fn hex(&self) -> &str {
        &self.0
    }
}

impl From<Sha256> for Digest {
    fn from(hasher: Sha256) -> Self {
        Self(format!("{:x}", hasher.finalize()))
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let shown: String = text.chars().take(80).collect();
        Self::parse(&text).ok_or_else(|| format!("`{shown}` is not a SHA-256 digest"))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_as_it_is_written_and_nothing_else_is() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let digest = Digest::parse(&format!("sha256:{}", empty.to_uppercase()));
        assert_eq!(digest, Some(Digest::of(b"")));
        assert_eq!(Digest::of(b"").to_string(), format!("sha256:{empty}"));
        for bad in ["", empty, "sha256:", "sha256:../../x", "sha512:00"] {
            assert_eq!(Digest::parse(bad), None, "{bad}");
        }
    }
}
