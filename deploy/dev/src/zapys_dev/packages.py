"""Debian and Ubuntu packages: installed when they are missing and we may, asked for when not."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from zapys_dev.errors import Trouble

_POLICY = Path("/usr/sbin/policy-rc.d")
_ONE_AT_A_TIME = threading.Lock()
"""apt has one lock of its own, and servers are started side by side."""


def install(packages: Sequence[str], *, what_for: str) -> None:
    """Install the packages without starting the services they bring.

    Refuses with the command to type when there is no apt, no right to install, or the installation fails.
    """
    command = f"apt-get install --no-install-recommends {' '.join(packages)}"
    apt = shutil.which("apt-get")
    if apt is None:
        raise Trouble(f"{what_for} is not installed and this system has no apt-get.", f"Install {what_for} yourself.")
    prefix = _right_to_install()
    if prefix is None:
        raise Trouble(f"{what_for} is not installed and this user may not install it.", f"Run: sudo {command}")
    # The scripts of packages call what lies in the system administrator's folders; a user's PATH may lack them.
    path = f"PATH={os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin"
    quiet = ["env", path, "DEBIAN_FRONTEND=noninteractive", apt, "-q", "-o", "DPkg::Lock::Timeout=120"]
    with _ONE_AT_A_TIME, _services_stay_down(prefix):
        _run([*prefix, *quiet, "update"], command, what_for)
        _run([*prefix, *quiet, "install", "-y", "--no-install-recommends", *packages], command, what_for)


def _right_to_install() -> list[str] | None:
    """The words to put before a command so that root runs it; None when this user may not."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None or subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode != 0:
        return None
    return [sudo, "-n"]


def _run(command: list[str], shown: str, what_for: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Trouble(
            f"{what_for} could not be installed: {said[-1] if said else 'apt-get failed'}.", f"Run: sudo {shown}"
        )


@contextmanager
def _services_stay_down(prefix: list[str]) -> Iterator[None]:
    """A package that brings a service would start it on its usual port; Debian asks policy-rc.d first."""
    if _POLICY.exists():
        yield
        return
    script = "printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d"
    subprocess.run([*prefix, "sh", "-c", script], check=True)
    try:
        yield
    finally:
        subprocess.run([*prefix, "rm", "-f", str(_POLICY)], check=False)
