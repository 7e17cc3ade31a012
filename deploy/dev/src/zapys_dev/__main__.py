"""The command line: `./zapys`, or `python -m zapys_dev`."""

import signal
import sys

import typer

from zapys_dev import bytecode
from zapys_dev.commands import backups, life, quality
from zapys_dev.errors import Trouble

app = typer.Typer(
    name="zapys",
    help="Zapys on this machine: run it, test it, check it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _name, _command in life.COMMANDS.items():
    app.command(_name)(_command)
for _name, _command in backups.COMMANDS.items():
    app.command(_name)(_command)
app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(quality.run_tests)
for _name, _command in quality.COMMANDS.items():
    app.command(_name)(_command)
app.command("keep", hidden=True)(life.keep)


def main() -> None:
    """Run one command; troubles become a sentence and the cure, without a traceback."""
    # A shell that starts us in the background has Ctrl-C ignored; `kill -INT` must still end things in order.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    bytecode.keep()
    try:
        app(prog_name="./zapys")
    except Trouble as trouble:
        _say(trouble)
        sys.exit(1)


def _say(trouble: Trouble) -> None:
    print(f"zapys: {trouble.what}", file=sys.stderr)
    if trouble.cure:
        print(f"       {trouble.cure}", file=sys.stderr)


if __name__ == "__main__":
    main()
