"""Compiled Python is kept in `.zapys/bytecode`, outside of the sources.

Without it every process compiles some 1,500 modules anew: seven seconds of processor time instead of two and a half,
for each of the many processes that a run of the tests starts, kills and starts again. It is kept without the columns of
each instruction, which only underline a part of a line in a trace: some megabytes less in every process.
"""

import os
import sys

from zapys_dev import places


def keep() -> None:
    """Let this process, and those that it starts, keep bytecode even where the environment asks to write none."""
    folder = str(places.root() / ".zapys" / "bytecode")
    is_short = os.environ.get("PYTHONNODEBUGRANGES") == "1"
    sys.dont_write_bytecode = False
    sys.pycache_prefix = folder if is_short else f"{folder}-with-columns"
    os.environ["PYTHONNODEBUGRANGES"] = "1"
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = folder
