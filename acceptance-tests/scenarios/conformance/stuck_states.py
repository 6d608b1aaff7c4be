"""States that az leaves behind and cannot leave again by itself: the provider takes them over and heals them."""

import contextlib
import json
import ssl
import urllib.request

from cli import SIMULATOR, connect, until_gone
from ours import connected_cluster, terraform
from traces import run


@contextlib.contextmanager
def silent_data_plane():
    """The Arc data plane refuses, so that az ends between its write to Azure and Helm."""
    refusal = {"reply": {"status": 401, "code": "Unauthorized"}}
    script = {"method": "POST", "path": "*gethelmsettings*", "times": None, "action": refusal}
    faults("POST", script)
    yield
    faults("DELETE")


def faults(method, body=None):
    """A request to the simulator, which scripts faults."""
    headers = {"Content-Type": "application/json"}
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(f"{SIMULATOR}/_simulator/faults", data, headers, method=method)
    urllib.request.urlopen(request, context=ssl.create_default_context()).close()


@contextlib.contextmanager
def no_room():
    """No node takes pods, so that the agents never run and Helm's wait runs out."""
    nodes = run("kubectl", "get", "nodes", "-o", "name").split()
    run("kubectl", "cordon", *nodes)
    yield
    run("kubectl", "uncordon", *nodes)


def release_status():
    """Status of the agents' release, as Helm itself sees it; `None` without one."""
    releases = json.loads(run("helm", "list", "--all", "--namespace", "azure-arc-release", "--output", "json"))
    return {one["name"]: one["status"] for one in releases}.get("azure-arc")


def abandoned_record():
    """az gives up after its write to Azure: a record without a release. Its next connect refuses that name for good."""
    with silent_data_plane():
        connect(accept=(1,))
    assert release_status() is None
    connect(accept=(1,))


def record_without_release_is_taken_over():
    """With permission one apply is enough, also where Azure takes no other key and the record has to make room."""
    abandoned_record()
    with terraform(connected_cluster("adopt_existing = true")) as ours:
        ours.apply()
        ours.is_at_rest("after a record without a release was taken over")
        ours.destroy()
    until_gone()


def record_without_release_is_imported():
    """The plan names what is missing. Where Azure takes no other key, an apply says so, and the next one replaces."""
    abandoned_record()
    with terraform(connected_cluster()) as ours:
        ours.import_it()
        plan = ours.plan()
        for line in ("helm release azure-arc: missing", "azure-arc-connect-privatekey: missing"):
            assert line in plan, plan
        ours("apply", "-auto-approve", accept=(1,))
        ours.heals("an import of a record without a release", "must be replaced", "Azure knows")
        ours.destroy()
    until_gone()


def failed_release():
    """az gave up on Helm. Its next connect reports success and leaves the release as it is."""
    with no_room():
        connect("--onboarding-timeout", "15", accept=(1,))
    connect()
    assert release_status() == "failed"
    with terraform(connected_cluster()) as ours:
        ours.import_it()
        ours.heals("a failed release", "helm release azure-arc: status failed")
        assert release_status() == "deployed"
        ours.destroy()
    until_gone()


def all_are_healed():
    record_without_release_is_taken_over()
    record_without_release_is_imported()
    failed_release()
