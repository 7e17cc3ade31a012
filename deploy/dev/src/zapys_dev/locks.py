"""One process at a time."""

import fcntl
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from zapys_dev.errors import Trouble


class Held:
    """Holds the lock file while the block runs; the kernel frees it when the holder dies, however it dies."""

    def __init__(self, path: Path, *, timeout_s: float = 120.0) -> None:
        self._path = path
        self._timeout_s = timeout_s
        self._file: IO[str] | None = None

    def __enter__(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        until = time.monotonic() + self._timeout_s
        file = self._path.open("a+")
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    file.close()
                    raise Trouble(
                        "Another zapys command is at work in this clone.", f"Wait for it, or end it ({self._path})."
                    ) from None
                time.sleep(0.05)
            else:
                self._file = file
                return

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


def exclusive(path: Path, *, timeout_s: float = 120.0) -> Held:
    """`with exclusive(path):` runs in one process at a time; refuses after `timeout_s`."""
    return Held(path, timeout_s=timeout_s)
