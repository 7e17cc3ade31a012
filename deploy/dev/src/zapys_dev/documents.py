"""The generated documents: who writes them, and whether what is committed is what would be written."""

import importlib.util
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from zapys_dev import places
from zapys_dev.errors import Trouble


@dataclass(frozen=True)
class Generator:
    """A module that writes files when run with `python -m`; `writes` are its files or folders in the clone."""

    name: str
    module: str
    writes: tuple[str, ...]


GENERATORS = (
    Generator("events, refusals, settings, coverage", "zapys_dev.generated", ("docs",)),
    Generator("API document", "gateway.documents", ("docs",)),
)


def available() -> list[Generator]:
    """The generators whose module is in the tree."""
    return [generator for generator in GENERATORS if _exists(generator.module)]


def generate(generator: Generator) -> None:
    """Run it; refuses with its output when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", generator.module], cwd=places.root(), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Trouble(f"{generator.module} failed:\n{(done.stderr or done.stdout).strip()}")


def stale() -> list[str]:
    """The files that would change if the generators ran; the tree is left as it was."""
    changed: list[str] = []
    for generator in available():
        before = _contents(generator.writes)
        try:
            generate(generator)
            after = _contents(generator.writes)
        finally:
            _restore(generator.writes, before)
        paths = before.keys() | after.keys()
        changed += [str(path) for path in sorted(paths) if before.get(path) != after.get(path)]
    return changed


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _contents(places_written: tuple[str, ...]) -> dict[Path, bytes]:
    root = places.root()
    files: list[Path] = []
    for place in places_written:
        path = root / place
        files += [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return {file.relative_to(root): file.read_bytes() for file in files}


def _restore(places_written: tuple[str, ...], before: dict[Path, bytes]) -> None:
    root = places.root()
    now = _contents(places_written)
    for path in now.keys() - before.keys():
        (root / path).unlink()
    for path, content in before.items():
        if now.get(path) != content:
            (root / path).write_bytes(content)
