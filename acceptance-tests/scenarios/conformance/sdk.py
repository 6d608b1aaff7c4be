"""Drives the simulated Azure by the official Azure SDKs for Python.

The SDKs were written elsewhere: what they accept is close enough to Azure. Everything runs in
production configuration, against Azure's public names, in the environment of a world (`.world/env`): ARM_* credentials,
HTTPS_PROXY, and REQUESTS_CA_BUNDLE for the test authority. Where AZURE_SIMULATOR_URL names the simulator's own address,
the custom cloud and the scripted faults are tried too.

    python -m venv venv && venv/bin/pip install -r requirements.txt
    . .world/env && venv/bin/python sdk.py
"""

import base64
import contextlib
import os
import sys
import time
import uuid

import requests
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.mgmt.hybridkubernetes import ConnectedKubernetesClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

TENANT = os.environ["ARM_TENANT_ID"]
SUBSCRIPTION = os.environ["ARM_SUBSCRIPTION_ID"]
CLIENT = os.environ["ARM_CLIENT_ID"]
SECRET = os.environ["ARM_CLIENT_SECRET"]
SIMULATOR = os.environ.get("AZURE_SIMULATOR_URL")

GROUP = f"sdk-{uuid.uuid4().hex[:8]}"
LOCATION = "koreacentral"
CLUSTERS = "/providers/Microsoft.Kubernetes/connectedClusters"
VERSIONS = ["2021-03-01", "2021-10-01", "2024-01-01", "2025-08-01-preview", "2025-12-01-preview", "2026-05-01"]
# Without it the SDKs wait 30 seconds where a reply has no Retry-After.
POLLING = {"polling_interval": 0.2}


class Cloud:
    """The clients of one cloud."""

    def __init__(self, base_url=None, authority=None, scope=None):
        login = {"authority": authority, "disable_instance_discovery": True} if authority else {}
        self.credential = ClientSecretCredential(TENANT, CLIENT, SECRET, **login)
        self.options = {**POLLING}
        if base_url:
            self.options |= {"base_url": base_url, "credential_scopes": [scope]}

    def clusters(self, **options):
        return ConnectedKubernetesClient(
            self.credential, SUBSCRIPTION, **self.options, **options
        ).connected_cluster

    def resources(self):
        return ResourceManagementClient(self.credential, SUBSCRIPTION, **self.options)

    def subscriptions(self):
        return SubscriptionClient(self.credential, **self.options).subscriptions


def public_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.PKCS1)).decode()


def cluster(**properties):
    return {
        "location": LOCATION,
        "identity": {"type": "SystemAssigned"},
        "tags": {"env": "test"},
        "properties": {
            "agentPublicKeyCertificate": public_key(),
            "distribution": "eks",
            **properties,
        },
    }


def refused(code, call, *arguments, **options):
    """The error of a call that must fail with this code."""
    try:
        call(*arguments, **options)
    except HttpResponseError as error:
        assert error.error.code == code, f"{error.error.code} instead of {code}"
        return error
    raise AssertionError(f"not refused: {code} expected")


def subscription_is_shown(cloud):
    shown = cloud.subscriptions().get(SUBSCRIPTION)
    assert (shown.state, shown.tenant_id) == ("Enabled", TENANT)
    assert SUBSCRIPTION in [one.subscription_id for one in cloud.subscriptions().list()]
    refused("SubscriptionNotFound", cloud.subscriptions().get, str(uuid.uuid4()))


def providers_are_shown_and_registered(cloud):
    providers = cloud.resources().providers
    kubernetes = providers.get("Microsoft.Kubernetes")
    types = {one.resource_type: one for one in kubernetes.resource_types}
    assert "Korea Central" in [name for name in types["connectedClusters"].locations]
    assert set(VERSIONS) == set(types["connectedClusters"].api_versions)
    providers.register("Microsoft.ExtendedLocation")
    deadline = time.monotonic() + 30
    while providers.get("Microsoft.ExtendedLocation").registration_state != "Registered":
        assert time.monotonic() < deadline
        time.sleep(0.2)


def group_is_created_and_updated(cloud):
    groups = cloud.resources().resource_groups
    assert not groups.check_existence(GROUP)
    assert groups.create_or_update(GROUP, {"location": "Korea Central"}).location == LOCATION
    assert groups.check_existence(GROUP.upper())
    assert groups.update(GROUP, {"tags": {"by": "sdk"}}).tags == {"by": "sdk"}
    assert GROUP in [group.name for group in groups.list()]
    refused("InvalidResourceGroupLocation", groups.create_or_update, GROUP, {"location": "eastus"})


def cluster_lives_through_every_version(cloud):
    for version in VERSIONS:
        clusters = cloud.clusters(api_version=version)
        name = f"c-{version}"
        try:
            clusters.get(GROUP, name)
            raise AssertionError("there before it was created")
        except ResourceNotFoundError as error:
            assert error.error.code == "ResourceNotFound"
        body = cluster()
        created = clusters.begin_create_or_replace(GROUP, name, body).result()
        assert created.properties.provisioning_state == "Succeeded"
        assert (
            created.properties.agent_public_key_certificate
            == body["properties"]["agentPublicKeyCertificate"]
        )
        assert created.properties.connectivity_status == "Connecting"
        assert created.identity.principal_id and created.identity.tenant_id == TENANT
        assert created.id.endswith(f"/resourceGroups/{GROUP}{CLUSTERS}/{name}")
        assert created.system_data.created_by == CLIENT


def echo_of_what_was_read_is_taken(cloud):
    clusters = cloud.clusters()
    shown = clusters.get(GROUP, "c-2026-05-01")
    shown.tags["echo"] = "yes"
    replaced = clusters.begin_create_or_replace(GROUP, shown.name, shown).result()
    assert replaced.tags == {"env": "test", "echo": "yes"}
    assert replaced.identity.principal_id == shown.identity.principal_id


def patch_is_an_operation(cloud):
    clusters = cloud.clusters()
    patch = {"tags": {"env": "patched"}, "properties": {"azureHybridBenefit": "True"}}
    patched = clusters.begin_update_async(GROUP, "c-2026-05-01", patch).result()
    assert (patched.tags, patched.properties.azure_hybrid_benefit) == ({"env": "patched"}, "True")


def older_versions_see_the_same_object(cloud):
    body = cluster(gateway={"enabled": True}, arcAgentProfile={"agentAutoUpgrade": "Disabled"})
    cloud.clusters().begin_create_or_replace(GROUP, "shared", body).result()
    seen = {
        version: cloud.clusters(api_version=version).get(GROUP, "shared").properties
        for version in VERSIONS
    }
    assert seen["2026-05-01"].gateway.enabled and seen["2025-08-01-preview"].gateway.enabled
    assert seen["2024-01-01"].gateway is None
    assert seen["2024-01-01"].arc_agent_profile.agent_auto_upgrade == "Disabled"
    assert seen["2021-10-01"].arc_agent_profile is None
    cloud.clusters().begin_delete(GROUP, "shared").result()


def lists_are_complete(cloud):
    expected = {f"c-{version}" for version in VERSIONS}
    clusters = cloud.clusters()
    assert expected == {one.name for one in clusters.list_by_resource_group(GROUP)}
    assert expected <= {one.name for one in clusters.list_by_subscription()}
    inside = cloud.resources().resources.list_by_resource_group(GROUP)
    assert expected == {one.name for one in inside}


def credentials_need_agents(cloud):
    how = {"authenticationMethod": "Token", "clientProxy": True}
    listed = cloud.clusters().list_cluster_user_credential
    refused("BadRequest", listed, GROUP, "c-2026-05-01", how)


def mistakes_are_refused(cloud):
    clusters = cloud.clusters()
    create = clusters.begin_create_or_replace
    refused(
        "LocationNotAvailableForResourceType", create, GROUP, "x", cluster() | {"location": "moon"}
    )
    refused("InvalidParameter", create, GROUP, "x", cluster(agentPublicKeyCertificate="nonsense"))
    refused("InvalidRequestContent", create, GROUP, "x", cluster(colour="red"))
    refused("ResourceGroupNotFound", create, "nowhere", "x", cluster())
    refused("Conflict", create, GROUP, "c-2026-05-01", cluster())
    refused("NoRegisteredProviderFound", cloud.clusters(api_version="2020-01-01").get, GROUP, "x")


def generic_client_sees_it_too(cloud):
    identifier = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/{GROUP}{CLUSTERS}/c-2024-01-01"
    shown = cloud.resources().resources.get_by_id(identifier, api_version="2024-01-01")
    assert shown.location == LOCATION and shown.properties["distribution"] == "eks"


def everything_is_deleted(cloud):
    clusters = cloud.clusters()
    for version in VERSIONS[:2]:
        clusters.begin_delete(GROUP, f"c-{version}").result()
    refused("ResourceNotFound", clusters.get, GROUP, "c-2021-03-01")
    groups = cloud.resources().resource_groups
    groups.begin_delete(GROUP).result()
    assert not groups.check_existence(GROUP)
    refused("ResourceGroupNotFound", clusters.get, GROUP, "c-2026-05-01")


LIFE = [
    subscription_is_shown,
    providers_are_shown_and_registered,
    group_is_created_and_updated,
    cluster_lives_through_every_version,
    echo_of_what_was_read_is_taken,
    patch_is_an_operation,
    older_versions_see_the_same_object,
    lists_are_complete,
    credentials_need_agents,
    mistakes_are_refused,
    generic_client_sees_it_too,
    everything_is_deleted,
]


@contextlib.contextmanager
def fault(**script):
    """Scripts one fault, and forgets it afterwards."""
    faults = f"{SIMULATOR}/_simulator/faults"
    requests.post(faults, json=script).raise_for_status()
    yield
    requests.delete(faults).raise_for_status()


@contextlib.contextmanager
def behaviour(**changes):
    """Changes the simulator's manners, and changes them back."""
    before = requests.get(f"{SIMULATOR}/_simulator/state").json()["behaviour"]
    requests.put(f"{SIMULATOR}/_simulator/behaviour", json=before | changes).raise_for_status()
    yield
    requests.put(f"{SIMULATOR}/_simulator/behaviour", json=before).raise_for_status()


def pages_are_followed(cloud):
    with behaviour(page_size=2):
        lists_are_complete(cloud)


def casing_does_not_matter(cloud):
    with behaviour(shuffled_casing=True):
        shown = cloud.clusters().get(GROUP.upper(), "C-2026-05-01")
        assert "/ConnectedClusters/c-2026-05-01" in shown.id


def throttling_is_waited_out(cloud):
    reply = {"status": 429, "code": "TooManyRequests", "headers": {"Retry-After": "1"}}
    with fault(method="PUT", action={"reply": reply}):
        cloud.clusters().begin_create_or_replace(GROUP, "throttled", cluster()).result()


def failed_operation_is_reported(cloud):
    failure = {"fails": {"code": "InternalServerError", "message": "no luck"}}
    with fault(method="PUT", action={"operation": failure}):
        poller = cloud.clusters().begin_create_or_replace(GROUP, "failing", cluster())
        refused("InternalServerError", poller.result)
    assert cloud.clusters().get(GROUP, "failing").properties.provisioning_state == "Failed"


def lost_poll_is_an_error(cloud):
    reply = {"status": 404, "code": "ResourceNotFound"}
    with fault(path="*/operationstatuses/*", action={"reply": reply}):
        poller = cloud.clusters().begin_create_or_replace(GROUP, "lost", cluster())
        refused("ResourceNotFound", poller.result)


def dropped_reply_is_sent_again(cloud):
    with fault(method="GET", path="*/connectedclusters/*", action={"drop": "before"}):
        cloud.clusters().get(GROUP, "c-2026-05-01")


FAULTS = [
    pages_are_followed,
    casing_does_not_matter,
    throttling_is_waited_out,
    failed_operation_is_reported,
    lost_poll_is_an_error,
    dropped_reply_is_sent_again,
]


def run(title, cloud, cases):
    print(f"# {title}")
    for case in cases:
        begin = time.monotonic()
        case(cloud)
        print(f"ok {case.__name__} ({time.monotonic() - begin:.1f} s)", flush=True)


def custom_cloud():
    document = requests.get(
        f"{SIMULATOR}/metadata/endpoints", params={"api-version": "2022-09-01"}
    ).json()
    login = document["authentication"]
    scope = f"{login['audiences'][0]}/.default"
    return Cloud(document["resourceManager"], login["loginEndpoint"], scope)


def main():
    run("the public cloud", Cloud(), LIFE)
    if not SIMULATOR:
        print("# the custom cloud and the faults are left out: AZURE_SIMULATOR_URL is not set")
        return
    run("the custom cloud, with faults", custom_cloud(), [*LIFE[:-1], *FAULTS, LIFE[-1]])


if __name__ == "__main__":
    sys.exit(main())
