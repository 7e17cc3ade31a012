"""Two PostgreSQL servers of which one follows the other, by the scripts that an installation uses too."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.breakable import Breakable
from tests.support.product import running_product
from zapys_dev import places
from zapys_dev.ports import HOST, first_free
from zapys_dev.postgres import PrivatePostgres
from zapys_dev.rabbitmq import PrivateRabbit
from zapys_dev.testing import TestServers, move_to_free_ports, start_together

_SCRIPTS = places.root() / "deploy" / "postgres"


@dataclass
class Half(PrivatePostgres):
    """One of the two; the name is how the other knows it."""

    name: str = ""

    def follow(self, primary: "Half") -> None:
        """Begin anew as the replica of `primary`, and be waited for by it from then on."""
        self.stop()
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        place = f"host={HOST} port={primary.port} user=postgres"
        self._script("follow.sh", self.folder / "data", place, self.name, at=primary)
        self.start()
        self._script("pair.sh", self.name, at=primary)

    def promote(self) -> None:
        """Take writes from now on."""
        self._script("promote.sh", "--sure", at=self)

    def _script(self, script: str, *words: object, at: "Half") -> None:
        # The server's user may not enter the folder of the clone.
        copy = shutil.copy(_SCRIPTS / script, self.folder / script)
        place = (f"PGHOST={HOST}", f"PGPORT={at.port}", "PGUSER=postgres")
        done = self._run("env", *place, "bash", copy, *words)
        if done.returncode != 0:
            raise RuntimeError(f"{script}: {done.stderr}")


@dataclass
class Mirrored(Breakable):
    """The product on two servers; `primary` takes writes."""

    primary: Half
    replica: Half

    def fail_over(self) -> None:
        """The replica becomes the primary; the old one, which is off, is not touched."""
        self.replica.promote()
        self.primary, self.replica = self.replica, self.primary


@contextmanager
def mirrored_product(base: Path) -> Iterator[Mirrored]:
    """Everything started, the replica synchronous; in the end nothing of it is left."""
    one = Half(base / "one", first_free(26432), name="one")
    two = Half(base / "two", first_free(one.port + 1), name="two")
    rabbit = move_to_free_ports(PrivateRabbit(base, 15172, epmd_port=14770, node="zapysbreak"))
    try:
        start_together(one, rabbit)
        two.follow(one)
        url = f"postgresql://postgres@{HOST}:{one.port},{HOST}:{two.port}/postgres?target_session_attrs=primary"
        servers = TestServers(url, rabbit.url, rabbit.management_url)
        with running_product(servers, apart=True, first_port=26000, traced=False) as (stack, _):
            yield Mirrored(stack, one, rabbit, one, two)
    finally:
        rabbit.destroy()
        for half in (one, two):
            half.thaw()
            half.destroy()
