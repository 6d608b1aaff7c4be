"""What a connect leaves on both planes, as flat maps that can be compared key by key."""

import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path

CLUSTER = "eks-training-dev-krc"
GROUP = "aks-training-dev-krc-infra"
API_VERSION = "2026-05-01"
# What no two connects can have in common.
OWN = {
    "identity.principalId",
    "properties.lastConnectivityTime",
    "properties.managedIdentityCertificateExpirationTime",
    "systemData.createdAt",
    "systemData.lastModifiedAt",
    "release.labels.createdAt",
    "release.labels.modifiedAt",
}


def run(*words, accept=(0,), **options):
    """Runs a program and gives its output; ends everything when its exit code is not accepted."""
    shown = [Path(words[0]).name, *words[1:6]]
    print("+", " ".join(w if "secret" not in w.lower() else "…" for w in shown), flush=True)
    done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    if done.returncode not in accept:
        sys.exit(f"exit {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def az(*words, **options):
    return run(os.environ["ARC_TOOL_AZURE_CLI"], *words, **options)


def flat(value, path=""):
    if not isinstance(value, dict):
        return {path: value}
    return {key: leaf for name, inner in value.items() for key, leaf in flat(inner, f"{path}.{name}".strip(".")).items()}


def cluster_id():
    subscription = os.environ["ARM_SUBSCRIPTION_ID"]
    return (
        f"/subscriptions/{subscription}/resourceGroups/{GROUP}/providers/Microsoft.Kubernetes/connectedClusters/{CLUSTER}"
    )


def connected(resource_manager):
    """The object in Azure, once its agents have reported; az itself does not wait for that."""
    for _ in range(60):
        url = f"{resource_manager}{cluster_id()}?api-version={API_VERSION}"
        shown = json.loads(az("rest", "--method", "get", "--url", url))
        if shown["properties"]["connectivityStatus"] == "Connected":
            return shown
        time.sleep(1)
    sys.exit(f"not Connected after a minute: {shown}")


def in_azure(resource_manager):
    """The object, but for what is different each time; of the key only its form counts."""
    left = flat(connected(resource_manager))
    key = base64.b64decode(left["properties.agentPublicKeyCertificate"], validate=True)
    left["properties.agentPublicKeyCertificate"] = f"{len(key)} bytes of DER"
    return {f"arm.{key}": value for key, value in left.items() if key not in OWN}


def in_cluster():
    """The release's values and record, the agents, and what makes the key's Secret and the namespaces adoptable."""
    values = json.loads(run("helm", "get", "values", "azure-arc", "-n", "azure-arc-release", "-o", "json"))
    if is_own_endpoint(values.get("global", {}).get("kubeAadEndpoint", "")):
        del values["global"]["kubeAadEndpoint"]
    secret = kubectl("secret", "azure-arc-connect-privatekey", "-n", "azure-arc")
    config = kubectl("configmap", "azure-clusterconfig", "-n", "azure-arc")
    record = kubectl("secret", "sh.helm.release.v1.azure-arc.v1", "-n", "azure-arc-release")
    agents = {one["metadata"]["name"]: one["spec"]["replicas"] for one in kubectl("deployments", "-n", "azure-arc")["items"]}
    if is_own_endpoint(config["data"].get("KUBE_AAD_ENDPOINT", "")):
        del config["data"]["KUBE_AAD_ENDPOINT"]
    facts = {"values": values, "secret": {"type": secret["type"], "keys": sorted(secret["data"])}, "config": config["data"]}
    facts |= {"agents": agents, "release": {"labels": record["metadata"]["labels"]}}
    for name, thing in (
        ("secret", secret),
        ("namespace", kubectl("namespace", "azure-arc")),
        ("release-namespace", kubectl("namespace", "azure-arc-release")),
    ):
        metadata = thing["metadata"]
        facts.setdefault(name, {}).update({k: metadata.get(k, {}) for k in ("labels", "annotations")})
    return {key: value for key, value in flat(facts).items() if key not in OWN}


def kubectl(*words):
    return json.loads(run("kubectl", "get", *words, "-o", "json"))


def is_own_endpoint(endpoint):
    """In a custom cloud the endpoint begins with the identity, which is another one each time."""
    principal, _, rest = endpoint.partition(".")
    return len(principal) == 36 and rest == "k8sproxysvc.connectrp.azs"


def compare(theirs, ours, explained):
    """Prints what is different and not explained, and says how much that is."""
    keys = theirs.keys() | ours.keys()
    different = sorted(k for k in keys if theirs.get(k) != ours.get(k) and k not in explained)
    for key in different:
        print(f"differs: {key}: az {theirs.get(key)!r}, we {ours.get(key)!r}")
    print(f"{len(keys)} keys compared, {len(different)} unexplained differences", flush=True)
    return len(different)
