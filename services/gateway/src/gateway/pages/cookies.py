"""Cookies of one browser: read from the request, set on the answer, with the strictest marks that still work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import Response

_YEAR_S = 365 * 24 * 3600


@dataclass
class Cookies:
    """`is_secure` says that the product is reached over https: names then carry `__Host-` and travel nowhere else."""

    received: Mapping[str, str]
    is_secure: bool
    _put: dict[str, tuple[str, int]] = field(default_factory=dict)
    _dropped: set[str] = field(default_factory=set)

    def get(self, name: str) -> str | None:
        """As it will be after this answer."""
        if name in self._dropped:
            return None
        if name in self._put:
            return self._put[name][0]
        return self.received.get(self._full(name)) or None

    def put(self, name: str, value: str, *, max_age_s: int = _YEAR_S) -> None:
        """Set it on the answer."""
        self._dropped.discard(name)
        self._put[name] = (value, max_age_s)

    def drop(self, name: str) -> None:
        """Take it away, where it is there."""
        self._put.pop(name, None)
        self._dropped.add(name)

    def write(self, response: Response) -> None:
        """Put all changes on the answer."""
        for name, (value, max_age_s) in self._put.items():
            response.set_cookie(
                self._full(name),
                value,
                max_age=max_age_s,
                path="/",
                secure=self.is_secure,
                httponly=True,
                samesite="lax",
            )
        for name in self._dropped:
            if self._full(name) in self.received:
                response.delete_cookie(self._full(name), path="/", secure=self.is_secure, httponly=True, samesite="lax")

    def _full(self, name: str) -> str:
        return f"{'__Host-' if self.is_secure else ''}zapys_{name}"
