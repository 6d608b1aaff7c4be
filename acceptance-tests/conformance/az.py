"""Drives the simulated Azure and a real cluster by the real Azure CLI, and lets it and the provider share clusters.

Runs in the environment of a world (`.world/env`), with `ARC_TOOL_AZURE_CLI` (an `az`) and, where the CLI's Arc extension is
not installed, `ARC_AZ_EXTENSIONS` (a directory with its wheel). Everything is done twice: against the public names of Azure,
which lead into the world by its proxy, and against the simulator as a registered custom cloud on its own address. What a
connect by az leaves on both planes must be what one by the provider leaves, key by key, but for what EXPLAINED names;
ARCHITECTURE.md says why those differ.

    . .world/env && ARC_TOOL_AZURE_CLI=$(command -v az) python3 az.py [public|custom]
"""

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

from traces import CLUSTER, GROUP, az, cluster_id, compare, in_azure, in_cluster, run

LOCATION = "koreacentral"
NEWER_AGENTS = "1.36.0"
SIMULATOR = os.environ["AZURE_SIMULATOR_URL"]
# Decision 10: custom locations are off unless asked for.
EXPLAINED = {
    "values.systemDefaultValues.customLocations.enabled",
    "values.systemDefaultValues.customLocations.oid",
}
# What leads a client into the world.
WORLDLY = {"HTTPS_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}
CONFIGURATION = """
terraform {
  required_providers {
    arc = { source = "multicloud/arc" }
  }
}
provider "arc" {
  kubernetes = { eks = { cluster_name = "%(cluster)s", region = "us-east-1" } }
}
resource "arc_connected_cluster" "eks" {
  name                = "%(cluster)s"
  resource_group_name = "%(group)s"
  location            = "%(location)s"
  tags                = { Datacenter = "Demo" }
}
""" % {"cluster": CLUSTER, "group": GROUP, "location": LOCATION}
PUBLIC = {"name": "AzureCloud", "resource_manager": "https://management.azure.com"}
CUSTOM = {"name": "ArcSimulator", "resource_manager": SIMULATOR}
ADDRESS = "arc_connected_cluster.eks"


class Terraform:
    """A configuration with a state of its own."""

    def __init__(self, directory):
        self.engine, self.directory = os.environ.get("ARC_ENGINE", "terraform"), directory
        Path(directory, "main.tf").write_text(CONFIGURATION, encoding="utf-8")
        self("init")

    def __call__(self, command, *words, **options):
        return run(self.engine, command, "-no-color", *words, cwd=self.directory, **options)

    def apply(self):
        self("apply", "-auto-approve")

    def destroy(self):
        self("destroy", "-auto-approve")

    def plan(self):
        """Text of the plan; empty if nothing is to be done."""
        text = self("plan", "-detailed-exitcode", accept=(0, 2))
        return "" if "No changes." in text else text


@contextlib.contextmanager
def terraform():
    with tempfile.TemporaryDirectory() as directory:
        yield Terraform(directory)


def arc(command, *words):
    return az("connectedk8s", command, "--resource-group", GROUP, "--name", CLUSTER, *words)


def connect():
    arc("connect", "--location", LOCATION, "--tags", "Datacenter=Demo")


def traces(cloud):
    return in_cluster() | in_azure(cloud["resource_manager"])


def until_gone():
    run("kubectl", "wait", "--for=delete", "namespace/azure-arc-release", "--timeout=120s")


def by_az(cloud):
    """Connected by az: the provider takes it over as it is, and az goes on with it."""
    connect()
    left = traces(cloud)
    with terraform() as ours:
        ours("import", ADDRESS, cluster_id())
        plan = ours.plan()
        assert not plan, f"a cluster that az connected is imported and not left alone:\n{plan}"
    connect()
    shown = json.loads(arc("show"))
    assert shown["distribution"] == "eks" and shown["infrastructure"] == "aws", shown
    assert CLUSTER in {one["name"] for one in json.loads(az("connectedk8s", "list", "--resource-group", GROUP))}
    arc("update", "--tags", "Datacenter=Seoul")
    arc("delete", "--yes")
    until_gone()
    return left


def by_us(cloud):
    """Connected by the provider: az changes it in every way it knows, the provider sees that, and az deletes it."""
    with terraform() as ours:
        ours.apply()
        left = traces(cloud)
        arc("update", "--tags", "Datacenter=Seoul")
        plan = ours.plan()
        assert "Seoul" in plan, f"the plan does not name what az changed:\n{plan}"
        ours.apply()
        assert not ours.plan()
        arc("update", "--auto-upgrade", "false")
        arc("upgrade", "--agent-version", NEWER_AGENTS)
        arc("enable-features", "--features", "cluster-connect", "custom-locations")
        arc("disable-features", "--features", "custom-locations", "--yes")
        arc("delete", "--yes")
        until_gone()
        plan = ours.plan()
        assert "1 to add" in plan, f"az deleted the cluster, and the plan does not make it again:\n{plan}"
        ours.apply()
        ours.destroy()
    return left


def install_extension(home):
    wheels = os.environ.get("ARC_AZ_EXTENSIONS")
    for wheel in sorted(Path(wheels).glob("connectedk8s-*.whl")) if wheels else []:
        os.environ["AZURE_EXTENSION_DIR"] = f"{home}/extensions"
        # Its dependencies come from outside of the world.
        outside = {k: v for k, v in os.environ.items() if k not in WORLDLY}
        run(os.environ["ARC_TOOL_AZURE_CLI"], "extension", "add", "--yes", "--source", str(wheel), env=outside)


def enter(cloud):
    """Logs az in, and tells the provider which cloud it is in."""
    if cloud is CUSTOM:
        az("cloud", "register", "--name", cloud["name"], "--endpoint-resource-manager", SIMULATOR)
        az("cloud", "set", "--name", cloud["name"])
        # Microsoft's own login knows nothing of this cloud's.
        az("config", "set", "core.instance_discovery=false")
        os.environ |= {"ARM_ENVIRONMENT": cloud["name"], "ARM_METADATA_HOSTNAME": SIMULATOR.removeprefix("https://")}
    login = ("-u", os.environ["ARM_CLIENT_ID"], "--tenant", os.environ["ARM_TENANT_ID"])
    az("login", "--service-principal", *login, "-p", os.environ["ARM_CLIENT_SECRET"])


def main(wanted):
    different = 0
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "HOME": home,
            "AZURE_CORE_COLLECT_TELEMETRY": "false",
            # Skips the job before onboarding, whose log nobody in this world writes.
            "AZURE_LOCAL_DISCONNECTED": "true",
            "HELM_CLIENT_PATH": run("which", "helm").strip(),
            "KUBECTL_CLIENT_PATH": run("which", "kubectl").strip(),
        }
        install_extension(home)
        for name, cloud in (("public", PUBLIC), ("custom", CUSTOM)):
            if wanted not in ("", name):
                continue
            print(f"# {cloud['name']}", flush=True)
            os.environ["AZURE_CONFIG_DIR"] = f"{home}/{name}"
            enter(cloud)
            different += compare(by_az(cloud), by_us(cloud), EXPLAINED)
    sys.exit(bool(different))


if __name__ == "__main__":
    main("".join(sys.argv[1:2]))
