"""The lines that `./zapys up` prints: what was done and how long it took."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Steps:
    """Prints one line per finished step; may be used from several threads."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        told = os.environ.get("ZAPYS_STARTED_AT", "")
        # Counts from the start of the script, so that installing the dependencies is part of the time.
        self._began_s = float(told) if told.isdigit() else time.time()

    @property
    def elapsed_s(self) -> float:
        """Since the command was typed."""
        return max(0.0, time.time() - self._began_s)

    def done(self, what: str, detail: str = "", took_s: float | None = None) -> None:
        """A step is finished."""
        took = "" if took_s is None else f"{took_s:6.1f} s"
        with self._lock:
            self._console.print(f"[green]✓[/] {what:<22} [dim]{detail:<46}[/] {took}", highlight=False)

    def note(self, text: str) -> None:
        """Something the reader should know."""
        with self._lock:
            self._console.print(f"[yellow]![/] {text}", highlight=False)

    @contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """Time the block; what is appended to the list becomes the line's detail."""
        detail: list[str] = []
        began = time.monotonic()
        yield detail
        self.done(what, ", ".join(detail), time.monotonic() - began)
