"""Drives the simulated Azure and a real cluster by the real Azure CLI, then compares what it leaves with what we leave.

Runs in the environment of a world (`.world/env`), with `ARC_TOOL_AZURE_CLI` (an `az`) and, where the CLI's Arc extension is
not installed, `ARC_AZ_EXTENSIONS` (a directory with its wheel). The release's values must be the same key by key, but for
what EXPLAINED names; ARCHITECTURE.md says why those differ.

    . .world/env && ARC_TOOL_AZURE_CLI=$(command -v az) python3 az.py
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CLUSTER = "eks-training-dev-krc"
GROUP = "aks-training-dev-krc-infra"
LOCATION = "koreacentral"
# Decision 10: custom locations are off unless asked for.
EXPLAINED = {"systemDefaultValues.customLocations.enabled", "systemDefaultValues.customLocations.oid"}
# What leads a client into the world.
WORLDLY = {"HTTPS_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}
CONFIGURATION = f"""
terraform {{
  required_providers {{
    arc = {{ source = "multicloud/arc" }}
  }}
}}
provider "arc" {{}}
resource "arc_connected_cluster" "eks" {{
  name                = "{CLUSTER}"
  resource_group_name = "{GROUP}"
  location            = "{LOCATION}"
  kubernetes          = {{ eks = {{ cluster_name = "{CLUSTER}", region = "us-east-1" }} }}
  tags                = {{ Datacenter = "Demo" }}
}}
"""


def run(*words, **options):
    print("+", " ".join(w if "secret" not in w.lower() else "…" for w in words[:6]), flush=True)
    done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        sys.exit(f"exit {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def az(*words):
    return run(os.environ["ARC_TOOL_AZURE_CLI"], *words)


def target():
    return ["--resource-group", GROUP, "--name", CLUSTER]


def flat(value, path=""):
    if not isinstance(value, dict):
        return {path: value}
    return {key: leaf for name, inner in value.items() for key, leaf in flat(inner, f"{path}.{name}".strip(".")).items()}


def left_behind():
    """The release's values and what makes the key's Secret and the namespace adoptable."""
    values = json.loads(run("helm", "get", "values", "azure-arc", "-n", "azure-arc-release", "-o", "json"))
    kubectl = ("kubectl", "get", "-o", "json")
    secret = json.loads(run(*kubectl, "secret", "azure-arc-connect-privatekey", "-n", "azure-arc"))
    namespace = json.loads(run(*kubectl, "namespace", "azure-arc"))
    owned = lambda o: {k: v for k, v in o["metadata"].get("annotations", {}).items() if k.startswith("meta.helm.sh/")}
    facts = {"secret.type": secret["type"], "secret.keys": sorted(secret["data"])}
    for name, thing in (("secret", secret), ("namespace", namespace)):
        facts |= {f"{name}.{key}": value for key, value in owned(thing).items()}
        facts[f"{name}.managed-by"] = thing["metadata"]["labels"].get("app.kubernetes.io/managed-by")
    return flat(values) | facts


def by_az():
    az("connectedk8s", "connect", *target(), "--location", LOCATION, "--tags", "Datacenter=Demo")
    left = left_behind()
    az("connectedk8s", "connect", *target(), "--location", LOCATION, "--tags", "Datacenter=Demo")
    shown = json.loads(az("connectedk8s", "show", *target()))
    assert shown["distribution"] == "eks" and shown["infrastructure"] == "aws", shown
    assert CLUSTER in {one["name"] for one in json.loads(az("connectedk8s", "list", "--resource-group", GROUP))}
    az("connectedk8s", "update", *target(), "--tags", "Datacenter=Seoul")
    az("connectedk8s", "delete", *target(), "--yes")
    run("kubectl", "wait", "--for=delete", "namespace/azure-arc-release", "--timeout=120s")
    return left


def by_us():
    engine = os.environ.get("ARC_ENGINE", "terraform")
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "main.tf").write_text(CONFIGURATION, encoding="utf-8")
        run(engine, "init", "-no-color", cwd=directory)
        run(engine, "apply", "-no-color", "-auto-approve", cwd=directory)
        left = left_behind()
        run(engine, "destroy", "-no-color", "-auto-approve", cwd=directory)
    return left


def main():
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "HOME": home,
            "AZURE_CONFIG_DIR": f"{home}/azure",
            "AZURE_CORE_COLLECT_TELEMETRY": "false",
            # Skips the job before onboarding, whose chart is no part of this world.
            "AZURE_LOCAL_DISCONNECTED": "true",
            "HELM_CLIENT_PATH": run("which", "helm").strip(),
            "KUBECTL_CLIENT_PATH": run("which", "kubectl").strip(),
        }
        wheels = os.environ.get("ARC_AZ_EXTENSIONS")
        for wheel in sorted(Path(wheels).glob("connectedk8s-*.whl")) if wheels else []:
            os.environ["AZURE_EXTENSION_DIR"] = f"{home}/extensions"
            # Its dependencies come from outside of the world.
            outside = {k: v for k, v in os.environ.items() if k not in WORLDLY}
            run(os.environ["ARC_TOOL_AZURE_CLI"], "extension", "add", "--yes", "--source", str(wheel), env=outside)
        login = ("-u", os.environ["ARM_CLIENT_ID"], "--tenant", os.environ["ARM_TENANT_ID"])
        az("login", "--service-principal", *login, "-p", os.environ["ARM_CLIENT_SECRET"])
        theirs, ours = by_az(), by_us()
    different = sorted(k for k in theirs.keys() | ours.keys() if theirs.get(k) != ours.get(k) and k not in EXPLAINED)
    for key in different:
        print(f"differs: {key}: az {theirs.get(key)!r}, we {ours.get(key)!r}")
    print(f"{len(theirs.keys() | ours.keys())} keys compared, {len(different)} unexplained differences")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
