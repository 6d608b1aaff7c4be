"""AWS Signature Version 4, as the receiving side computes it.

Written from the published algorithm and not on botocore's signer, so that a client
built on botocore is checked by something else than itself.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

ALGORITHM = "AWS4-HMAC-SHA256"
UNRESERVED = "-_.~"


@dataclass(frozen=True)
class Request:
    """One HTTP request as it came over the wire: path and query still encoded."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def parameters(self) -> dict[str, str]:
        """Query and form parameters, decoded."""
        form = self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        body = self.body.decode() if form else ""
        return dict(parse_qsl(self.query, True) + parse_qsl(body, True))

    @property
    def host(self) -> str:
        return self.headers.get("host", "").partition(":")[0]


def read_request(environ: dict[str, Any]) -> Request:
    """The request of a WSGI environment; the caller puts the body back for the next reader."""
    path, _, query = environ["REQUEST_URI"].partition("?")
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
    }
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return Request(environ["REQUEST_METHOD"], path, query, headers, body)


@dataclass(frozen=True)
class Claim:
    """What a request says about its signature, before anything is believed."""

    access_key_id: str
    day: str
    region: str
    service: str
    time: str
    signed_headers: tuple[str, ...]
    signature: str
    session_token: str | None
    presigned: bool

    @property
    def scope(self) -> str:
        return f"{self.day}/{self.region}/{self.service}/aws4_request"


def read_claim(request: Request) -> Claim | None:
    """The signature of a request, from its header or its query; none if unsigned or malformed."""
    parameters = dict(parse_qsl(request.query, True))
    presigned = "X-Amz-Signature" in parameters
    fields = parameters if presigned else _header_fields(request)
    try:
        key, day, region, service, _ = fields["X-Amz-Credential"].split("/")
        return Claim(
            access_key_id=key,
            day=day,
            region=region,
            service=service,
            time=fields["X-Amz-Date"],
            signed_headers=tuple(fields["X-Amz-SignedHeaders"].split(";")),
            signature=fields["X-Amz-Signature"],
            session_token=fields.get("X-Amz-Security-Token"),
            presigned=presigned,
        )
    except (KeyError, ValueError):
        return None


def _header_fields(request: Request) -> dict[str, str]:
    """The fields of an Authorization header, under the names that a presigned URL uses."""
    authorization = request.headers.get("authorization", "")
    pairs = re.findall(r"(Credential|SignedHeaders|Signature)=([^, ]+)", authorization)
    fields = {f"X-Amz-{name}": value for name, value in pairs}
    for name in ("X-Amz-Date", "X-Amz-Security-Token"):
        if name.lower() in request.headers:
            fields[name] = request.headers[name.lower()]
    return fields if authorization.startswith(ALGORITHM) else {}


def signature(request: Request, claim: Claim, secret: str) -> str:
    """The signature that the holder of `secret` would have made for this request."""
    digest = hashlib.sha256(_canonical_request(request, claim).encode()).hexdigest()
    text = "\n".join([ALGORITHM, claim.time, claim.scope, digest])
    key = f"AWS4{secret}".encode()
    for part in claim.scope.split("/"):
        key = _hmac(key, part)
    return _hmac(key, text).hex()


def _canonical_request(request: Request, claim: Claim) -> str:
    headers = [
        f"{name}:{' '.join(request.headers.get(name, '').split())}" for name in claim.signed_headers
    ]
    # The path is encoded once more: every service but S3 does so.
    path = quote(request.path, safe="/" + UNRESERVED)
    signed = ";".join(claim.signed_headers)
    query = _canonical_query(request.query)
    return "\n".join([request.method, path, query, *headers, "", signed, _payload(request, claim)])


def _canonical_query(query: str) -> str:
    pairs = []
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        if name != "X-Amz-Signature":
            pairs.append((_encode(name), _encode(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _encode(text: str) -> str:
    return quote(unquote(text), safe=UNRESERVED)


def _payload(request: Request, claim: Claim) -> str:
    return hashlib.sha256(b"" if claim.presigned else request.body).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
