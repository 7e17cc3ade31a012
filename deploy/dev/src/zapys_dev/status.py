"""What runs on this machine, as far as this clone is concerned."""

from dataclasses import asdict, dataclass
from typing import Any

import psutil

from zapys_dev import servers, services
from zapys_dev.places import Home
from zapys_dev.ports import HOST
from zapys_dev.processes import Record, Supervisor
from zapys_dev.services import Ports


@dataclass(frozen=True)
class Line:
    """One process; `memory_bytes` counts its children too, memory that several share by its share."""

    name: str
    pid: int | None
    memory_bytes: int
    is_ready: bool
    restarts: int
    url: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def lines(home: Home, ports: Ports) -> list[Line]:
    """The servers, every process that belongs to the product, and whatever else was started."""
    found = [
        Line(name, server.pid, _memory(server.pid), server.is_running, 0, server.url.rsplit("@", 1)[-1].rstrip("/"))
        for name, server in zip(("postgresql", "rabbitmq"), servers.choose(home), strict=True)
    ]
    records = Supervisor(home).records()
    for name in (*services.NAMES, services.SIMULATORS):
        record = records.pop(name, None)
        found.append(_line(name, record, f"http://{HOST}:{ports.of(name)}"))
    return found + [_line(name, record, "") for name, record in records.items()]


def _line(name: str, record: Record | None, url: str) -> Line:
    if record is None or not record.is_alive:
        return Line(name, None, 0, is_ready=False, restarts=record.restarts if record else 0, url=url)
    return Line(name, record.pid, _memory(record.pid), record.is_ready, record.restarts, _address(record) or url)


def _address(record: Record) -> str | None:
    """Where it was told to listen: the ports of this very call may be others."""
    told = record.command.env
    prefix = record.command.name.upper()
    port = told.get(f"{prefix}_HTTP_PORT") or told.get(f"{prefix}_PORT")
    return port and f"http://{HOST}:{port}"


def _memory(pid: int | None) -> int:
    if pid is None:
        return 0
    try:
        process = psutil.Process(pid)
        return sum(_share(each) for each in (process, *process.children(recursive=True)))
    except psutil.Error:
        return 0


def _share(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
