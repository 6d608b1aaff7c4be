"""Drives the simulated Azure and a real cluster by the real Azure CLI's extensions k8s-extension and k8s-configuration.

Runs like `az.py`, in the environment of a world. `ARC_AZ_EXTENSIONS` names a directory with the wheels of the CLI's
extensions, where they are not installed. What az makes must be there on both planes, and gone on both afterwards; the
provider takes it over, heals what az does to it, and makes what az goes on with.

    . .world/env && ARC_TOOL_AZURE_CLI=$(command -v az) python3 az_extensions.py
"""

import json
import subprocess
import sys
import time

from cli import PUBLIC, TARGET, connect, delete, enter, home
from ours import terraform
from traces import CLUSTER, GROUP, az, cluster_id, run

CLUSTER_OF = ("--resource-group", GROUP, "--cluster-name", CLUSTER, "--cluster-type", "connectedClusters")
CONFIGURATION = "/providers/Microsoft.KubernetesConfiguration"
CANARY = "canary-protected-value"
APPS = """
resource "arc_extension" "apps" {
  connected_cluster_id   = "%s"
  name                   = "apps"
  extension_type         = "microsoft.web.appservice"
  version                = "1.1.4"
  release_namespace      = "apps-system"
  configuration_settings = { "logLevel" = "info" }
}
"""
FLEET = """
resource "arc_flux_configuration" "fleet" {
  connected_cluster_id = "%s"
  name                 = "fleet"
  namespace            = "fleet"
  git_repository       = { url = "https://github.com/example/fleet", reference = { branch = "main" } }
  kustomizations = {
    infra = { path = "./infrastructure", prune = true }
    apps  = { path = "./apps", depends_on = ["infra"] }
  }
}
"""


def shown(*words):
    return json.loads(az(*words, "--output", "json"))


def until(what, good):
    deadline = time.monotonic() + 120
    while not good():
        if time.monotonic() > deadline:
            sys.exit(f"{what}: not within two minutes")
        time.sleep(1)


def releases(namespace):
    """Releases of a namespace by name, as Helm itself sees them."""
    listed = json.loads(run("helm", "list", "--namespace", namespace, "--output", "json"))
    return {one["name"]: one for one in listed}


def exists(*words):
    return not subprocess.run(("kubectl", "get", *words), capture_output=True, check=False).returncode


def extensions_live_and_die():
    of = (*CLUSTER_OF, "--name", "apps")
    types = shown("k8s-extension", "extension-types", "list-by-cluster", *CLUSTER_OF)
    assert "microsoft.web.appservice" in {one["name"] for one in types}, types
    created = shown(
        "k8s-extension", "create", *of, "--extension-type", "Microsoft.Web.AppService", "--scope", "cluster",
        "--release-namespace", "apps-system", "--auto-upgrade-minor-version", "false", "--version", "1.1.4",
        "--configuration-settings", "logLevel=info", "--configuration-protected-settings", f"key={CANARY}",
    )  # fmt: skip
    assert created["provisioningState"] == "Succeeded" and created["currentVersion"] == "1.1.4", created
    assert CANARY not in json.dumps(created)
    release = releases("apps-system")["apps"]
    assert (release["status"], release["chart"]) == ("deployed", "microsoft.web.appservice-1.1.4"), release
    values = json.loads(run("helm", "get", "values", "apps", "-n", "apps-system", "-o", "json"))
    assert values == {"logLevel": "info"}, values
    run("kubectl", "rollout", "status", "-n", "apps-system", "deployment/app-controller", "--timeout=60s")

    az("k8s-extension", "update", *of, "--yes", "--version", "1.1.5", "--auto-upgrade-minor-version", "false",
       "--configuration-protected-settings", f"key={CANARY}")  # fmt: skip
    assert shown("k8s-extension", "show", *of)["currentVersion"] == "1.1.5"
    release = releases("apps-system")["apps"]
    assert (release["revision"], release["chart"]) == ("2", "microsoft.web.appservice-1.1.5"), release
    assert [one["name"] for one in shown("k8s-extension", "list", *CLUSTER_OF)] == ["apps"]
    az("k8s-extension", "delete", *of, "--yes")
    assert shown("k8s-extension", "list", *CLUSTER_OF) == []
    assert not exists("namespace", "apps-system")


def fleet_is_created_by_az(of):
    return shown(
        "k8s-configuration", "flux", "create", *of, "--namespace", "fleet", "--scope", "cluster",
        "--url", "https://github.com/example/fleet", "--branch", "main",
        "--kustomization", "name=infra", "path=./infrastructure", "prune=true",
        "--kustomization", "name=apps", "path=./apps", "depends_on=infra",
    )  # fmt: skip


def flux_lives_and_dies():
    of = (*CLUSTER_OF, "--name", "fleet")
    created = fleet_is_created_by_az(of)
    assert created["provisioningState"] == "Succeeded", created
    assert releases("flux-system")["flux"]["status"] == "deployed"
    show = ("k8s-configuration", "flux", "show", *of)
    until("compliance", lambda: shown(*show)["complianceState"] == "Compliant")
    kustomization = ("kustomizations.kustomize.toolkit.fluxcd.io", "fleet-apps", "-n", "fleet")
    until("Ready", lambda: "True" in run("kubectl", "get", *kustomization, "-o", "jsonpath={.status.conditions[0].status}"))
    az("k8s-configuration", "flux", "update", *of, "--branch", "dev")
    assert shown(*show)["gitRepository"]["repositoryRef"]["branch"] == "dev"
    source = ("gitrepositories.source.toolkit.fluxcd.io", "fleet", "-n", "fleet")
    assert run("kubectl", "get", *source, "-o", "jsonpath={.spec.ref.branch}") == "dev"
    az("k8s-configuration", "flux", "delete", *of, "--yes")
    assert not exists(*source)
    az("k8s-extension", "delete", *CLUSTER_OF, "--name", "flux", "--yes")
    assert not exists("namespace", "flux-system")


def extension_is_shared():
    """Made by az and taken over by us; deleted by az, made again by us, and az goes on with it."""
    of = (*CLUSTER_OF, "--name", "apps")
    az(
        "k8s-extension", "create", *of, "--extension-type", "Microsoft.Web.AppService", "--scope", "cluster",
        "--release-namespace", "apps-system", "--auto-upgrade-minor-version", "false", "--version", "1.1.4",
        "--configuration-settings", "logLevel=info",
    )  # fmt: skip
    with terraform(APPS % cluster_id()) as ours:
        ours.import_it("arc_extension.apps", f"{cluster_id()}{CONFIGURATION}/extensions/apps")
        ours.is_at_rest("after the import of az's extension")
        az("k8s-extension", "update", *of, "--yes", "--version", "1.1.5", "--auto-upgrade-minor-version", "false")
        ours.heals("k8s-extension update --version", '"1.1.5" -> "1.1.4"')
        az("k8s-extension", "update", *of, "--yes", "--configuration-settings", "logLevel=debug")
        ours.heals("k8s-extension update --configuration-settings", '"debug" -> "info"')
        az("k8s-extension", "delete", *of, "--yes")
        ours.makes_again()
        assert shown("k8s-extension", "show", *of)["currentVersion"] == "1.1.4"
        ours.destroy()
    assert shown("k8s-extension", "list", *CLUSTER_OF) == []


def flux_configuration_is_shared():
    """The same of a Flux configuration."""
    of = (*CLUSTER_OF, "--name", "fleet")
    fleet_is_created_by_az(of)
    with terraform(FLEET % cluster_id()) as ours:
        ours.import_it("arc_flux_configuration.fleet", f"{cluster_id()}{CONFIGURATION}/fluxConfigurations/fleet")
        ours.is_at_rest("after the import of az's Flux configuration")
        az("k8s-configuration", "flux", "update", *of, "--branch", "dev")
        ours.heals("flux update --branch", '"dev" -> "main"')
        az("k8s-configuration", "flux", "update", *of, "--suspend", "true")
        ours.heals("flux update --suspend", "suspend")
        az("k8s-configuration", "flux", "delete", *of, "--yes")
        ours.makes_again()
        assert shown("k8s-configuration", "flux", "show", *of)["complianceState"] == "Compliant"
        ours.destroy()
    assert shown("k8s-configuration", "flux", "list", *CLUSTER_OF) == []
    az("k8s-extension", "delete", *CLUSTER_OF, "--name", "flux", "--yes")


def main():
    with home("connectedk8s", "k8s_extension", "k8s_configuration") as directory:
        enter(PUBLIC, directory)
        connect()
        until("Connected", lambda: shown("connectedk8s", "show", *TARGET)["connectivityStatus"] == "Connected")
        extensions_live_and_die()
        flux_lives_and_dies()
        extension_is_shared()
        flux_configuration_is_shared()
        delete()
    print("extensions and Flux configurations: all as az expects")


if __name__ == "__main__":
    main()
