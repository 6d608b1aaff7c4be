//! The agents' public key: what a client must put into `agentPublicKeyCertificate`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rsa::RsaPublicKey;
use rsa::pkcs1::{DecodeRsaPublicKey, EncodeRsaPublicKey};
use rsa::traits::PublicKeyParts;

/// Shorter keys are refused. The tools make 4096 bits.
const BITS: usize = 2048;

/// Says what is wrong with a key.
pub(super) fn check(text: &str) -> Result<(), String> {
    let der = BASE64
        .decode(text)
        .map_err(|error| format!("The public key is not base64 in one line: {error}."))?;
    let key = RsaPublicKey::from_pkcs1_der(&der).map_err(|error| {
        format!("The public key is not an RSAPublicKey in PKCS#1 DER: {error}.")
    })?;
    match key.size() * 8 {
        bits if bits < BITS => Err(format!("The public key has {bits} bits, less than {BITS}.")),
        _ => Ok(()),
    }
}

/// The form of a key that clients must use.
pub(crate) fn encode(key: &RsaPublicKey) -> Result<String, rsa::pkcs1::Error> {
    Ok(BASE64.encode(key.to_pkcs1_der()?))
}
