//! Who dials: the certificate that was announced, another one, or none.

use std::sync::Arc;

use p521::ecdsa::signature::Signer as EcdsaSigner;
use p521::ecdsa::{Signature, SigningKey as P521};
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivateSec1KeyDer};
use rustls::sign::{CertifiedKey, Signer, SigningKey, SingleCertAndKey};
use rustls::{ClientConfig, Error, RootCertStore, SignatureAlgorithm, SignatureScheme};

/// The certificate that the host announces, as go-plugin makes it.
pub const ANNOUNCED: &str = include_str!("fixtures/client.pem");

const KEY: &[u8] = include_bytes!("fixtures/client.key");

/// Who dials.
#[derive(Clone, Copy, Debug)]
pub enum Identity {
    /// The holder of the announced certificate.
    Announced,
    /// Somebody who knows the announced certificate and not its key.
    Impostor,
    /// Somebody with a certificate of their own.
    Stranger,
    /// Somebody without a certificate.
    Nobody,
}

/// A TLS client that trusts this server certificate and nothing else, as go's does.
pub fn client_config(server: CertificateDer<'static>, identity: Identity) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(server).expect("a certificate");
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring's defaults")
        .with_root_certificates(roots);
    let mut config = match resolver(identity) {
        Some(resolver) => builder.with_client_cert_resolver(resolver),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

fn resolver(identity: Identity) -> Option<Arc<dyn ResolvesClientCert>> {
    let announced = CertificateDer::from_pem_slice(ANNOUNCED.as_bytes()).expect("the fixture");
    let (certificate, key) = match identity {
        Identity::Announced => (announced, p521_key()),
        Identity::Impostor => (announced, p521_of(P521::from_slice(&another_scalar()).ok())),
        Identity::Stranger => stranger(),
        Identity::Nobody => return None,
    };
    let key = CertifiedKey::new(vec![certificate], key);
    Some(Arc::new(SingleCertAndKey::from(key)))
}

/// Any number below the curve's order, which has 521 bits of these 528.
fn another_scalar() -> [u8; 66] {
    let mut scalar = [7; 66];
    scalar[0] = 0;
    scalar
}

fn p521_key() -> Arc<dyn SigningKey> {
    let der = PrivateSec1KeyDer::from_pem_slice(KEY).expect("the fixture");
    let secret = p521::SecretKey::from_sec1_der(der.secret_sec1_der()).expect("a P-521 key");
    p521_of(P521::from_bytes(&secret.to_bytes()).ok())
}

fn p521_of(key: Option<P521>) -> Arc<dyn SigningKey> {
    Arc::new(P521Key(Arc::new(key.expect("a P-521 key"))))
}

fn stranger() -> (CertificateDer<'static>, Arc<dyn SigningKey>) {
    let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let der = PrivateKeyDer::Pkcs8(key.signing_key.serialize_der().into());
    let signing = ring::sign::any_supported_type(&der).expect("a P-256 key");
    (key.cert.der().clone(), signing)
}

/// What ring lacks and go has: signing with a P-521 key.
struct P521Key(Arc<P521>);

impl std::fmt::Debug for P521Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("P521Key")
    }
}

impl SigningKey for P521Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered
            .contains(&SignatureScheme::ECDSA_NISTP521_SHA512)
            .then(|| Box::new(Self(Arc::clone(&self.0))) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for P521Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature: Signature = EcdsaSigner::sign(&*self.0, message);
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}
