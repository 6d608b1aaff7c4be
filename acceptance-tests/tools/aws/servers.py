"""Two servers: a plain one for endpoint overrides and seeds, a secure one for real names.

The secure server serves the public host names of EKS, STS and IAM with a certificate of
the test CA. A client may open with CONNECT, as it does to a proxy, or with TLS at once,
as a proxy does that has already answered the CONNECT itself.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from authorizer import Application
from botocore.session import Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from seeds import Seeds
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

LOOPBACK = "127.0.0.1"
SEEDS_PATH = "/_seeds"
SERVED = re.compile(r"(eks|sts|sts-fips|iam)(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?:443")
TLS_HANDSHAKE = b"\x16"
PARTITIONS = {"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com", "aws-cn": "amazonaws.com.cn"}


class QuietHandler(WSGIRequestHandler):
    """Keeps connections alive and leaves logging to the authorizer."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_: Any) -> None:
        pass


class PlainServer(ThreadedWSGIServer):
    """The application over HTTP, and `POST /_seeds` with more seeds."""

    def __init__(self, port: int, application: Application, seeds: Seeds) -> None:
        super().__init__(LOOPBACK, port, self._route, QuietHandler)
        self._application = application
        self._seeds = seeds

    def _route(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != SEEDS_PATH:
            return self._application(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self._seeds.load(json.loads(body))
        start_response("204 No Content", [])
        return []


class SecureServer(ThreadedWSGIServer):
    """The application over TLS, with or without a CONNECT before it."""

    def __init__(self, port: int, application: Application, certificate: ssl.SSLContext) -> None:
        super().__init__(LOOPBACK, port, application, QuietHandler)
        self.ssl_context = self._certificate = certificate

    def finish_request(self, request: socket.socket, client_address: Any) -> None:  # type: ignore[override]
        """Runs on the connection's own thread, so a slow handshake holds no other request up."""
        first = request.recv(1, socket.MSG_PEEK)
        if first == b"" or (first != TLS_HANDSHAKE and not _accept_connect(request)):
            return
        with self._certificate.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)


def _accept_connect(connection: socket.socket) -> bool:
    """Answers a CONNECT; false if it was for a host that is not served here."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        received = connection.recv(4096)
        if not received:
            return False
        head += received
    method, target, *_ = head.decode("latin-1").split(" ")
    served = method == "CONNECT" and SERVED.fullmatch(target) is not None
    status = "200 Connection Established" if served else "502 Bad Gateway"
    connection.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())
    return served


def issue_certificate(ca_certificate: Path, ca_key: Path) -> ssl.SSLContext:
    """One leaf of the given CA for the host names of all regions, ready to serve with."""
    issuer = x509.load_pem_x509_certificate(ca_certificate.read_bytes())
    authority: Any = serialization.load_pem_private_key(ca_key.read_bytes(), password=None)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(timezone.utc)
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in _wildcards()])
    authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    leaf = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "amazonaws.com")]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(names, critical=False)
        .add_extension(authority_id, critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(authority, hashes.SHA256())
    )
    return _server_context(leaf, key)


def _wildcards() -> list[str]:
    regions = {
        f"*.{region}.{suffix}"
        for partition, suffix in PARTITIONS.items()
        for region in Session().get_available_regions("eks", partition)
    }
    return ["*.amazonaws.com", *sorted(regions)]


def _server_context(leaf: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    encoding = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8
    # The ssl module loads from files only; this one is private and gone at once.
    with tempfile.NamedTemporaryFile() as pair:
        pair.write(key.private_bytes(encoding, form, serialization.NoEncryption()))
        pair.write(leaf.public_bytes(encoding))
        pair.flush()
        context.load_cert_chain(pair.name)
    return context
