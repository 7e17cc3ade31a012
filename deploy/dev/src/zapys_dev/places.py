"""Where things lie: the clone, and everything that running it leaves behind."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from zapys_dev.errors import Trouble


@cache
def root() -> Path:
    """The clone this package is installed from (or `ZAPYS_ROOT`)."""
    told = os.environ.get("ZAPYS_ROOT")
    start = Path(told) if told else Path(__file__).resolve()
    for folder in (start, *start.parents):
        if (folder / "requirements.lock").is_file() and (folder / "services").is_dir():
            return folder
    raise Trouble(f"{start} is not inside a clone of Zapys.", "Run ./zapys from the clone.")


@dataclass(frozen=True)
class Home:
    """A folder that holds all state of one running instance; deleting it forgets the instance."""

    base: Path

    @property
    def logs(self) -> Path:
        return self.base / "log"

    @property
    def pids(self) -> Path:
        return self.base / "run"

    @property
    def keys(self) -> Path:
        return self.base / "keys"

    @property
    def operator_token(self) -> Path:
        return self.base / "operator-token"

    def make(self) -> "Home":
        """Create the folders; the one with secrets is closed to others."""
        for folder in (self.base, self.logs, self.pids):
            folder.mkdir(parents=True, exist_ok=True)
        self.keys.mkdir(mode=0o700, exist_ok=True)
        return self


def home() -> Home:
    """What `./zapys up` uses."""
    return Home(root() / ".zapys")


def test_home() -> Home:
    """What the tests use, so that a running product is not disturbed."""
    return Home(root() / ".zapys" / "test")
