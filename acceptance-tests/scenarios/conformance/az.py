"""Drives the simulated Azure and a real cluster by the real Azure CLI, and lets it and the provider share clusters.

Runs in the environment of a world (`.world/env`), with `ARC_TOOL_AZURE_CLI` (an `az`) and, where the CLI's Arc extension is
not installed, `ARC_AZ_EXTENSIONS` (a directory with its wheel). Everything is done twice: against the public names of Azure,
which lead into the world by its proxy, and against the simulator as a registered custom cloud on its own address. What a
connect by az leaves on both planes must be what one by the provider leaves, key by key, but for what EXPLAINED names;
ARCHITECTURE.md says why those differ. What az does to a cluster, the provider's next plan names and its apply heals.

    . .world/env && ARC_TOOL_AZURE_CLI=$(command -v az) python3 az.py [public|custom]
"""

import json
import sys

import stuck_states
from cli import CUSTOM, PUBLIC, arc, connect, delete, enter, home
from ours import connected_cluster, terraform
from traces import CLUSTER, GROUP, az, compare, in_azure, in_cluster

AGENTS, NEWER_AGENTS = "1.35.4", "1.36.0"
OBJECT_ID = "values.systemDefaultValues.customLocations.oid"
# Decisions 10 and 21: custom locations are off unless asked for, and a label says when our Helm was started.
STARTED = "release.labels.arc.multicloud/started"
EXPLAINED = {
    "values.systemDefaultValues.customLocations.enabled",
    "config.CUSTOM_LOCATIONS_ENABLED",
    OBJECT_ID,
    "config.CUSTOM_LOCATION_OID",
    STARTED,
}


def traces(cloud):
    return in_cluster() | in_azure(cloud["resource_manager"])


def with_custom_locations(object_id):
    return connected_cluster(f'custom_locations = {{ enabled = true, object_id = "{object_id}" }}')


def pinned(agents):
    return connected_cluster(f'agent = {{ version = "{agents}", auto_upgrade_enabled = false }}')


def by_az(cloud):
    """Connected by az: the provider takes it over as it is, heals what az does to it, and az goes on with it."""
    connect()
    left = traces(cloud)
    with terraform(with_custom_locations(left[OBJECT_ID])) as ours:
        ours.import_it()
        ours.is_at_rest("after the import of what az connected")
        connect(tags=())
        ours.heals("a second connect without tags", '+ "Datacenter" = "Demo"')
        arc("disable-features", "--features", "custom-locations", "--yes")
        ours.heals("disable-features custom-locations", "custom locations is off, wanted is on")
    shown = json.loads(arc("show"))
    assert shown["distribution"] == "eks" and shown["infrastructure"] == "aws", shown
    assert CLUSTER in {one["name"] for one in json.loads(az("connectedk8s", "list", "--resource-group", GROUP))}
    arc("update", "--tags", "Datacenter=Seoul")
    delete()
    return left


def by_us(cloud):
    """Connected by the provider: az changes it in every way it knows, the provider sees and heals that, and az deletes it."""
    with terraform(connected_cluster()) as ours:
        ours.apply()
        left = traces(cloud)
        arc("update", "--tags", "Datacenter=Seoul")
        ours.heals("update --tags", '"Seoul" -> "Demo"')
        arc("update", "--auto-upgrade", "false")
        ours.heals("update --auto-upgrade", "auto-upgrade of the agents is Disabled, wanted is Enabled")
        arc("enable-features", "--features", "cluster-connect", "custom-locations")
        ours.heals("enable-features custom-locations", "custom locations is on, wanted is off")
        arc("disable-features", "--features", "cluster-connect", "--yes")
        ours.heals("disable-features cluster-connect", "cluster connect is off, wanted is on")
        proxied = ("--proxy-https", "http://proxy:3128", "--proxy-skip-range", "10.0.0.0/16,.svc")
        arc("update", *proxied)
        ours.heals("update --proxy-https", "the proxy is on, wanted is off", "features of the agents is proxy")
        ours.configure(pinned(AGENTS))
        ours.apply()
        arc("upgrade", "--agent-version", NEWER_AGENTS)
        ours.heals("upgrade", f"chart {NEWER_AGENTS}, wanted is {AGENTS}")
        delete()
        ours.makes_again()
        ours.destroy()
    return left


def main(wanted):
    different = 0
    with home("connectedk8s") as directory:
        for name, cloud in (("public", PUBLIC), ("custom", CUSTOM)):
            if wanted not in ("", name):
                continue
            print(f"# {cloud['name']}", flush=True)
            enter(cloud, directory)
            different += compare(by_az(cloud), by_us(cloud), EXPLAINED)
            if cloud is PUBLIC:
                stuck_states.all_are_healed()
    sys.exit(bool(different))


if __name__ == "__main__":
    main("".join(sys.argv[1:2]))
