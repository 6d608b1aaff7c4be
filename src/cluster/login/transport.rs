//! The HTTP client for one API server.

use std::time::Duration;

use http::header::{HeaderValue, USER_AGENT};
use http::{Response, Uri};
use http_body_util::Limited;
use hyper_util::client::proxy::matcher::Matcher;
use kube::client::ClientBuilder;
use kube::config::{AuthInfo, ExecAuthCluster};
use kube::{Client, Config};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tower::buffer::BufferLayer;
use tower::filter::AsyncFilterLayer;
use tower::util::MapResponseLayer;

use super::access::Access;
use super::bearer::Bearer;
use crate::cluster::error::Error;
use crate::redact;
use crate::retry::LARGEST_ANSWER;

/// How long to wait for a connection; an API server behind a security group does not answer at all.
const CONNECT: Duration = Duration::from_secs(15);
/// How long to wait for the next byte of an answer.
const READ: Duration = Duration::from_mins(1);
/// How many requests may wait for a token at once, as many as kube lets wait for a connection.
const PENDING: usize = 1024;

/// Builds the client. No request is made.
///
/// # Errors
///
/// [`Error::Settings`] when address, proxy, CA, certificate or key cannot be used.
pub(super) fn client(access: &Access, bearer: Option<&Bearer>) -> Result<Client, Error> {
    let settings = |fault: String| Error::Settings {
        host: access.shown(),
        fault,
    };
    let config = config(access).map_err(settings)?;
    if is_in_clear(&config.cluster_url) && (bearer.is_some() || sends_secret(&access.user)) {
        return Err(settings(IN_CLEAR.to_owned()));
    }
    let builder = ClientBuilder::try_from(config)
        .map_err(|e| settings(redact::one_line(&e.to_string(), 240)))?
        .with_layer(&MapResponseLayer::new(limited));
    Ok(match bearer {
        Some(bearer) => builder
            .with_layer(&BufferLayer::new(PENDING))
            .with_layer(&AsyncFilterLayer::new(bearer.clone()))
            .build(),
        None => builder.build(),
    })
}

const IN_CLEAR: &str =
    "its address begins with http://, so that the login would go over the network in clear";

/// Whether requests go over a network without TLS.
fn is_in_clear(server: &Uri) -> bool {
    server.scheme_str() == Some("http") && !super::proxy::is_loopback(server)
}

/// Whether a login is a secret that each request holds, or a plugin that gives one. A key of a certificate stays here.
fn sends_secret(user: &AuthInfo) -> bool {
    user.token.is_some()
        || user.token_file.is_some()
        || user.password.is_some()
        || user.exec.is_some()
}

/// Ends an answer that is larger than any that is asked for.
fn limited<B>(answer: Response<B>) -> Response<Limited<B>> {
    answer.map(|body| Limited::new(body, LARGEST_ANSWER))
}

/// kube's own reading of a kubeconfig is passed by, since it would take its proxy decision with it.
fn config(access: &Access) -> Result<Config, String> {
    let url: Uri = access
        .endpoint()
        .parse()
        .map_err(|e| format!("its address is not a URL ({e})"))?;
    if url.host().is_none() || url.scheme().is_none() {
        return Err("its address is not a URL with scheme and host".to_owned());
    }
    let proxy = super::proxy::choose(
        access.server.proxy_url.as_deref(),
        &Matcher::from_env(),
        &url,
    )?;
    let mut config = Config::new(url);
    config.proxy_url = proxy;
    config.root_cert = roots(access)?;
    config.accept_invalid_certs = access.server.insecure_skip_tls_verify.unwrap_or(false);
    config
        .tls_server_name
        .clone_from(&access.server.tls_server_name);
    config.auth_info = access.user.clone();
    config.auth_info.exec = None;
    config.connect_timeout = Some(CONNECT);
    config.read_timeout = Some(READ);
    config.reset_reader_on_write = true;
    // Its pauses know neither our deadline nor a stop; `request` repeats instead.
    config.default_retry = false;
    config.headers = vec![(USER_AGENT, HeaderValue::from_static(crate::USER_AGENT))];
    Ok(config)
}

/// The CA bundle, inline or from its file; `None` leaves the choice to the system's trust store.
fn roots(access: &Access) -> Result<Option<Vec<Vec<u8>>>, String> {
    let read = ExecAuthCluster::try_from(&access.server).map_err(|e| e.to_string())?;
    let Some(pem) = read.certificate_authority_data else {
        return Ok(None);
    };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem)
        .map(|c| c.map(|c| c.to_vec()))
        .collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(Some(certificates)),
        _ => Err("its CA bundle holds no certificate in PEM".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kube::config::Cluster as Server;
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::{ServerConfig, pki_types::PrivateKeyDer};

    use super::*;
    use crate::cluster::testing::call;
    use crate::cluster::{Cluster, Connection, Credential, Explicit};
    use crate::fault::{Explain as _, Kind};

    fn explicit(host: String) -> Explicit {
        // The first to install wins; tests run side by side.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Explicit {
            host,
            cluster_ca_certificate: None,
            tls_server_name: None,
            proxy_url: None,
            insecure: false,
            credential: Credential::Token("canary".into()),
        }
    }

    async fn failure(explicit: Explicit) -> Error {
        let connection = Connection::Explicit(explicit);
        let cluster = Cluster::connect(&call(), &connection)
            .await
            .expect("no request yet");
        // So short that the request is hardly repeated.
        let call = call().within(Duration::from_secs(1));
        cluster.uid(&call).await.expect_err("nobody there")
    }

    async fn listen() -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let address = listener.local_addr().expect("bound").to_string();
        (listener, address)
    }

    #[tokio::test]
    async fn a_closed_port_is_unreachable_and_not_absent() {
        let (listener, address) = listen().await;
        drop(listener);
        let error = failure(explicit(format!("https://{address}"))).await;
        assert!(!error.is_not_found());
        assert_eq!(error.kind(), Kind::Unavailable);
        let expected = format!(
            "cluster at https://{address}: could not get namespace kube-system: no answer from https://{address}"
        );
        assert_eq!(error.to_string(), expected);
    }

    #[tokio::test]
    async fn a_certificate_of_an_unknown_ca_is_told_apart_from_an_outage() {
        let (listener, address) = listen().await;
        let made =
            rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
        let (explicit, other) = (
            explicit(format!("https://{address}")),
            rcgen::generate_simple_self_signed([]),
        );
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.into()], key);
        let acceptor = TlsAcceptor::from(Arc::new(config.expect("a server")));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                assert!(
                    acceptor.accept(stream).await.is_err(),
                    "the client must not trust us"
                );
            }
        });
        let authority = Some(other.expect("a certificate").cert.pem());
        let error = failure(Explicit {
            cluster_ca_certificate: authority,
            ..explicit
        })
        .await;
        assert!(matches!(error, Error::Untrusted { .. }), "{error:?}");
        assert_eq!(error.kind(), Kind::Configuration);
    }

    #[tokio::test]
    async fn a_named_proxy_is_asked_for_the_server_with_its_credentials() {
        let (listener, address) = listen().await;
        let asked = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let mut head = Vec::new();
            let mut lines = BufReader::new(&mut stream).lines();
            while let Some(line) = lines
                .next_line()
                .await
                .expect("text")
                .filter(|line| !line.is_empty())
            {
                head.push(line.to_ascii_lowercase());
            }
            stream
                .write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
                .await
                .expect("answered");
            head
        });
        let proxy_url = Some(format!("http://me:pw@{address}"));
        let error = failure(Explicit {
            proxy_url,
            ..explicit("https://k.example".into())
        })
        .await;
        assert_eq!(error.kind(), Kind::Unavailable);
        let head = asked.await.expect("no panic");
        assert_eq!(head[0], "connect k.example:443 http/1.1");
        assert!(
            head.contains(&"proxy-authorization: basic bwu6chc=".to_owned()),
            "{head:?}"
        );
    }

    #[tokio::test]
    async fn no_secret_goes_over_the_network_in_clear() {
        let connect = |host: &str, credential: Credential| {
            let explicit = Explicit {
                credential,
                ..explicit(host.to_owned())
            };
            client(&Access::explicit(&explicit).expect("no CA"), None)
        };
        let token = || Credential::Token("t".into());
        for host in [
            "http://10.0.0.1",
            "http://k.example:8001",
            "http://127.0.0.1.evil.example",
        ] {
            let error = connect(host, token()).err().expect("in clear").to_string();
            assert!(error.contains("in clear"), "{host}: {error}");
            assert!(connect(host, Credential::Anonymous).is_ok(), "{host}");
        }
        for host in [
            "http://127.0.0.1:8001",
            "http://localhost:8001",
            "http://[::1]:8001",
            "https://10.0.0.1",
        ] {
            assert!(connect(host, token()).is_ok(), "{host}");
        }
    }

    #[test]
    fn an_address_is_shown_without_its_user() {
        let access = Access {
            server: Server {
                server: Some("https://u:CANARY@k.example\u{1b}".into()),
                ..Server::default()
            },
            user: AuthInfo::default(),
        };
        let error = client(&access, None).err().expect("no URL").to_string();
        assert!(
            !error.contains("CANARY") && !error.contains('\u{1b}'),
            "{error}"
        );
    }

    #[test]
    fn settings_that_cannot_work_are_named() {
        let fault = |server: Server| {
            let access = Access {
                server,
                user: AuthInfo::default(),
            };
            client(&access, None).err().expect("not usable").to_string()
        };
        let server = |address: &str| Server {
            server: Some(address.into()),
            ..Server::default()
        };
        assert_eq!(
            fault(server("k.example")),
            "the connection to k.example is not usable: its address is not a URL with scheme and host"
        );
        let unreadable = Server {
            certificate_authority: Some("/no/ca.crt".into()),
            ..server("https://k.example")
        };
        assert!(fault(unreadable).contains("/no/ca.crt"));
        let empty = Server {
            certificate_authority_data: Some("bm9uZQ==".into()),
            ..server("https://k.example")
        };
        assert!(fault(empty).ends_with("its CA bundle holds no certificate in PEM"));
    }

    #[tokio::test]
    async fn an_answer_without_end_is_given_up_at_its_limit() {
        let (listener, address) = listen().await;
        let served = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let mut asked = BufReader::new(&mut stream).lines();
            while asked
                .next_line()
                .await
                .expect("text")
                .is_some_and(|line| !line.is_empty())
            {}
            let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n";
            stream.write_all(head).await.expect("written");
            let spaces = vec![b' '; 1 << 20];
            let mut sent = 0;
            while stream.write_all(&spaces).await.is_ok() {
                sent += 1;
            }
            sent
        });
        let error = failure(explicit(format!("http://{address}"))).await;
        assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");
        let sent = served.await.expect("no panic");
        assert!((16..64).contains(&sent), "{sent} MiB were sent");
    }
}
