//! The key pair that binds the agents in a cluster to their object in Azure.
//!
//! Azure gets the public half when the object is made, the agents get the private half; the agents prove themselves with
//! it once and receive a managed identity in return. The formats are those of the az CLI (`connectedk8s connect`): the
//! public half as base64 of the PKCS#1 `RSAPublicKey` DER, the private half as unencrypted PKCS#1 PEM without a newline
//! at its end.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey, EncodeRsaPublicKey, LineEnding};
use rsa::rand_core::OsRng;
use rsa::{RsaPrivateKey, RsaPublicKey};
use secrecy::{ExposeSecret as _, SecretString};

use super::error::Error;
use crate::files;

/// Size that the az CLI uses and the service expects.
const BITS: usize = 4096;

/// A fresh pair. The private half leaves memory only into the cluster.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// `properties.agentPublicKeyCertificate`: base64, one line.
    pub public: String,
    /// The agents' `privateKey`: PEM, `RSA PRIVATE KEY`.
    pub private: SecretString,
}

/// Makes a pair on a blocking thread; it takes a second or two.
///
/// # Errors
///
/// [`Error::KeyPair`] when the pair cannot be made or encoded.
pub async fn generate() -> Result<KeyPair, Error> {
    tokio::task::spawn_blocking(|| pair(BITS))
        .await
        .map_err(|error| Error::KeyPair(error.to_string()))?
}

fn pair(bits: usize) -> Result<KeyPair, Error> {
    let private = RsaPrivateKey::new(&mut OsRng, bits).map_err(failed)?;
    let public = RsaPublicKey::from(&private)
        .to_pkcs1_der()
        .map_err(failed)?;
    let pem = private.to_pkcs1_pem(LineEnding::LF).map_err(failed)?;
    Ok(KeyPair {
        public: STANDARD.encode(public.as_bytes()),
        private: pem.trim_end().to_owned().into(),
    })
}

/// The longest text that is taken for a key: one of 8192 bits has 6.4 KB. Reading a key takes time that grows with the cube of
/// its length, and a user who may write Secrets in the agents' namespace chooses it.
const LONGEST: usize = 8 * 1024;

/// The public half of a private key (PEM), in the form that Azure has it; `None` when the text is no such key or has more
/// than 8192 bits. It is read on a blocking thread.
pub(super) async fn public_half(pem: &SecretString) -> Option<String> {
    if pem.expose_secret().len() > LONGEST {
        return None;
    }
    let pem = pem.clone();
    files::blocking(move || public_half_of(&pem)).await
}

fn public_half_of(pem: &SecretString) -> Option<String> {
    let private = RsaPrivateKey::from_pkcs1_pem(pem.expose_secret()).ok()?;
    let public = RsaPublicKey::from(&private).to_pkcs1_der().ok()?;
    Some(STANDARD.encode(public.as_bytes()))
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::KeyPair(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsa::pkcs1::DecodeRsaPublicKey;
    use rsa::traits::PublicKeyParts;

    #[tokio::test]
    async fn both_halves_have_the_form_that_azure_and_the_agents_expect() {
        let pair = generate().await.expect("a key pair");
        assert_eq!(pair.public.len(), 704);
        assert!(pair.public.starts_with("MIICCgKCAgEA"));
        let pem = pair.private.expose_secret();
        assert!(pem.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
        assert!(pem.ends_with("-----END RSA PRIVATE KEY-----"));

        let private = RsaPrivateKey::from_pkcs1_pem(pem).expect("PKCS#1 PEM");
        let public = STANDARD.decode(&pair.public).expect("base64");
        let public = RsaPublicKey::from_pkcs1_der(&public).expect("PKCS#1 DER");
        assert_eq!(public, RsaPublicKey::from(&private));
        assert_eq!(public.n().bits(), BITS);
        assert_eq!(public_half(&pair.private).await, Some(pair.public));
        assert_eq!(public_half(&"no key".into()).await, None);
    }

    #[test]
    fn the_private_half_is_not_printed() {
        let pair = pair(1024).expect("a key pair");
        assert!(!format!("{pair:?}").contains("BEGIN"));
    }
}
