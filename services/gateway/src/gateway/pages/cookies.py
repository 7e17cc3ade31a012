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
    is_framed: bool = False
    """The page is shown in a frame of another site: its cookies are apart from all others, site by site."""
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
            self._set(response, name, value, max_age_s)
        for name in self._dropped:
            if self._full(name) in self.received:
                self._set(response, name, "", 0)

    def _set(self, response: Response, name: str, value: str, max_age_s: int) -> None:
        is_apart = self.is_framed and self.is_secure
        response.set_cookie(
            self._full(name),
            value,
            max_age=max_age_s,
            expires=0 if max_age_s == 0 else None,
            path="/",
            secure=self.is_secure,
            httponly=True,
            samesite="none" if is_apart else "lax",
        )
        if is_apart:
            last = response.raw_headers[-1]
            response.raw_headers[-1] = (last[0], last[1] + b"; Partitioned")

    def _full(self, name: str) -> str:
        return f"{'__Host-' if self.is_secure else ''}zapys_{'framed_' if self.is_framed else ''}{name}"
