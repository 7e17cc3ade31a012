"""The database of each service with its three roles, made on any PostgreSQL we have a superuser of."""

import asyncio
import re
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import asyncpg

from zapys_dev import places
from zapys_dev.errors import Trouble
from zapys_dev.keys import Keys

SERVICES = ("booking", "identity", "notifications", "fiscal")

# Creating roles and databases side by side fails inside PostgreSQL, so everybody takes turns.
_TURN = 0x7A61707973
_T = TypeVar("_T")


@dataclass(frozen=True)
class Urls:
    """Addresses of one service's database, in the form the services read.

    `app_url` signs in as the role that row level security binds, `migration_url` as the owner of the tables.
    """

    app_url: str
    migration_url: str


def prepare(superuser_url: str, service: str, *, suffix: str = "", keys: Keys | None = None) -> Urls:
    """Create what is missing of the service's roles, database, extension and grants.

    `suffix` makes one more database of the same service on the server (`zapys_booking` + `_ab12`), with the same
    roles. `keys` keeps the passwords; without it, the folder of `./zapys up` does.
    """
    secrets = keys or Keys(places.home().keys)
    owner_password, app_password = (secrets.text(f"postgres-{service}-{role}") for role in ("owner", "app"))
    name = database_name(service, suffix)
    run_sync(_prepare(superuser_url, service, name, owner_password, app_password))
    return Urls(
        app_url=_service_url(superuser_url, f"{service}_app", app_password, name),
        migration_url=_service_url(superuser_url, f"{service}_owner", owner_password, name),
    )


def drop(superuser_url: str, service: str, *, suffix: str = "") -> None:
    """Drop the service's database with everybody who is connected to it; the roles stay."""
    run_sync(_drop(superuser_url, database_name(service, suffix)))


def database_name(service: str, suffix: str = "") -> str:
    """`zapys_booking`, or with a suffix `zapys_booking_ab12`."""
    if service not in SERVICES or not re.fullmatch(r"[a-z0-9_]{0,40}", suffix):
        raise ValueError(f"no database for {service!r} with suffix {suffix!r}")
    return f"zapys_{service}{suffix}"


def render(sql: str, **values: str) -> str:
    """Fill `:'name'` with a quoted literal, as psql does, so that psql and we run the same files."""
    return re.sub(r":'(\w+)'", lambda found: "'" + values[found[1]].replace("'", "''") + "'", sql)


def run_sync(work: Coroutine[Any, Any, _T]) -> _T:
    """The coroutine's result, from plain code and from inside a running event loop alike."""
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001  (handed on below)
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


async def _prepare(superuser_url: str, service: str, name: str, owner_password: str, app_password: str) -> None:
    folder = places.root() / "deploy" / "postgres"
    server = await _connect(superuser_url)
    try:
        await server.execute("SELECT pg_advisory_lock($1)", _TURN)
        passwords = {"owner_password": owner_password, "app_password": app_password}
        await server.execute(render(_read(folder / "roles.sql"), service=service, **passwords))
        if not await server.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name):
            await server.execute(f'CREATE DATABASE "{name}" OWNER "{service}_owner"')
        database = await _connect(_with_database(superuser_url, name))
        try:
            await database.execute(render(_read(folder / "database.sql"), service=service))
        finally:
            await database.close()
    except asyncpg.InsufficientPrivilegeError as refused:
        raise Trouble(f"PostgreSQL refuses: {refused}.", "DATABASE_URL must name a superuser.") from None
    finally:
        await server.close()


async def _drop(superuser_url: str, name: str) -> None:
    server = await _connect(superuser_url)
    try:
        await server.execute("SELECT pg_advisory_lock($1)", _TURN)
        await server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await server.close()


async def _connect(url: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(url, timeout=10, command_timeout=60)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        place = urlsplit(url)
        raise Trouble(
            f"PostgreSQL at {place.hostname}:{place.port or 5432} does not let us in: {error}.",
            "Check that it runs and that user and password are right.",
        ) from None


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _service_url(superuser_url: str, role: str, password: str, name: str) -> str:
    """The same server, another role and database, in SQLAlchemy's form (its asyncpg says `ssl`, not `sslmode`)."""
    parts = urlsplit(superuser_url)
    place = parts.netloc.rsplit("@", 1)[-1]
    options = [("ssl" if key == "sslmode" else key, value) for key, value in parse_qsl(parts.query)]
    return urlunsplit(
        ("postgresql+asyncpg", f"{role}:{quote(password, safe='')}@{place}", f"/{name}", urlencode(options), "")
    )
