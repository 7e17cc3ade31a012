"""The product as its own code tells it: every service wired, none of them running."""

import importlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from kit.service import Service
from zapys_dev import places
from zapys_dev.databases import SERVICES, Urls
from zapys_dev.keys import Keys
from zapys_dev.services import Ports, Surroundings, environment

_NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"


@dataclass(frozen=True)
class Wired:
    """A service with its settings class, for documents only."""

    name: str
    service: Service


@contextmanager
def wired_services() -> Iterator[list[Wired]]:
    """Every service with a database, built as for running, with secrets that are thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "operator-token").write_text("documents")
        around = Surroundings(
            ports=Ports(),
            keys=Keys(base / "keys"),
            operator_token=base / "operator-token",
            rabbitmq_url="amqp://guest:guest@127.0.0.1:1/",
            databases={name: Urls(_NOWHERE, _NOWHERE) for name in SERVICES},
            cwd=places.root(),
        )
        wired = []
        for name in SERVICES:
            with mock.patch.dict(os.environ, environment(name, "all", around)):
                settings = importlib.import_module(f"{name}.settings").Settings()
                wired.append(Wired(name, importlib.import_module(f"{name}.app").build(settings)))
        yield wired


def write(path: Path, lines: list[str]) -> None:
    """Write a document with one line end at its end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
