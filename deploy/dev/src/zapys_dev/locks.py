"""One process at a time."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zapys_dev.errors import Trouble


@contextmanager
def exclusive(path: Path, *, timeout_s: float = 120.0) -> Iterator[None]:
    """Hold the lock file while the block runs; the kernel frees it when the holder dies, however it dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + timeout_s
    with path.open("a+") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Trouble(
                        f"Another zapys command has held {path} for {timeout_s:.0f} s.", "Wait for it or end it."
                    ) from None
                time.sleep(0.05)
        yield
