"""test, check, fmt, docs, lock: what keeps the code good."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer
from rich.console import Console

from zapys_dev import checks, documents, lock, places, testing
from zapys_dev import web as web_client
from zapys_dev.browser import ensure_chromium
from zapys_dev.errors import Trouble

_console = Console(soft_wrap=True)

_FILES_AT_ONCE = "3"
"""One more than the cores of a small machine: much of a test is waiting for processes, time-outs and providers."""


def run_tests(
    context: typer.Context,
    browser: Annotated[bool, typer.Option(help="Run the tests that drive a browser too.")] = True,
    side_by_side: Annotated[
        bool, typer.Option(help="All tests run three files at a time; one at a time is slower and more patient.")
    ] = True,
    stop_servers: Annotated[bool, typer.Option("--stop-servers", help="Only end the servers of the tests.")] = False,
) -> None:
    """Run the tests on real servers of their own; paths and options go on to pytest."""
    if stop_servers:
        _console.print("The test servers are stopped." if testing.stop_servers() else "No test servers were running.")
        return
    began = time.monotonic()
    words = list(context.args)
    with ThreadPoolExecutor(max_workers=1) as pool:
        starting = pool.submit(testing.ensure_servers)
        if browser and _touches_browser(words):
            ensure_chromium()
            built = web_client.build()
            if built.note:
                _console.print(f"[yellow]![/] {built.note}", highlight=False)
        servers = starting.result()
    _console.print(f"PostgreSQL and RabbitMQ are ready ({time.monotonic() - began:.1f} s)", highlight=False)
    whole = side_by_side and not _named_paths(words)
    spread = ["-n", _FILES_AT_ONCE, "--dist", "loadscope", "--no-loadscope-reorder"] if whole else []
    only = [] if browser else ["-m", "not browser"]
    command = [sys.executable, "-m", "pytest", *only, *spread, *words]
    code = _run_to_the_end(command, {**os.environ, **servers.as_environment()})
    _console.print(f"./zapys test took {time.monotonic() - began:.0f} s", highlight=False)
    raise typer.Exit(code)


def _touches_browser(words: list[str]) -> bool:
    """No path at all means everything."""
    paths = _named_paths(words)
    return not paths or any("browser" in path or path.rstrip("/") == "tests" for path in paths)


def _named_paths(words: list[str]) -> list[str]:
    return [word for word in words if (places.root() / word.split("::")[0]).exists()]


def _run_to_the_end(command: list[str], env: dict[str, str]) -> int:
    """At Ctrl-C pytest has its own good-bye; its exit code is ours."""
    process = subprocess.Popen(command, cwd=places.root(), env=env)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def check() -> None:
    """Format, lint, types, borders between packages, locks and generated documents; shows all that failed."""
    began = time.monotonic()
    failed = 0
    for outcome in checks.run_all():
        mark = "[green]✓[/]" if outcome.is_ok else "[red]✗[/]"
        _console.print(f"{mark} {outcome.name:<28} {outcome.took_s:5.1f} s {outcome.note}", highlight=False)
        if not outcome.is_ok:
            failed += 1
            print(outcome.output.rstrip())
    _console.print(
        f"./zapys check: {'all good' if not failed else f'{failed} failed'}, {time.monotonic() - began:.0f} s"
    )
    if failed:
        raise typer.Exit(1)


def fmt() -> None:
    """Format the code and apply the safe fixes."""
    for words in (["format", "."], ["check", "--fix", "."]):
        code = subprocess.run([checks.tool("ruff"), *words], cwd=places.root(), check=False).returncode
        if code:
            raise typer.Exit(code)


def docs() -> None:
    """Write the generated documents anew."""
    for generator in documents.available():
        documents.generate(generator)
        _console.print(f"[green]✓[/] {generator.name}", highlight=False)
    if not documents.available():
        raise Trouble("There is no generator of documents in this tree.")


def write_locks(
    upgrade: Annotated[list[str], typer.Option("--upgrade", "-U", help="Package to take newer; repeat at will.")] = [],  # noqa: B006
    upgrade_all: Annotated[bool, typer.Option("--upgrade-all", help="Take everything newer.")] = False,
) -> None:
    """Write the hashed locks anew from the pyproject files."""
    for name in lock.write_locks(upgrade, upgrade_all=upgrade_all):
        _console.print(f"[green]✓[/] {name}", highlight=False)


COMMANDS: dict[str, Callable[..., None]] = {"check": check, "fmt": fmt, "docs": docs, "lock": write_locks}
