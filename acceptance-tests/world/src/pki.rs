//! The certificates of one world: a single authority stands behind every name in it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};

use super::files::write_private;

/// Size of the service account key, as EKS uses.
const SERVICE_ACCOUNT_KEY_BITS: usize = 2048;

/// A certificate and its key, as files.
#[derive(Clone, Debug)]
pub struct CertificateFiles {
    /// PEM certificate.
    pub certificate: PathBuf,
    /// PEM private key.
    pub key: PathBuf,
}

/// The authority of a world. Its files live in one directory.
pub struct Authority {
    directory: PathBuf,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// Makes a new authority and writes `ca.crt` and `ca.key`.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn new(directory: &Path) -> anyhow::Result<Self> {
        let mut params = named("terraform-provider-arc test authority", &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::DigitalSignature,
        ];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let authority = Self {
            directory: directory.to_owned(),
            issuer,
        };
        write_private(&authority.certificate(), authority.pem())?;
        write_private(&authority.key(), authority.issuer.key().serialize_pem())?;
        Ok(authority)
    }

    /// File of the authority's certificate: what clients trust.
    pub fn certificate(&self) -> PathBuf {
        self.directory.join("ca.crt")
    }

    /// File of the authority's key, for a server that makes certificates as names come.
    pub fn key(&self) -> PathBuf {
        self.directory.join("ca.key")
    }

    /// The authority's certificate.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// The authority's certificate in binary.
    pub fn der(&self) -> Vec<u8> {
        self.issuer.der().to_vec()
    }

    /// Issues a server certificate for these host names and addresses, as `<name>.crt` and `<name>.key`.
    ///
    /// # Errors
    ///
    /// When a name is not one, or a file cannot be written.
    pub fn server(&self, name: &str, hosts: &[&str]) -> anyhow::Result<CertificateFiles> {
        let mut params = named(name, hosts)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(name, &params)
    }

    /// Issues a client certificate that Kubernetes takes for a cluster administrator.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn administrator(&self, name: &str) -> anyhow::Result<CertificateFiles> {
        let mut params = named(name, &[])?;
        params
            .distinguished_name
            .push(DnType::OrganizationName, "system:masters");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(name, &params)
    }

    fn issue(&self, name: &str, params: &CertificateParams) -> anyhow::Result<CertificateFiles> {
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let files = CertificateFiles {
            certificate: self.directory.join(format!("{name}.crt")),
            key: self.directory.join(format!("{name}.key")),
        };
        write_private(&files.certificate, certificate.pem())?;
        write_private(&files.key, key.serialize_pem())?;
        Ok(files)
    }
}

/// Makes the key that signs service account tokens.
///
/// # Errors
///
/// When the file cannot be written.
pub fn service_account_key(path: &Path) -> anyhow::Result<()> {
    let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, SERVICE_ACCOUNT_KEY_BITS)?;
    let pem = key
        .to_pkcs8_pem(LineEnding::LF)
        .context("service account key")?;
    write_private(path, pem.as_bytes())
}

fn named(name: &str, hosts: &[&str]) -> anyhow::Result<CertificateParams> {
    let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(hosts)?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}
