"""Everything that must hold before code is taken in."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from zapys_dev import documents, lock, places, web
from zapys_dev.errors import Trouble


@dataclass(frozen=True)
class Outcome:
    """What one check found; a note says what a person should know though nothing failed."""

    name: str
    is_ok: bool
    output: str
    took_s: float
    note: str = ""


def run_all() -> Iterator[Outcome]:
    """Every check, two at a time, reported in the same order each time."""
    checks: list[tuple[str, Callable[[], tuple[bool, str, str]]]] = [
        ("types (mypy --strict)", lambda: _command([tool("mypy"), *packages(), "tests"])),
        ("format (ruff)", lambda: _command([tool("ruff"), "format", "--check", "."])),
        ("lint (ruff)", lambda: _command([tool("ruff"), "check", "."])),
        ("borders (import-linter)", lambda: _command([tool("lint-imports")])),
        ("locks", _locks),
        ("migrations", _migrations),
        ("generated documents", _documents),
        ("types of the browser client", _web_types),
    ]
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = [pool.submit(_timed, name, check) for name, check in checks]
        for outcome in running:
            yield outcome.result()


def packages() -> list[str]:
    """The source folders of the workspace's packages."""
    return [str(path.relative_to(places.root())) for path in sorted(places.root().glob("*/*/src"))]


def tool(name: str) -> str:
    """An executable of this environment."""
    return str(Path(sys.executable).parent / name)


def _timed(name: str, check: Callable[[], tuple[bool, str, str]]) -> Outcome:
    began = time.monotonic()
    try:
        is_ok, output, note = check()
    except Trouble as trouble:
        is_ok, output, note = False, str(trouble), ""
    return Outcome(name, is_ok, output, time.monotonic() - began, note)


def _command(words: list[str], folder: Path | None = None) -> tuple[bool, str, str]:
    done = subprocess.run(
        words,
        cwd=folder or places.root(),
        env=web.environment() if folder else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode == 0, done.stdout, ""


def _locks() -> tuple[bool, str, str]:
    """Every image's part is contained in the whole."""
    root = places.root()
    whole = set(lock.read_lock(root / lock.ROOT_LOCK))
    pins = {(requirement.name, requirement.version) for requirement in whole}
    strangers = [
        f"{part}: {requirement.name}=={requirement.version}"
        for part in lock.parts()
        for requirement in lock.read_lock(root / part)
        if (requirement.name, requirement.version) not in pins
    ]
    return not strangers, "\n".join(["Not in the whole lock (./zapys lock writes them anew):", *strangers]), ""


def _migrations() -> tuple[bool, str, str]:
    """Each service has one newest migration: two that follow the same one stop every start of the service."""
    forks = {name: heads for name, heads in newest_migrations(places.root()).items() if len(heads) > 1}
    told = [f"{name}: {', '.join(heads)}" for name, heads in forks.items()]
    return not forks, "\n".join(["Two migrations follow the same one (let one follow the other):", *told]), ""


def newest_migrations(root: Path) -> dict[str, list[str]]:
    """By service, the migrations that no other one follows."""
    from alembic.script import ScriptDirectory  # no other command has a use for it

    folders = sorted(root.glob("services/*/migrations"))
    return {folder.parent.name: sorted(ScriptDirectory(str(folder)).get_heads()) for folder in folders}


def _documents() -> tuple[bool, str, str]:
    changed = documents.stale()
    note = "" if documents.available() else "(no generators in this tree)"
    return not changed, "\n".join(["Out of date (./zapys docs writes them anew):", *changed]), note


def _web_types() -> tuple[bool, str, str]:
    folder = places.root() / "web"
    npm = web.node_tool("npm")
    if not (folder / "package.json").exists() or npm is None:
        return True, "", "(skipped: no browser client or no Node here)"
    if trouble := web.install_packages(folder, npm):
        return True, "", f"(skipped: {trouble})"
    return _command([npm, "run", "--silent", "check"], folder)
