"""The locks: every dependency of the workspace with its hashes, the part of each service, and Node apart."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from zapys_dev import places
from zapys_dev.errors import Trouble

ROOT_LOCK = "requirements.lock"
NODE_LOCK = "requirements-node.lock"
BUILD_LOCK = "requirements-build.lock"
PYTHON = "3.11"


@dataclass(frozen=True)
class Requirement:
    """One pinned line of a lock with what makes it unique: environment marker and hashes."""

    name: str
    version: str
    marker: str
    hashes: frozenset[str]


def write_locks(upgrade: Sequence[str] = (), *, upgrade_all: bool = False) -> Iterator[str]:
    """Write all locks anew, yielding the name of each when it is written.

    Versions that are locked stay unless `upgrade` names the package or `upgrade_all` is set.
    """
    changes = ["--upgrade"] if upgrade_all else [word for name in upgrade for word in ("--upgrade-package", name)]
    groups = ("--group", "dev", "--group", "build")
    yield _compile(ROOT_LOCK, *groups, *changes, "pyproject.toml")
    yield _compile(NODE_LOCK, "--group", "web", *changes)
    yield _compile_part(BUILD_LOCK, "--group", "build")
    for folder in deployables():
        yield _compile_part(f"{folder}/{ROOT_LOCK}", f"{folder}/pyproject.toml")


def deployables() -> list[str]:
    """The folders of what becomes an image of its own: the services and the simulators."""
    root = places.root()
    files = [*root.glob("services/*/pyproject.toml"), *root.glob("deploy/simulators/pyproject.toml")]
    return sorted(str(file.parent.relative_to(root)) for file in files)


def parts() -> list[str]:
    """Every lock that must be contained in the whole."""
    return [BUILD_LOCK, *(f"{folder}/{ROOT_LOCK}" for folder in deployables())]


def members() -> list[str]:
    """Distribution names of the workspace's own packages."""
    found = []
    for pattern in ("libs/*/pyproject.toml", "services/*/pyproject.toml", "deploy/*/pyproject.toml"):
        for file in sorted(places.root().glob(pattern)):
            name = re.search(r'^name = "(.+)"$', file.read_text(), re.MULTILINE)
            assert name is not None, f"{file} has no name"
            found.append(name[1])
    return found


def read_lock(file: Path) -> list[Requirement]:
    """The requirements of one lock."""
    joined = file.read_text().replace("\\\n", " ")
    found = []
    for line in joined.splitlines():
        match = re.match(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)(?: ; (.*?))?\s+(--hash=.*)$", line)
        if match:
            name, version, marker, hashes = match.groups()
            found.append(Requirement(name, version, (marker or "").strip(), frozenset(hashes.split())))
        elif line.strip() and not line.lstrip().startswith("#"):
            raise Trouble(f"{file} has a line without a pin and hashes: {line[:80]}", "Run ./zapys lock.")
    return found


def uv() -> str:
    """The uv that the script uses: on the PATH, else the private one."""
    private = places.root() / ".zapys" / "uv" / "bin" / "uv"
    found = shutil.which("uv") or (str(private) if private.exists() else None)
    if found is None:
        raise Trouble("uv is not on the PATH.", "Install it, for example with: python3 -m pip install --user uv")
    return found


def _compile_part(output: str, *words: str) -> str:
    # Without preferences of its own a part has exactly the versions of the whole.
    (places.root() / output).unlink(missing_ok=True)
    return _compile(output, "--constraint", ROOT_LOCK, *words)


def _compile(output: str, *words: str) -> str:
    own = [word for name in members() for word in ("--no-emit-package", name)]
    # No header, no annotations, no index: a lock records neither places nor paths.
    shape = ["--universal", "--generate-hashes", "--python-version", PYTHON, "--no-header", "--no-annotate"]
    command = [uv(), "pip", "compile", "--quiet", *shape, *own, *words, "-o", output]
    done = subprocess.run(command, cwd=places.root(), env=dict(os.environ), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Trouble(f"{output} could not be made: {done.stderr.strip()}", "Cure the cause and repeat.")
    return output
