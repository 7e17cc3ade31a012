"""Which PostgreSQL and RabbitMQ `./zapys up` uses: told by the environment, from Docker Compose, or private ones."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlsplit

from zapys_dev import places, ports, rabbitmq
from zapys_dev.errors import Trouble
from zapys_dev.keys import Keys
from zapys_dev.places import Home
from zapys_dev.postgres import PrivatePostgres
from zapys_dev.rabbitmq import PrivateRabbit

Kind = Literal["told", "compose", "private"]

POSTGRES_PORT = 15432
RABBITMQ_PORT = 16672
_EPMD_PORT = 14469
_DOCKER_TIMEOUT_S = 5
# Not the project of a plain `docker compose up`, whose roles have other passwords.
_PROJECT = "zapys-dev"


class Server(Protocol):
    """One of the two servers, however it is run."""

    @property
    def kind(self) -> Kind: ...
    @property
    def url(self) -> str: ...
    @property
    def is_running(self) -> bool: ...
    @property
    def pid(self) -> int | None: ...
    def describe(self) -> str: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def destroy(self) -> None: ...


@dataclass
class Told:
    """A server that somebody else runs: checked, never started or stopped."""

    what: Literal["PostgreSQL", "RabbitMQ"]
    url: str
    kind: Kind = "told"
    pid: int | None = None

    @property
    def is_running(self) -> bool:
        place = urlsplit(self.url)
        usual = 5432 if self.what == "PostgreSQL" else 5672
        if self.what == "RabbitMQ" and place.scheme == "amqp":
            return rabbitmq.speaks_amqp(place.port or usual, host=place.hostname or ports.HOST)
        return ports.answers(place.port or usual, host=place.hostname or ports.HOST, timeout_s=2)

    def describe(self) -> str:
        place = urlsplit(self.url)
        variable = "DATABASE_URL" if self.what == "PostgreSQL" else "RABBITMQ_URL"
        return f"{place.hostname}:{place.port or 'usual port'}, from {variable}"

    def start(self) -> None:
        if not self.is_running:
            raise Trouble(f"{self.what} does not answer at {self.describe()}.", "Start it, or unset the variable.")

    def stop(self) -> None:
        return

    def destroy(self) -> None:
        return


@dataclass
class Composed:
    """A server from docker-compose.yml."""

    what: Literal["PostgreSQL", "RabbitMQ"]
    url: str
    password: str
    kind: Kind = "compose"
    pid: int | None = None

    @property
    def _service(self) -> str:
        return "postgres" if self.what == "PostgreSQL" else "rabbitmq"

    @property
    def is_running(self) -> bool:
        return self._service in self._compose("ps", "--services", "--status", "running").split()

    def describe(self) -> str:
        return "Docker Compose"

    def start(self) -> None:
        self._compose("up", "--detach", "--wait", "--no-deps", self._service)

    def stop(self) -> None:
        self._compose("stop", self._service)

    def destroy(self) -> None:
        self._compose("rm", "--stop", "--force", "--volumes", self._service)
        volume = f"{_PROJECT}_{self._service}"
        subprocess.run(["docker", "volume", "rm", "--force", volume], capture_output=True, check=False)

    def _compose(self, *words: str) -> str:
        passwords = {"ZAPYS_POSTGRES_PASSWORD": self.password, "ZAPYS_RABBITMQ_PASSWORD": self.password}
        done = subprocess.run(
            ["docker", "compose", "--project-name", _PROJECT, *words],
            cwd=places.root(),
            env={**os.environ, **passwords},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise Trouble(
                f"Docker Compose: {done.stderr.strip()}", "Or stop the engine: then private servers are used."
            )
        return done.stdout


@dataclass
class Private:
    """A private server of this clone."""

    server: PrivatePostgres | PrivateRabbit
    kind: Kind = "private"

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def is_running(self) -> bool:
        return self.server.is_running

    @property
    def pid(self) -> int | None:
        return self.server.pid

    def describe(self) -> str:
        return f"private, port {self.server.port}"

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def destroy(self) -> None:
        self.server.destroy()


def choose(home: Home) -> tuple[Server, Server]:
    """PostgreSQL and RabbitMQ, each by the first that applies: environment, Docker Compose, private.

    The choice of the last start holds while it runs, so that `down` ends what `up` began.
    """
    return _choose("PostgreSQL", home), _choose("RabbitMQ", home)


def private(home: Home) -> tuple[Private, Private]:
    """The private servers of this clone, whether used or not."""
    postgres = PrivatePostgres(home.base, int(os.environ.get("ZAPYS_POSTGRES_PORT", POSTGRES_PORT)))
    rabbit = PrivateRabbit(
        home.base,
        int(os.environ.get("ZAPYS_RABBITMQ_PORT", RABBITMQ_PORT)),
        int(os.environ.get("ZAPYS_EPMD_PORT", _EPMD_PORT)),
    )
    return Private(postgres), Private(rabbit)


def engine_answers() -> bool:
    """True when a Docker engine with Compose is there and answers quickly."""
    if os.environ.get("ZAPYS_DOCKER") == "off" or shutil.which("docker") is None:
        return False
    for command in (["docker", "info", "--format", "{{.ServerVersion}}"], ["docker", "compose", "version"]):
        try:
            done = subprocess.run(command, capture_output=True, timeout=_DOCKER_TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired:
            return False
        if done.returncode != 0:
            return False
    return True


def _choose(what: Literal["PostgreSQL", "RabbitMQ"], home: Home) -> Server:
    told = os.environ.get("DATABASE_URL" if what == "PostgreSQL" else "RABBITMQ_URL")
    if told:
        return Told(what, told.replace("postgresql+asyncpg://", "postgresql://"))
    mine = private(home)[0 if what == "PostgreSQL" else 1]
    if not mine.is_running and engine_answers():
        password = Keys(home.keys).text("compose-password")
        if what == "PostgreSQL":
            return Composed(what, f"postgresql://postgres:{password}@{ports.HOST}:{POSTGRES_PORT}/postgres", password)
        return Composed(what, f"amqp://zapys:{password}@{ports.HOST}:{RABBITMQ_PORT}/", password)
    return mine
