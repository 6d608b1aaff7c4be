"""The accounts of a test run: users with fixed keys, roles, and clusters that lead somewhere.

Seeds are one JSON object; every member may be left out:

    {
      "users":     [{"arn", "access_key_id", "secret_access_key", "policies": [DOCUMENT]}],
      "roles":     [{"arn", "trust_policy": DOCUMENT, "policies": [DOCUMENT]}],
      "clusters":  [{"arn", "version", "tags": {}}],
      "endpoints": {"CLUSTER ARN PATTERN": {"endpoint", "certificate_authority"}}
    }

An access key id has exactly 20 characters, upper-case letters and digits. In patterns
`*` and `?` are wildcards, and the first match wins. Endpoints are looked up at each
DescribeCluster, so a later seed can lead a cluster to another API server, and clusters
that a client creates are covered as well. `certificate_authority` is base64 of PEM.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from moto.eks.models import Cluster, EKSBackend, eks_backends
from moto.iam.models import IAMBackend, iam_backends

Seed = dict[str, Any]


@dataclass(frozen=True)
class Arn:
    """The parts of an ARN that decide where moto keeps the thing."""

    partition: str
    region: str
    account: str
    name: str
    path: str


def parse_arn(text: str) -> Arn:
    """Splits `arn:PARTITION:SERVICE:REGION:ACCOUNT:KIND/PATH/NAME`."""
    _, partition, _, region, account, resource = text.split(":", 5)
    _, *folders, name = resource.split("/")
    path = f"/{'/'.join(folders)}/" if folders else "/"
    return Arn(partition, region, account, name, path)


class Seeds:
    """Plants seeds in moto's stores and keeps the endpoints of all clusters."""

    def __init__(self) -> None:
        self._endpoints: dict[str, Seed] = {}
        _after(EKSBackend, "create_cluster", self._lead)
        _after(EKSBackend, "describe_cluster", self._lead)

    def load(self, seeds: Seed) -> None:
        """Adds to what is there. Raises what moto raises for a duplicate."""
        self._endpoints = seeds.get("endpoints", {}) | self._endpoints_without(seeds)
        for user in seeds.get("users", []):
            _load_user(user)
        for role in seeds.get("roles", []):
            _load_role(role)
        for cluster in seeds.get("clusters", []):
            _load_cluster(cluster)

    def _endpoints_without(self, seeds: Seed) -> dict[str, Seed]:
        replaced = seeds.get("endpoints", {})
        return {arn: where for arn, where in self._endpoints.items() if arn not in replaced}

    def _lead(self, cluster: Cluster) -> Cluster:
        for pattern, where in self._endpoints.items():
            if fnmatchcase(cluster.arn, pattern):
                cluster.endpoint = where["endpoint"]
                cluster.certificate_authority = {"data": where["certificate_authority"]}
                break
        return cluster


def _after(owner: type, name: str, change: Any) -> None:
    """Lets `change` see and replace what a method returns."""
    original = getattr(owner, name)

    def method(*args: Any, **kwargs: Any) -> Any:
        return change(original(*args, **kwargs))

    setattr(owner, name, method)


def _load_user(seed: Seed) -> None:
    arn, iam = _iam(seed)
    iam.create_user(arn.region or "us-east-1", arn.name, arn.path)
    key = iam.create_access_key(arn.name)
    del iam.access_keys[key.access_key_id]
    key.access_key_id = seed["access_key_id"]
    key.secret_access_key = seed["secret_access_key"]
    iam.access_keys[key.access_key_id] = key
    for name, document in _policies(seed):
        iam.put_user_policy(arn.name, name, document)


def _load_role(seed: Seed) -> None:
    arn, iam = _iam(seed)
    trust = json.dumps(seed["trust_policy"])
    iam.create_role(arn.name, trust, arn.path, None, "", [], None)
    for name, document in _policies(seed):
        iam.put_role_policy(arn.name, name, document)


def _load_cluster(seed: Seed) -> None:
    arn = parse_arn(seed["arn"])
    eks_backends[arn.account][arn.region].create_cluster(
        name=arn.name,
        role_arn=f"arn:{arn.partition}:iam::{arn.account}:role/eks-cluster",
        resources_vpc_config={},
        version=seed.get("version"),
        tags=seed.get("tags"),
    )


def _iam(seed: Seed) -> tuple[Arn, IAMBackend]:
    arn = parse_arn(seed["arn"])
    return arn, iam_backends[arn.account][arn.partition]


def _policies(seed: Seed) -> list[tuple[str, str]]:
    documents = seed.get("policies", [])
    return [(f"policy-{number}", json.dumps(text)) for number, text in enumerate(documents)]
