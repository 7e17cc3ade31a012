"""up, down, restart, status, logs, reset: the product on this machine."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from zapys_dev import locks, places, servers, testing
from zapys_dev.errors import Trouble
from zapys_dev.keeper import NAME as KEEPER
from zapys_dev.keeper import Keeper
from zapys_dev.places import Home
from zapys_dev.processes import Supervisor
from zapys_dev.services import Ports
from zapys_dev.stack import Stack
from zapys_dev.status import Line, lines
from zapys_dev.steps import Steps
from zapys_dev.up import bring_up

_console = Console(soft_wrap=True)
_BUSY_S = 2.0


def _command_lock(home: Home) -> locks.Held:
    return locks.exclusive(home.base / "command.lock", timeout_s=_BUSY_S)


def up(
    foreground: Annotated[
        bool, typer.Option("--foreground/--detach", help="Stay and end everything at Ctrl-C, or return when ready.")
    ] = False,
    demo: Annotated[bool, typer.Option(help="Make the demo account.")] = True,
    web: Annotated[bool, typer.Option(help="Build the browser client when its sources changed.")] = True,
) -> None:
    """Bring everything up: PostgreSQL, RabbitMQ, databases, services, browser client, simulators, demo account."""
    home = places.home()
    steps = Steps(_console)
    with _command_lock(home.make()):
        rate_limits = os.environ.get("ZAPYS_RATE_LIMITS", "off") == "on"
        stack = bring_up(home, steps, with_demo=demo, with_web=web, rate_limits=rate_limits)
    try:
        _say_ready(stack, steps, foreground=foreground)
        while foreground and stack.supervisor.is_running(KEEPER):
            time.sleep(1)
    except KeyboardInterrupt:
        _console.print()
    if foreground:
        _end(home)


def _say_ready(stack: Stack, steps: Steps, *, foreground: bool) -> None:
    _console.print(f"\n[bold green]ready in {steps.elapsed_s:.0f} s[/]", highlight=False)
    for name, address in addresses(stack).items():
        _console.print(f"  {name:<16} {address}", highlight=False)
    ending = (
        "Ctrl-C ends everything." if foreground else "Stop it with ./zapys down; see ./zapys status and ./zapys logs."
    )
    _console.print(f"\n{ending}", highlight=False)


def addresses(stack: Stack) -> dict[str, str]:
    """What a person opens first."""
    return {
        "booking page": f"{stack.gateway_url}/demo",
        "desk": f"{stack.gateway_url}/desk",
        "phone (SMS)": f"{stack.simulators_url}/phone",
        "API document": f"{stack.gateway_url}/api/v1/openapi.json",
        "operator token": str(stack.home.operator_token),
    }


def down(
    test: Annotated[bool, typer.Option("--test", help="End the servers of the tests instead.")] = False,
) -> None:
    """End what ./zapys up started; the data stay."""
    if test:
        _console.print("The test servers are stopped." if testing.stop_servers() else "No test servers were running.")
        return
    home = places.home()
    with _command_lock(home.make()):
        ended = _end(home)
    if not ended:
        _console.print("Nothing was running.")


def _end(home: Home) -> list[str]:
    supervisor = Supervisor(home)
    # First the keeper, or it would start the others again.
    ended = supervisor.stop([KEEPER]) + supervisor.stop()
    for name, server in zip(("PostgreSQL", "RabbitMQ"), servers.choose(home), strict=True):
        if server.kind != "told" and server.is_running:
            server.stop()
            ended.append(name)
    if ended:
        _console.print(f"Stopped: {', '.join(ended)}.", highlight=False)
    return ended


def restart(name: Annotated[str, typer.Argument(help="The service; without one, all of them.")] = "") -> None:
    """Start a running service again, for example with changed code."""
    home = places.home()
    with _command_lock(home.make()):
        supervisor = Supervisor(home)
        known = [each for each in supervisor.records() if each != KEEPER]
        chosen = [name] if name else known
        if not chosen or not set(chosen) <= set(known):
            raise Trouble(f"{name or 'The product'} is not up.", f"Up are: {', '.join(known) or 'none'}.")
        for each in chosen:
            supervisor.restart(each)
        supervisor.wait_ready(chosen)
    _console.print(f"Restarted and ready: {', '.join(chosen)}.", highlight=False)


def status(as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False) -> None:
    """What runs, with pid, memory and readiness. Exit code 3: nothing runs; 1: a part is not ready."""
    found = lines(places.home(), Ports.from_environment())
    if as_json:
        print(json.dumps({"processes": [line.as_dict() for line in found]}, indent=2))
    else:
        _console.print(_table(found))
    if not any(line.pid for line in found):
        raise typer.Exit(3)
    if not all(line.is_ready for line in found):
        raise typer.Exit(1)


def _table(found: list[Line]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("process", "pid", "memory", "ready", "restarts", "address"):
        table.add_column(title, justify="right" if title in ("pid", "memory", "restarts") else "left")
    for line in found:
        memory = f"{line.memory_bytes / (1 << 20):.0f} MiB" if line.memory_bytes else ""
        ready = "[green]yes[/]" if line.is_ready else "[red]no[/]" if line.pid else "[dim]not running[/]"
        table.add_row(line.name, str(line.pid or ""), memory, ready, str(line.restarts or ""), line.url)
    return table


def logs(
    service: Annotated[str, typer.Argument(help="One process; without one, all.")] = "",
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on as lines come.")] = False,
    number: Annotated[int, typer.Option("-n", help="Lines from the end.")] = 40,
) -> None:
    """The end of the logs."""
    home = places.home().make()
    files = sorted(home.logs.glob(f"{service or '*'}.log"))
    if not files:
        known = ", ".join(sorted(path.stem for path in home.logs.glob("*.log"))) or "none yet"
        raise Trouble(f"There is no log {service}.".replace(" .", "."), f"There are: {known}.")
    words = ["tail", "-n", str(number), *(["-F"] if follow else []), *(str(file) for file in files)]
    try:
        raise typer.Exit(subprocess.run(words, check=False).returncode)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def reset(yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Stop everything and delete the data: databases, queues, keys, logs."""
    home = places.home()
    if not yes:
        typer.confirm("All bookings and keys of this clone are deleted. Go on?", abort=True)
    with _command_lock(home.make()):
        _end(home)
        for server in (*servers.choose(home), *servers.private(home)):
            server.destroy()
        _forget(home)
    _console.print("Everything is deleted; ./zapys up starts anew.")


def _forget(home: Home) -> None:
    for folder in (home.logs, home.pids, home.keys):
        for file in folder.glob("*"):
            file.unlink()
    for file in (home.operator_token, home.base / "migrated.json"):
        file.unlink(missing_ok=True)


def keep() -> None:
    """Start processes again that died by themselves (what `up` leaves running in the background)."""
    Keeper(Supervisor(places.home())).keep()


COMMANDS: dict[str, Callable[..., None]] = {
    "up": up,
    "down": down,
    "restart": restart,
    "status": status,
    "logs": logs,
    "reset": reset,
}
