"""The provider, by the real Terraform, on the cluster that az works on too."""

import contextlib
import os
import tempfile
from pathlib import Path

from cli import LOCATION
from traces import CLUSTER, GROUP, cluster_id, run

ADDRESS = "arc_connected_cluster.eks"
HEAD = """
terraform {
  required_providers {
    arc = { source = "multicloud/arc" }
  }
}
provider "arc" {
  kubernetes = { eks = { cluster_name = "%(cluster)s", region = "us-east-1" } }
}
""" % {"cluster": CLUSTER}
CONNECTED_CLUSTER = """
resource "arc_connected_cluster" "eks" {
  name                = "%(cluster)s"
  resource_group_name = "%(group)s"
  location            = "%(location)s"
  tags                = { Datacenter = "Demo" }
  %(more)s
}
"""


def connected_cluster(more=""):
    """The cluster's own resource, with these attributes more."""
    return CONNECTED_CLUSTER % {"cluster": CLUSTER, "group": GROUP, "location": LOCATION, "more": more}


class Terraform:
    """A configuration with a state of its own."""

    def __init__(self, directory, resources):
        self.engine, self.directory = os.environ.get("ARC_ENGINE", "terraform"), directory
        self.configure(resources)
        self("init")

    def __call__(self, command, *words, **options):
        return run(self.engine, command, "-no-color", *words, cwd=self.directory, **options)

    def configure(self, resources):
        Path(self.directory, "main.tf").write_text(HEAD + resources, encoding="utf-8")

    def import_it(self, address=ADDRESS, identifier=None):
        """Takes an object over: the connected cluster, unless another one is named."""
        self("import", address, identifier or cluster_id())

    def apply(self):
        self("apply", "-auto-approve")

    def destroy(self):
        self("destroy", "-auto-approve")

    def plan(self):
        """Text of the plan; empty if nothing is to be done."""
        text = self("plan", "-detailed-exitcode", accept=(0, 2))
        return "" if "No changes." in text else text

    def makes_again(self):
        """Asserts that the plan is to make one object, and that an apply does."""
        plan = self.plan()
        assert "1 to add, 0 to change, 0 to destroy" in plan, f"what az deleted is not made again:\n{plan}"
        self.apply()
        self.is_at_rest("after what az deleted was made again")

    def is_at_rest(self, when):
        """Asserts that nothing is to be done."""
        plan = self.plan()
        assert not plan, f"the plan is not empty {when}:\n{plan}"
        print(f"ok nothing to do {when}", flush=True)

    def heals(self, what, *lines):
        """Asserts that the plan names what is amiss by these lines, and that an apply puts it right."""
        plan = self.plan()
        for line in lines:
            assert line in plan, f"after {what} the plan does not say {line!r}:\n{plan}"
        self.apply()
        self.is_at_rest(f"after {what} was healed")
        print(f"ok {what}: " + "; ".join(lines), flush=True)


@contextlib.contextmanager
def terraform(resources):
    with tempfile.TemporaryDirectory() as directory:
        yield Terraform(directory, resources)
