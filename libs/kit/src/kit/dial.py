"""Connections to a database that may have several servers, of which one at a time takes writes.

Its address names them as libpq does: `postgresql+asyncpg://role:password@one:5432,two:5432/name`. Whoever connects is
led to the server that takes writes now; which one that is may change at any time, when a replica is promoted.
"""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlsplit

import asyncpg
import structlog
from sqlalchemy import URL, make_url
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

log = structlog.get_logger("database")

EACH_S = 2.0
"""Time for each of several servers: one whose machine is gone answers nothing, and the next must have its turn."""

ServerSettings = dict[str, str]
_Role = Literal["any", "primary"]


class Servers:
    """The servers of one address, and which of them was the right one last."""

    def __init__(self, url: str) -> None:
        self.url, self._places = _read(url)
        self._last = 0

    @property
    def connect_args(self) -> dict[str, Any]:
        """What an engine must be told to connect by way of `connect`."""
        return {"async_creator_fn": self.connect}

    async def connect_apart(self, *, timeout: float, server_settings: ServerSettings) -> asyncpg.Connection[Any]:
        """A connection that belongs to no pool."""
        dialect: Any = PGDialect_asyncpg  # not typed there
        _, told = dialect().create_connect_args(self.url)
        return await self.connect(**told, timeout=timeout, server_settings=server_settings)

    async def connect(self, **told: Any) -> asyncpg.Connection[Any]:
        """A connection to the server that takes writes.

        Raises what the driver raises where there is one server, and `ConnectionError` where none of several serves.
        """
        if len(self._places) == 1:
            return await asyncpg.connect(**told)
        troubles = []
        for number in (self._last, *(n for n in range(len(self._places)) if n != self._last)):
            host, port = self._places[number]
            place = {"host": host, "port": port, "timeout": EACH_S}
            try:
                connection = await asyncpg.connect(**{"target_session_attrs": "primary", **told, **place})
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InternalClientError) as error:
                troubles.append(f"{host}:{port}: {type(error).__name__}")
                continue
            if number != self._last:
                log.warning("another server of the database takes writes", host=host, port=port)
                self._last = number
            return connection
        raise ConnectionError(f"no server of the database takes writes ({'; '.join(troubles)})")


def _read(url: str) -> tuple[URL, list[tuple[str, int]]]:
    """The address with its first server alone, and the places of all."""
    parts = urlsplit(url)
    user, at, servers = parts.netloc.rpartition("@")
    single = [make_url(parts._replace(netloc=f"{user}{at}{server}").geturl()) for server in servers.split(",")]
    return single[0], [(one.host or "", one.port or 5432) for one in single]
