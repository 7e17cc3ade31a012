"""Addresses that came from outside: only the public internet may be called, whatever a name points to by then.

The check of a name when it is saved would not be enough: its owner may point it elsewhere a second later. So the
addresses that a name has are judged at each connection, and exactly those are connected to.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from kit.providers import Answer, CallFailed, HttpClient, Reached

PORTS = frozenset({80, 443, 8080, 8443})
_OLD_IPV4_INSIDE = ipaddress.ip_network("::/96")


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; one that is hidden in an IPv6 address is looked at too."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if found.is_site_local or found in _OLD_IPV4_INSIDE:
            return False
    return found.is_global and not found.is_multicast


@dataclass(frozen=True)
class Rule:
    """What may be called; `allows_loopback` is for tests and development on one machine."""

    allows_loopback: bool = False

    def trouble_with(self, url: str) -> str | None:
        """Why an address may not be saved or called, as a word for the catalogues; none where it may."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return "web_address"
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host or parts.username is not None or parts.fragment:
            return "web_address"
        is_here = self.allows_loopback and host in ("localhost", "127.0.0.1", "::1")
        if parts.scheme != "https" and not is_here:
            return "web_address_https"
        if port is not None and port not in PORTS and not is_here:
            return "web_address_port"
        return None if is_here or not _is_private_literal(host) else "web_address_private"

    def lets_connect_to(self, address: str) -> bool:
        """Whether a connection to this IP address may be opened."""
        return is_public(address) or (self.allows_loopback and ipaddress.ip_address(address).is_loopback)


def _is_private_literal(host: str) -> bool:
    lowered = host.lower().rstrip(".")
    if lowered == "localhost" or lowered.endswith((".localhost", ".local", ".internal", ".home.arpa")):
        return True
    try:
        ipaddress.ip_address(lowered)
    except ValueError:
        # A number is an address in disguise: 2130706433, 0x7f000001 and 127.1 all mean this machine.
        return "." not in lowered or lowered.rpartition(".")[2].isdigit() or lowered.startswith("0x")
    return not is_public(lowered)


class PublicResolver(AbstractResolver):
    """Finds the addresses of a name and forgets those that may not be called."""

    def __init__(self, rule: Rule, inner: AbstractResolver | None = None) -> None:
        self._rule = rule
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises `OSError` where nothing is left."""
        if self._inner is None:
            self._inner = aiohttp.ThreadedResolver()  # wants a running loop
        found = await self._inner.resolve(host, port, family)
        allowed = [one for one in found if self._rule.lets_connect_to(one["host"])]
        if not allowed:
            raise OSError("the name points to no public address")
        return allowed

    async def close(self) -> None:
        """Nothing is kept open."""


@dataclass(frozen=True)
class PublicHttp:
    """Calls addresses that came from outside; redirects are not followed."""

    rule: Rule
    http: HttpClient

    @classmethod
    def of(cls, rule: Rule, *, timeout_s: float, resolver: AbstractResolver | None = None) -> PublicHttp:
        """A client whose names are found by `resolver` (the system's by default) and judged by `rule`."""
        guarded = PublicResolver(rule, resolver)
        return cls(rule, HttpClient("", total_timeout_s=timeout_s, resolver=guarded, headers={"Connection": "close"}))

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Raises `CallFailed`; a forbidden address was surely not called."""
        if trouble := self.rule.trouble_with(url):
            raise CallFailed(Reached.NOT_SENT, trouble)
        return await self.http.request("POST", url, body=body, headers=headers)

    async def close(self) -> None:
        """Close what is open."""
        await self.http.close()
