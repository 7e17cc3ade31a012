"""Questions to the domain name system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dns import asyncresolver


@dataclass(frozen=True)
class Heard:
    """What DNS said: the texts of a name, or a word why there are none (`no_name`, `no_records`, `no_answer`)."""

    texts: tuple[str, ...] = ()
    trouble: str | None = None


class Dns:
    """Asks the system's resolvers, or the ones it is told (`host:port`, comma separated)."""

    def __init__(self, servers: str, timeout_s: float) -> None:
        self._servers = [one.strip() for one in servers.split(",") if one.strip()]
        self._timeout_s = timeout_s

    async def texts(self, name: str) -> Heard:
        """The TXT records of a name; an answer always comes within the time-out."""
        from dns import exception, resolver

        try:
            asked = await self._resolver().resolve(f"{name.rstrip('.')}.", "TXT", lifetime=self._timeout_s)
        except resolver.NXDOMAIN:
            return Heard(trouble="no_name")
        except resolver.NoAnswer:
            return Heard(trouble="no_records")
        except (exception.DNSException, OSError):
            return Heard(trouble="no_answer")
        found = (b"".join(record.strings).decode("utf-8", "replace") for record in asked)
        return Heard(tuple(sorted(text[:255] for text in found))[:20])

    def _resolver(self) -> asyncresolver.Resolver:
        from dns import asyncresolver
        from dns.nameserver import Do53Nameserver

        if not self._servers:
            return asyncresolver.Resolver()
        own = asyncresolver.Resolver(configure=False)
        own.nameservers = [
            Do53Nameserver(host or server, int(port) if host else 53)
            for server in self._servers
            for host, _, port in [server.rpartition(":")]
        ]
        return own
