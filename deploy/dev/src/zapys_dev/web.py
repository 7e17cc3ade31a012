"""The browser client: built with Node when its sources changed."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from zapys_dev import places

_NOT_SOURCES = {"node_modules", "dist", ".vite", "test-results"}
_OUTPUT = Path("services/gateway/src/gateway/static/dist")
_OLDEST_NODE = 20


@dataclass(frozen=True)
class Built:
    """What came of it; a note says why there is no new build."""

    is_new: bool
    note: str = ""


def build() -> Built:
    """Install the client's packages and build it, when its lock or sources changed since the last time."""
    folder = places.root() / "web"
    if not (folder / "package.json").exists():
        return Built(is_new=False, note="there is no browser client in this tree")
    stamp_file = places.home().make().base / "web-stamp"
    stamp = fingerprint(folder)
    if (places.root() / _OUTPUT).is_dir() and _text(stamp_file) == stamp:
        return Built(is_new=False)
    npm = node_tool("npm")
    if npm is None:
        return Built(is_new=False, note="Node 20 is not here, so the browser client was not built")
    trouble = install_packages(folder, npm) or _run([npm, "run", "build"], folder)
    if trouble:
        return Built(is_new=False, note=f"the browser client was not built: {trouble}")
    stamp_file.write_text(stamp)
    return Built(is_new=True)


def install_packages(folder: Path, npm: str) -> str | None:
    """`npm ci` when the lock changed; gives what went wrong."""
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp_file = folder / "node_modules" / ".zapys-stamp"
    if _text(stamp_file) == lock:
        return None
    trouble = _run([npm, "ci", "--no-audit", "--no-fund"], folder)
    if trouble is None:
        stamp_file.write_text(lock)
    return trouble


def fingerprint(folder: Path) -> str:
    """A hash over every source file of the client, its lock and its settings."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if _NOT_SOURCES.isdisjoint(inside.parts) and path.is_file():
            digest.update(f"{inside}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def node_tool(name: str) -> str | None:
    """`node`, `npm` or `npx`: the system's when it is new enough, else the one in .venv."""
    if _is_new_enough(shutil.which("node")) and (found := shutil.which(name)):
        return found
    own = places.root() / ".venv" / "bin"
    return str(own / name) if (own / name).exists() and _is_new_enough(str(own / "node")) else None


def environment() -> dict[str, str]:
    """For Node's tools: where .venv's node is found too."""
    own = str(places.root() / ".venv" / "bin")
    path = os.environ.get("PATH", "")
    return {**os.environ, "PATH": f"{path}:{own}" if _is_new_enough(shutil.which("node")) else f"{own}:{path}"}


def _is_new_enough(node: str | None) -> bool:
    if node is None:
        return False
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = done.stdout.lstrip("v").split(".")[0]
    return major.isdigit() and int(major) >= _OLDEST_NODE


def _run(command: list[str], folder: Path) -> str | None:
    log = places.home().make().logs / "web.log"
    with log.open("ab") as output:
        done = subprocess.run(
            command, cwd=folder, env=environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
        )
    return None if done.returncode == 0 else f"{Path(command[0]).name} {command[1]} failed, see {log}"


def _text(file: Path) -> str | None:
    try:
        return file.read_text()
    except OSError:
        return None
