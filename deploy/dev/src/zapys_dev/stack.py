"""The whole product on given servers and ports: for `./zapys up`, for tests across services, for measurements."""

import os
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from zapys_dev import databases, places, services
from zapys_dev.errors import Trouble
from zapys_dev.keys import Keys, write_private
from zapys_dev.migrated import Migrated
from zapys_dev.places import Home
from zapys_dev.ports import HOST
from zapys_dev.processes import Command, Supervisor
from zapys_dev.services import Ports, Surroundings

_MIGRATION_TIMEOUT_S = 180


@dataclass
class Stack:
    """Five services and the simulators as processes of this machine.

    `postgres_url` is a superuser's, `rabbitmq_url` names the vhost to use; both servers run already. `suffix` sets
    this stack's databases apart on a shared server. With `apart` each of the four services that own a database runs
    as two processes, `<service>-api` and `<service>-worker`, as it does in containers.
    """

    home: Home
    postgres_url: str
    rabbitmq_url: str
    ports: Ports = field(default_factory=Ports)
    suffix: str = ""
    apart: bool = False
    with_simulators: bool = True
    rate_limits: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.supervisor = Supervisor(self.home)
        self.keys = Keys(self.home.keys)
        self._surroundings: Surroundings | None = None

    @property
    def gateway_url(self) -> str:
        """The product's public address."""
        return f"http://{HOST}:{self.ports.gateway}"

    @property
    def simulators_url(self) -> str:
        return f"http://{HOST}:{self.ports.simulators}"

    @property
    def operator_token(self) -> str:
        """What the admin endpoints want in `Authorization: Bearer …`."""
        return self.home.operator_token.read_text()

    def admin_url(self, name: str, role: services.Role = "all") -> str:
        """The address of a service's admin port."""
        return f"http://{HOST}:{self.ports.admin_of(name, role)}"

    def prepare(self) -> Surroundings:
        """Secrets, roles and databases: made where missing."""
        if self._surroundings is not None:
            return self._surroundings
        if not self.home.operator_token.exists():
            write_private(self.home.operator_token, self.keys.text("operator-token"))
        urls = {
            name: databases.prepare(self.postgres_url, name, suffix=self.suffix, keys=self.keys)
            for name in databases.SERVICES
        }
        self._surroundings = Surroundings(
            ports=self.ports,
            keys=self.keys,
            operator_token=self.home.operator_token.absolute(),
            rabbitmq_url=self.rabbitmq_url,
            databases=urls,
            cwd=places.root(),
            rate_limits=self.rate_limits,
            extra=self.extra,
        )
        return self._surroundings

    def migrate(self, names: Iterable[str] = databases.SERVICES) -> list[str]:
        """Bring the databases to the newest schema, side by side; gives the services that were behind.

        Refuses with the output of the one that failed.
        """
        around = self.prepare()
        known = Migrated(self.home.base / "migrated.json")
        urls = {name: around.databases[name].migration_url for name in names}
        behind = [name for name, url in urls.items() if not known.is_current(name, url)]
        with ThreadPoolExecutor(max_workers=max(1, len(behind))) as pool:
            commands = [services.command(name, "migrate", around) for name in behind]
            for trouble in list(pool.map(self._migrate_one, commands)):
                if trouble is not None:
                    raise trouble
        for name in behind:
            known.remember(name, urls[name])
        return behind

    def commands(self) -> dict[str, Command]:
        """Every process of the product by name, in the order they are started."""
        around = self.prepare()
        listed = [services.simulators_command(around)] if self.with_simulators else []
        for name in services.NAMES:
            roles: tuple[services.Role, ...] = ("all",)
            if self.apart and name in databases.SERVICES:
                roles = ("api", "worker")
            listed += [services.command(name, role, around) for role in roles]
        return {command.name: command for command in listed}

    def start(self, names: Iterable[str] | None = None, *, wait_s: float = 90.0) -> list[str]:
        """Start the processes (all without names) and wait until they are ready; gives those that were not running.

        When one does not become ready, those that this call started are stopped again.
        """
        commands = self.commands()
        chosen = list(commands) if names is None else list(names)
        started = [name for name in chosen if not self.supervisor.is_running(name)]
        try:
            for name in started:
                self.supervisor.start(commands[name])
            self.supervisor.wait_ready(chosen, timeout_s=wait_s)
        except BaseException:
            self.supervisor.stop(started)
            raise
        return started

    def stop(self, names: Iterable[str] | None = None) -> None:
        """End processes in good order (all without names)."""
        self.supervisor.stop(names)

    def kill(self, name: str) -> None:
        """End one process as a crash would."""
        self.supervisor.kill(name)

    def restart(self, name: str, *, wait_s: float = 60.0) -> None:
        """Start one process again, whether it was killed or still runs, and wait until it is ready."""
        self.supervisor.restart(name)
        self.supervisor.wait_ready([name], timeout_s=wait_s)

    def drop_databases(self) -> None:
        """Drop this stack's databases."""
        for name in databases.SERVICES:
            databases.drop(self.postgres_url, name, suffix=self.suffix)

    def _migrate_one(self, command: Command) -> Trouble | None:
        log = self.supervisor.log_file(f"{command.name}-migrate")
        try:
            with log.open("wb") as output:
                subprocess.run(
                    command.argv,
                    env={**os.environ, **command.env},
                    cwd=command.cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=_MIGRATION_TIMEOUT_S,
                    check=True,
                )
        except subprocess.SubprocessError:
            pass
        else:
            return None
        tail = self.supervisor.tail(f"{command.name}-migrate")
        return Trouble(f"The migrations of {command.name} failed.", f"The end of {log}:\n{tail}")
