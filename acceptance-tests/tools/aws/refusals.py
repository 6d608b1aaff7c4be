"""How AWS says no: one refusal, in the shape that each service and caller expects."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import uuid4
from xml.sax.saxutils import escape

# STS and IAM speak the query protocol; EKS names the same refusals in the JSON way.
JSON_NAMES = {
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "AccessDenied": "AccessDeniedException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
}
STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


@dataclass(eq=False)
class Refusal(Exception):
    """A request that AWS would answer with 403."""

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass(frozen=True)
class Reply:
    """A rendered answer."""

    headers: list[tuple[str, str]]
    body: bytes


def render(refusal: Refusal, service: str, accept: str) -> Reply:
    """A refusal as `service` words it for a caller with this Accept header."""
    request_id = str(uuid4())
    identity = ("x-amzn-RequestId", request_id)
    if service == "eks":
        name = JSON_NAMES[refusal.code]
        body = json.dumps({"message": refusal.message})
        return _reply("application/json", body, identity, ("x-amzn-ErrorType", name))
    if "json" in accept:
        error = {"Code": refusal.code, "Message": refusal.message, "Type": "Sender"}
        body = json.dumps({"Error": error, "RequestId": request_id})
        return _reply("application/json", body, identity)
    return _reply("text/xml", _xml(refusal, request_id), identity)


def _xml(refusal: Refusal, request_id: str) -> str:
    return (
        f'<ErrorResponse xmlns="{STS_NAMESPACE}"><Error><Type>Sender</Type>'
        f"<Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )


def _reply(content_type: str, body: str, *headers: tuple[str, str]) -> Reply:
    length = ("Content-Length", str(len(body.encode())))
    return Reply([("Content-Type", content_type), length, *headers], body.encode())
