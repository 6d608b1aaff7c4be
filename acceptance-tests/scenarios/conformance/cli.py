"""The real Azure CLI, in a home of its own: its extensions, its cloud, its login."""

import contextlib
import os
import tempfile
from pathlib import Path

from traces import CLUSTER, GROUP, az, run

LOCATION = "koreacentral"
SIMULATOR = os.environ["AZURE_SIMULATOR_URL"]
PUBLIC = {"name": "AzureCloud", "resource_manager": "https://management.azure.com"}
CUSTOM = {"name": "ArcSimulator", "resource_manager": SIMULATOR}
TARGET = ("--resource-group", GROUP, "--name", CLUSTER)
# What leads a client into the world.
WORLDLY = {"HTTPS_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}


@contextlib.contextmanager
def home(*extensions):
    """A home without a past, in which these extensions of the CLI are installed."""
    with tempfile.TemporaryDirectory() as directory:
        os.environ |= {
            "HOME": directory,
            "AZURE_CORE_COLLECT_TELEMETRY": "false",
            # Skips the job before onboarding, whose log is not written in this world.
            "AZURE_LOCAL_DISCONNECTED": "true",
            "HELM_CLIENT_PATH": run("which", "helm").strip(),
            "KUBECTL_CLIENT_PATH": run("which", "kubectl").strip(),
        }
        for extension in extensions:
            install(extension, directory)
        yield directory


def install(extension, directory):
    """Installs a wheel. Without ARC_AZ_EXTENSIONS the extension is there already."""
    wheels = os.environ.get("ARC_AZ_EXTENSIONS")
    for wheel in sorted(Path(wheels).glob(f"{extension}-*.whl")) if wheels else []:
        os.environ["AZURE_EXTENSION_DIR"] = f"{directory}/extensions"
        # Its dependencies come from outside of the world.
        outside = {k: v for k, v in os.environ.items() if k not in WORLDLY}
        run(os.environ["ARC_TOOL_AZURE_CLI"], "extension", "add", "--yes", "--source", str(wheel), env=outside)


def enter(cloud, directory):
    """Logs az in, and tells the provider which cloud it is in."""
    os.environ["AZURE_CONFIG_DIR"] = f"{directory}/{cloud['name']}"
    if cloud is CUSTOM:
        az("cloud", "register", "--name", cloud["name"], "--endpoint-resource-manager", SIMULATOR)
        az("cloud", "set", "--name", cloud["name"])
        # Microsoft's own login knows nothing of this cloud's.
        az("config", "set", "core.instance_discovery=false")
        os.environ |= {"ARM_ENVIRONMENT": cloud["name"], "ARM_METADATA_HOSTNAME": SIMULATOR.removeprefix("https://")}
    login = ("-u", os.environ["ARM_CLIENT_ID"], "--tenant", os.environ["ARM_TENANT_ID"])
    az("login", "--service-principal", *login, "-p", os.environ["ARM_CLIENT_SECRET"])
    az("account", "set", "--subscription", os.environ["ARM_SUBSCRIPTION_ID"])


def arc(command, *words, **options):
    """A command of the extension connectedk8s on our cluster."""
    return az("connectedk8s", command, *TARGET, *words, **options)


def connect(*words, tags=("Datacenter=Demo",), **options):
    arc("connect", "--location", LOCATION, *(("--tags", *tags) if tags else ()), *words, **options)


def delete():
    """Deletes, and waits until the cluster is as before: az ends while a namespace is still ending."""
    arc("delete", "--yes")
    until_gone()


def until_gone():
    run("kubectl", "wait", "--for=delete", "namespace/azure-arc-release", "--timeout=120s")
