//! The server's half of the mutual TLS that go-plugin calls `AutoMTLS`.

use std::sync::Arc;

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use super::error::Error;
use super::pin::PinnedClient;

/// The name that go's client expects on the server's certificate.
const SERVER_NAME: &str = "localhost";

/// A TLS server whose certificate is known to the host alone, and that knows the host by its certificate alone.
pub(super) struct Tls {
    /// Turns an accepted socket into a proven connection.
    pub acceptor: TlsAcceptor,
    /// What the handshake line announces. Its key never leaves this process.
    pub certificate: CertificateDer<'static>,
}

impl Tls {
    /// A server for this client, with a key made on the spot.
    ///
    /// # Errors
    ///
    /// When the key or certificate cannot be made, or rustls does not take them.
    pub fn for_client(client: CertificateDer<'static>) -> Result<Self, Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = CertificateParams::new([SERVER_NAME.to_owned()])?;
        params
            .extended_key_usages
            .push(ExtendedKeyUsagePurpose::ServerAuth);
        let certificate = params.self_signed(&key)?.der().clone();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let mut config = ServerConfig::builder()
            .with_client_cert_verifier(Arc::new(PinnedClient::new(client)))
            .with_single_cert(vec![certificate.clone()], key.into())?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate,
        })
    }
}
