"""backup, restore: the data of the product on this machine, put aside and put back."""

import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from zapys_dev import backups, locks, places, servers
from zapys_dev.errors import Trouble
from zapys_dev.processes import Supervisor

_console = Console(soft_wrap=True)
_BUSY_S = 2.0


def backup(
    below: Annotated[Path | None, typer.Argument(help="Where backups are kept; .zapys/backups otherwise.")] = None,
    keep: Annotated[int, typer.Option(min=1, help="How many stay; older ones are deleted.")] = 14,
) -> None:
    """Put the four databases aside in a folder of their own. The product may run; keys are not among it."""
    home = places.home()
    with locks.exclusive(home.make().base / "command.lock", timeout_s=_BUSY_S):
        server = servers.choose(home)[0]
        ran = server.is_running
        server.start()
        try:
            folder = backups.back_up(server.url, below or home.base / "backups", suffix=_suffix(), keep=keep)
        finally:
            if not ran:
                server.stop()
    _console.print(
        f"Put aside in {folder}; ./zapys restore {shlex.quote(str(folder))} brings it back.", highlight=False
    )


def restore(
    folder: Annotated[Path, typer.Argument(help="A folder that ./zapys backup has made.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Put the databases back as a backup has them, compare every table, and prepare the services for it."""
    home = places.home()
    with locks.exclusive(home.make().base / "command.lock", timeout_s=_BUSY_S):
        if Supervisor(home).records():
            raise Trouble("The product is up.", "End it first: ./zapys down.")
        if not yes:
            typer.confirm("What the databases hold now is dropped. Go on?", abort=True)
        server = servers.choose(home)[0]
        ran = server.is_running
        server.start()
        try:
            _console.print(backups.restore(server.url, folder, suffix=_suffix()), highlight=False)
        finally:
            if not ran:
                server.stop()
        # What was put back may be older than the code: the next start brings its tables up to date.
        (home.base / "migrated.json").unlink(missing_ok=True)
    _console.print("Put back. ./zapys up starts with it.")


def _suffix() -> str:
    return os.environ.get("ZAPYS_DATABASE_SUFFIX", "")


COMMANDS: dict[str, Callable[..., None]] = {"backup": backup, "restore": restore}
