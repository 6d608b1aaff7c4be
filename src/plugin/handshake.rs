//! What host and plugin agree on before the first call.
//!
//! The host passes its side in environment variables; the plugin answers with one line on stdout:
//! `CORE|PROTOCOL|NETWORK|ADDRESS|grpc|CERTIFICATE`, the certificate as base64 of its DER without padding.

use std::env;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::error::Error;
use super::listener::Address;

/// Both are fixed by Terraform. They are no secret: they tell a person's shell from a host.
const COOKIE_NAME: &str = "TF_PLUGIN_MAGIC_COOKIE";
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Version of go-plugin's own handshake.
const CORE_VERSION: u32 = 1;

/// Major version of Terraform's provider protocol that this provider speaks.
pub(super) const PROTOCOL_VERSION: u32 = 6;

/// What the host asked for.
#[derive(Debug)]
pub(super) struct Host {
    /// The certificate that it will present. Absent where it was told not to use TLS (`TF_DISABLE_PLUGIN_TLS`).
    pub client_certificate: Option<CertificateDer<'static>>,
}

impl Host {
    /// Reads the environment that go-plugin sets.
    ///
    /// # Errors
    ///
    /// [`Error::NoHost`] without the cookie, [`Error::ProtocolVersion`] when the host does not speak version 6, and
    /// [`Error::ClientCertificate`].
    pub fn from_environment() -> Result<Self, Error> {
        check_cookie(env::var(COOKIE_NAME).ok().as_deref())?;
        check_versions(env::var("PLUGIN_PROTOCOL_VERSIONS").ok().as_deref())?;
        let client_certificate = env::var("PLUGIN_CLIENT_CERT")
            .ok()
            .filter(|pem| !pem.is_empty())
            .map(|pem| CertificateDer::from_pem_slice(pem.as_bytes()))
            .transpose()
            .map_err(Error::ClientCertificate)?;
        Ok(Self { client_certificate })
    }
}

fn check_cookie(cookie: Option<&str>) -> Result<(), Error> {
    (cookie == Some(COOKIE)).then_some(()).ok_or(Error::NoHost)
}

/// Hosts older than the negotiation send no list; they take what the plugin answers.
fn check_versions(offered: Option<&str>) -> Result<(), Error> {
    let Some(offered) = offered.filter(|versions| !versions.is_empty()) else {
        return Ok(());
    };
    offered
        .split(',')
        .any(|version| version.trim().parse() == Ok(PROTOCOL_VERSION))
        .then_some(())
        .ok_or_else(|| Error::ProtocolVersion {
            offered: offered.to_owned(),
        })
}

/// The line that tells the host where to dial and which certificate to expect there.
pub(super) fn line(address: &Address, certificate: Option<&CertificateDer<'_>>) -> String {
    let network = address.network();
    let certificate = certificate.map_or_else(String::new, |der| STANDARD_NO_PAD.encode(der));
    format!("{CORE_VERSION}|{PROTOCOL_VERSION}|{network}|{address}|grpc|{certificate}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_tells_a_host_from_a_person() {
        assert!(check_cookie(Some(COOKIE)).is_ok());
        assert!(matches!(check_cookie(Some("biscuit")), Err(Error::NoHost)));
        assert!(matches!(check_cookie(None), Err(Error::NoHost)));
    }

    #[test]
    fn version_six_is_found_in_any_order() {
        assert!(check_versions(Some("6,5")).is_ok());
        assert!(check_versions(Some("5, 6")).is_ok());
        assert!(check_versions(None).is_ok());
        let error = check_versions(Some("4,5")).expect_err("6 is not offered");
        assert_eq!(
            error.to_string(),
            "the host speaks plugin protocol 4,5 and this provider speaks 6"
        );
    }

    #[test]
    fn the_line_has_six_fields_and_no_padding() {
        let address = Address::Tcp(([127, 0, 0, 1], 10_000).into());
        let certificate = CertificateDer::from(vec![1, 2, 3, 4]);
        assert_eq!(
            line(&address, Some(&certificate)),
            "1|6|tcp|127.0.0.1:10000|grpc|AQIDBA"
        );
        assert_eq!(line(&address, None), "1|6|tcp|127.0.0.1:10000|grpc|");
    }

    proptest::proptest! {
        #![proptest_config(crate::fuzzing::config())]

        #[test]
        fn fuzz_variables(text in crate::fuzzing::damaged_text(&["5,6", "6", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"])) {
            let _ = check_cookie(Some(&text));
            let _ = check_versions(Some(&text));
            let _ = CertificateDer::from_pem_slice(text.as_bytes());
        }
    }
}
