//! Connected clusters that only Azure knows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPublicKey;
use serde_json::json;

use super::Fixture;

/// Azure takes no shorter key.
const KEY_BITS: usize = 2048;

/// Makes a connected cluster of this name whose agents are simulated, and waits until it is Connected.
pub async fn connect_simulated(test: &Fixture, name: &str) -> anyhow::Result<()> {
    let body = json!({
        "location": "koreacentral", "identity": {"type": "SystemAssigned"},
        "properties": {"agentPublicKeyCertificate": public_key()?},
    });
    test.simulator
        .presence(&test.arm.id(name), json!({"simulated": {}}))
        .await?;
    test.arm.create(name, &body).await?;
    test.arm.until_status(name, "Connected").await
}

/// The public half of a key whose private half is not kept.
fn public_key() -> anyhow::Result<String> {
    let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, KEY_BITS)?.to_public_key();
    Ok(STANDARD.encode(key.to_pkcs1_der()?))
}
