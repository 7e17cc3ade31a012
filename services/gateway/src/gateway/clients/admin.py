"""The operators' doors of all processes, for the console."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from multidict import CIMultiDict

from gateway.peers import Peers
from kit import context
from kit.errors import Problem

from .calling import Refused

SERVICES = ("gateway", "identity", "booking", "notifications", "fiscal")


@dataclass(frozen=True)
class Admin:
    """Asks the admin port of any process with the operator token; without a token the console is closed."""

    peers: Peers
    token: str

    def knows(self, token: str) -> bool:
        """Whether it is the operator token."""
        return bool(self.token) and hmac.compare_digest(token.encode(), self.token.encode())

    async def ask(
        self,
        service: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """The answer as JSON. Raises `Refused`; a process that is away is one of its kinds."""
        target = f"{path}?{urlencode(query)}" if query else path
        headers = CIMultiDict(
            {
                "Accept": "application/json",
                "Authorization": f"Bearer {self.token}",
                "X-Request-Id": context.current().correlation_id,
            }
        )
        payload: bytes | None = None
        if body is not None:
            payload = json.dumps(dict(body)).encode()
            headers["Content-Type"] = "application/json"
        try:
            async with self.peers.call(service, method, target, headers=headers, payload=payload) as response:
                content, status = await response.read(), response.status
        except Problem as away:
            raise Refused({"code": away.code, "title": away.code, "detail": str(away)}, away.kind.status) from away
        try:
            said = json.loads(content or b"null")
        except ValueError:
            said = None
        if status >= 400 and not path.startswith("/ready"):
            problem = said if isinstance(said, dict) else {}
            raise Refused({"code": "request.failed", "title": f"HTTP {status}", "detail": "", **problem}, status)
        return said


def part(value: object) -> str:
    """A value as one segment of a path."""
    return quote(str(value), safe="")
