"""Servers for the tests: told by the environment, or private ones that all test runs of this clone share."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from zapys_dev import locks, places, ports
from zapys_dev.errors import Trouble
from zapys_dev.postgres import PrivatePostgres
from zapys_dev.rabbitmq import PrivateRabbit, create_vhost, delete_vhost

__all__ = [
    "TestServers",
    "create_vhost",
    "delete_vhost",
    "ensure_servers",
    "move_to_free_ports",
    "private_servers",
    "start_together",
    "stop_servers",
]

_POSTGRES_PORT = 25432
_RABBITMQ_PORT = 17672
_EPMD_PORT = 14470
# One RabbitMQ takes port, +10000, +10050, +10100 and up to +10219: neighbours keep their distance.
_RABBITMQ_STEP = 300


@dataclass(frozen=True)
class TestServers:
    """Where the tests find real servers; the PostgreSQL address is a superuser's."""

    __test__ = False

    postgres_url: str
    rabbitmq_url: str
    rabbitmq_management_url: str

    def as_environment(self) -> dict[str, str]:
        """The variables that make `ensure_servers` of a child process answer the same."""
        return {
            "ZAPYS_TEST_POSTGRES_URL": self.postgres_url,
            "ZAPYS_TEST_RABBITMQ_URL": self.rabbitmq_url,
            "ZAPYS_TEST_RABBITMQ_MANAGEMENT_URL": self.rabbitmq_management_url,
        }


def ensure_servers() -> TestServers:
    """Real PostgreSQL and RabbitMQ for a test run.

    From `ZAPYS_TEST_POSTGRES_URL`, `ZAPYS_TEST_RABBITMQ_URL` and `ZAPYS_TEST_RABBITMQ_MANAGEMENT_URL` when all three
    are set; otherwise private ones under .zapys/test, started by whoever comes first and left running for the next.
    """
    told = _told()
    if told is not None:
        return told
    base = places.test_home().make().base
    with locks.exclusive(base / "servers.lock", timeout_s=180):
        postgres, rabbit = private_servers(choose_ports=True)
        start_together(postgres, rabbit)
    return TestServers(postgres.url, rabbit.url, rabbit.management_url)


def start_together(postgres: PrivatePostgres, rabbit: PrivateRabbit) -> None:
    """Start both side by side; raises what kept either from it once both attempts are over."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        for started in [pool.submit(postgres.start), pool.submit(rabbit.start)]:
            started.result()


def stop_servers(*, delete: bool = False) -> bool:
    """End the private test servers; True when one was running."""
    base = places.test_home().make().base
    with locks.exclusive(base / "servers.lock", timeout_s=180):
        postgres, rabbit = private_servers()
        was_running = postgres.is_running or rabbit.is_running
        for server in (rabbit, postgres):
            if delete:
                server.destroy()
            else:
                server.stop()
    return was_running


@dataclass(frozen=True)
class _Ports:
    postgres: int = _POSTGRES_PORT
    rabbitmq: int = _RABBITMQ_PORT
    epmd: int = _EPMD_PORT


def private_servers(*, choose_ports: bool = False) -> tuple[PrivatePostgres, PrivateRabbit]:
    """The private test servers of this clone, running or not.

    With `choose_ports` a server that does not run moves to a free port when its own is taken (another clone's tests).
    """
    base = places.test_home().base
    noted = base / "ports.json"
    chosen = _noted(noted)
    postgres = PrivatePostgres(base, chosen.postgres, durable=False)
    rabbit = PrivateRabbit(base, chosen.rabbitmq, epmd_port=chosen.epmd, node="zapystest")
    if choose_ports:
        if not postgres.is_running:
            postgres.port = ports.first_free(postgres.port)
        if not rabbit.is_running:
            move_to_free_ports(rabbit)
        noted.write_text(json.dumps(asdict(_Ports(postgres.port, rabbit.port, rabbit.epmd_port))))
    return postgres, rabbit


def move_to_free_ports(rabbit: PrivateRabbit) -> PrivateRabbit:
    """Give a server that does not run the next family of ports of which none is taken."""
    for port in range(rabbit.port, 20000, _RABBITMQ_STEP):
        if all(ports.is_free(port + offset) for offset in (0, 10000, 10050, 10100)):
            rabbit.port = port
            rabbit.epmd_port = ports.first_free(rabbit.epmd_port)
            return rabbit
    raise Trouble("No free ports for the test RabbitMQ below 20000.", "End other test servers.")


def _noted(file: Path) -> _Ports:
    try:
        return _Ports(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        return _Ports()


def _told() -> TestServers | None:
    names = ("ZAPYS_TEST_POSTGRES_URL", "ZAPYS_TEST_RABBITMQ_URL", "ZAPYS_TEST_RABBITMQ_MANAGEMENT_URL")
    values = [os.environ.get(name, "") for name in names]
    if not any(values):
        return None
    missing = [name for name, value in zip(names, values, strict=True) if not value]
    if missing:
        raise Trouble(f"{', '.join(missing)} is not set while the others are.", "Set all three or none.")
    return TestServers(*values)
