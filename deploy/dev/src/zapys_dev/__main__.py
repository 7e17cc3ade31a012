"""The command line: `./zapys`, or `python -m zapys_dev`."""

import errno
import signal
import sys

import typer

from zapys_dev import bytecode
from zapys_dev.commands import backups, life, quality
from zapys_dev.errors import Trouble

_WRITABLE = "What runs here is kept in .zapys of the clone: make that folder and all in it yours, or clone anew."
_OF_THE_DISK = {
    errno.EACCES: _WRITABLE,
    errno.EPERM: _WRITABLE,
    errno.EROFS: _WRITABLE,
    errno.ENOSPC: "Free 1 GiB of disk at least, then repeat.",
    errno.EDQUOT: "Free 1 GiB of your quota at least, then repeat.",
}

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
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            raise
        _say(Trouble(f"{error.filename or 'A file'}: {error.strerror}.", _OF_THE_DISK[error.errno]))
        sys.exit(1)


def _say(trouble: Trouble) -> None:
    print(f"zapys: {trouble.what}", file=sys.stderr)
    if trouble.cure:
        print(f"       {trouble.cure}", file=sys.stderr)


if __name__ == "__main__":
    main()
