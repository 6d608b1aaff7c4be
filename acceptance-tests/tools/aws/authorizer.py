"""The authorizer in front of moto: it refuses what AWS would refuse.

moto takes any key, any secret and any role, and knows nothing of presigned URLs. A
test of credentials needs the opposite, so every request is checked here before moto
sees it. A presigned STS request, which is what an EKS token is, is handed on as the
header-signed form of itself that moto understands.

The wording of refusals imitates AWS; it is no proof of what AWS says.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from permissions import authorize, find_caller, secret_of
from refusals import Refusal, render
from sigv4 import ALGORITHM, Claim, Request, read_claim, read_request, signature

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

LIFETIME = timedelta(minutes=15)
UNSIGNED_ACTIONS = {"AssumeRoleWithWebIdentity"}
GLOBAL_STS_REGION = "us-east-1"

log = logging.getLogger("aws")


class Authorizer:
    """A WSGI application that lets only good requests through to another one."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = read_request(environ)
        environ["wsgi.input"] = BytesIO(request.body)
        claim = read_claim(request)
        try:
            action = _admit(request, claim)
        except Refusal as refusal:
            log.info("%s %s refused: %s", request.host, request.method, refusal)
            return _refuse(refusal, request, claim, start_response)
        log.info("%s %s", request.host, action)
        if claim is not None and claim.presigned:
            _resign(environ, request, claim)
        return self._application(environ, start_response)


def _admit(request: Request, claim: Claim | None) -> str:
    """Answers the permitted action, or raises the refusal."""
    if claim is None:
        return _admit_unsigned(request)
    caller = find_caller(claim)
    _check_freshness(claim)
    if claim.presigned:
        _check_scope(request, claim)
    expected = signature(request, claim, secret_of(caller))
    if not hmac.compare_digest(expected, claim.signature):
        raise Refusal(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided."
            " Check your AWS Secret Access Key and signing method.",
        )
    return authorize(caller, claim, request)


def _admit_unsigned(request: Request) -> str:
    action = request.parameters.get("Action", "")
    if action not in UNSIGNED_ACTIONS:
        raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token")
    return f"sts:{action}"


def _check_freshness(claim: Claim) -> None:
    """STS takes a signature for 15 minutes, whatever X-Amz-Expires says."""
    now = datetime.now(timezone.utc)
    made = datetime.strptime(claim.time, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    if made < now - LIFETIME:
        limit = f"{now - LIFETIME:%Y%m%dT%H%M%SZ} ({now:%Y%m%dT%H%M%SZ} - 15 min.)"
        message = f"Signature expired: {claim.time} is now earlier than {limit}"
        raise Refusal("SignatureDoesNotMatch", message)
    if made > now + LIFETIME:
        limit = f"{now + LIFETIME:%Y%m%dT%H%M%SZ} ({now:%Y%m%dT%H%M%SZ} + 15 min.)"
        message = f"Signature not yet current: {claim.time} is still later than {limit}"
        raise Refusal("SignatureDoesNotMatch", message)


def _check_scope(request: Request, claim: Claim) -> None:
    """A presigned URL must be signed for the region of its own host."""
    labels = request.host.removesuffix(".cn").removesuffix(".amazonaws.com").split(".")
    region = labels[1] if len(labels) > 1 else GLOBAL_STS_REGION
    if labels[0] not in ("sts", "sts-fips") or region != claim.region:
        message = "Credential should be scoped to a valid region."
        raise Refusal("SignatureDoesNotMatch", message)


def _resign(environ: dict[str, Any], request: Request, claim: Claim) -> None:
    """Turns an admitted presigned GET into the POST that moto answers."""
    form = {name: request.parameters[name] for name in ("Action", "Version")}
    if "json" in request.headers.get("accept", ""):
        form["ContentType"] = "JSON"
    body = urlencode(form).encode()
    credential = f"Credential={claim.access_key_id}/{claim.scope}"
    environ |= {
        "REQUEST_METHOD": "POST",
        "QUERY_STRING": "",
        "REQUEST_URI": "/",
        "RAW_URI": "/",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": f"{ALGORITHM} {credential}, SignedHeaders=host, Signature=checked",
        "wsgi.input": BytesIO(body),
    }


def _refuse(
    refusal: Refusal, request: Request, claim: Claim | None, start_response: Any
) -> Iterable[bytes]:
    service = claim.service if claim else request.host.partition(".")[0]
    reply = render(refusal, service, request.headers.get("accept", ""))
    start_response("403 Forbidden", reply.headers)
    return [reply.body]
