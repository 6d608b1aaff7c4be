"""Who a caller is and what the caller may do, by the users, roles and policies in moto."""

from __future__ import annotations

import json
import re
from typing import Any

from botocore.session import Session
from moto.iam.access_control import (
    AssumedRoleAccessKey,
    CreateAccessKeyFailure,
    IAMPolicy,
    IAMUserAccessKey,
    PermissionResult,
    create_access_key,
)
from moto.iam.models import iam_backends
from moto.utilities.utils import PARTITION_NAMES
from refusals import Refusal
from sigv4 import Claim, Request

Caller = IAMUserAccessKey | AssumedRoleAccessKey


def find_caller(claim: Claim) -> Caller:
    """The user or role session behind an access key, its session token checked."""
    headers = {"X-Amz-Security-Token": claim.session_token} if claim.session_token else {}
    for account in list(iam_backends):
        for partition in PARTITION_NAMES:
            if claim.access_key_id in iam_backends[account][partition].access_keys:
                try:
                    return create_access_key(account, partition, claim.access_key_id, headers)
                except CreateAccessKeyFailure:
                    raise _unknown_token() from None
    raise _unknown_token()


def _unknown_token() -> Refusal:
    message = "The security token included in the request is invalid."
    return Refusal("InvalidClientTokenId", message)


def secret_of(caller: Caller) -> str:
    return caller.create_credentials().secret_key


def authorize(caller: Caller, claim: Claim, request: Request) -> str:
    """Applies identity policies and, for AssumeRole, the role's trust; answers the action."""
    action = f"{claim.service}:{_operation(claim.service, request)}"
    if action == "sts:GetCallerIdentity":  # It cannot be denied.
        return action
    resource = _resource(caller, claim, request)
    permitted = _permitted(caller, action, resource)
    if action == "sts:AssumeRole":
        permitted = permitted and _trusted(caller, request.parameters)
    if not permitted:
        raise Refusal(
            "AccessDenied",
            f"User: {caller.arn} is not authorized to perform: {action} on resource: {resource}",
        )
    return action


def _permitted(caller: Caller, action: str, resource: str) -> bool:
    results = [
        IAMPolicy(policy).is_action_permitted(action, resource)
        for policy in caller.collect_policies()
    ]
    return PermissionResult.PERMITTED in results and PermissionResult.DENIED not in results


def _operation(service: str, request: Request) -> str:
    """Name of the operation: a parameter in the query protocol, method and path in EKS."""
    if service != "eks":
        return request.parameters.get("Action", "Unknown")
    for name, method, path in EKS_OPERATIONS:
        if method == request.method and path.fullmatch(request.path):
            return name
    return "Unknown"


def _eks_operations() -> list[tuple[str, str, re.Pattern[str]]]:
    model = Session().get_service_model("eks")
    operations = [model.operation_model(name) for name in model.operation_names]
    return [
        (operation.name, operation.http["method"], _path_pattern(operation.http["requestUri"]))
        for operation in operations
    ]


def _path_pattern(uri: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{[^}]+\}", "[^/]+", uri.partition("?")[0]))


EKS_OPERATIONS = _eks_operations()


def _resource(caller: Caller, claim: Claim, request: Request) -> str:
    if claim.service == "sts":
        return request.parameters.get("RoleArn", "*")
    cluster = re.match(r"/clusters/([^/]+)", request.path)
    if claim.service == "eks" and cluster:
        owner = f"{caller.partition}:eks:{claim.region}:{caller.account_id}"
        return f"arn:{owner}:cluster/{cluster.group(1)}"
    return "*"


def _trusted(caller: Caller, parameters: dict[str, str]) -> bool:
    """Whether the role that is asked for exists and its trust policy names the caller."""
    arn = parameters.get("RoleArn", "")
    account = arn.split(":")[4] if arn.count(":") >= 5 else ""
    roles = iam_backends[account][caller.partition].get_roles() if account else []
    statements = [
        statement
        for role in roles
        if role.arn == arn
        for statement in json.loads(role.assume_role_policy_document)["Statement"]
    ]
    return any(_trusts(statement, caller, parameters) for statement in statements)


def _trusts(statement: dict[str, Any], caller: Caller, parameters: dict[str, str]) -> bool:
    named = statement.get("Principal", {}).get("AWS", [])
    principals = {named} if isinstance(named, str) else set(named)
    wanted = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId")
    allowed = statement["Effect"] == "Allow" and statement["Action"] == "sts:AssumeRole"
    known = bool(principals & _names_of(caller))
    return allowed and known and wanted in (None, parameters.get("ExternalId"))


def _names_of(caller: Caller) -> set[str]:
    """The ways in which a trust policy can name a caller."""
    account = f"arn:{caller.partition}:iam::{caller.account_id}"
    session = re.fullmatch(r"arn:[^:]+:sts::\d+:assumed-role/([^/]+)/.+", caller.arn)
    role = {f"{account}:role/{session.group(1)}"} if session else set()
    return {"*", caller.account_id, f"{account}:root", caller.arn} | role
