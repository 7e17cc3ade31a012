"""Services played by a test: the pages and their clients are real, the four services behind them are lines of text.

A test writes what a service would answer; every call is kept, so that a test sees what the pages asked for and sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel

Answer = BaseModel | Mapping[str, Any] | str | None


@dataclass(frozen=True)
class Asked:
    """One call that a page made."""

    service: str
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: Any


class No(Exception):
    """Raise in a part to refuse as a service does."""

    def __init__(self, status: int, code: str, *, title: str = "Ні", **more: Any) -> None:
        super().__init__(code)
        self.status = status
        self.problem = {
            "type": f"/help/{code}",
            "title": title,
            "status": status,
            "code": code,
            "detail": title,
            "fix": None,
            "errors": [],
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            **more,
        }


Part = Callable[[Asked], Answer]


@dataclass
class Stage:
    """Plays the services: `stage.on("booking", "GET", "/public/salon", part)`."""

    parts: dict[tuple[str, str, str], Part] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def on(self, service: str, method: str, path: str, part: Part | Answer) -> None:
        """Answer calls of this address below /api/v1; `path` is a regular expression. A later part wins."""
        self.parts[(service, method, path)] = part if callable(part) else (lambda _: part)

    def calls(self, method: str, path: str) -> list[Asked]:
        """Those to one address, in order."""
        return [one for one in self.asked if one.method == method and re.fullmatch(path, one.path)]

    def said(self, asked: Asked, answer: Answer) -> Answer:
        """What really goes out; a stage of another kind may put something else in its place, or refuse."""
        return answer

    def unplayed(self, asked: Asked) -> Answer:
        """What goes out where no part was given: a test has forgotten something."""
        raise AssertionError(f"nobody plays {asked.service}: {asked.method} {asked.path}")

    @asynccontextmanager
    async def call(
        self, service: str, method: str, target: str, *, headers: Mapping[str, str], payload: bytes | None = None
    ) -> AsyncIterator[_Response]:
        """What `gateway.peers.Peers` offers."""
        path, _, query = target.removeprefix("/api/v1").partition("?")
        asked = Asked(service, method, path, dict(parse_qsl(query)), headers, json.loads(payload) if payload else None)
        self.asked.append(asked)
        for (of, how, pattern), part in reversed(self.parts.items()):
            if of == service and how == method and re.fullmatch(pattern, path):
                try:
                    yield _Response(200, self.said(asked, part(asked)))
                except No as no:
                    yield _Response(no.status, no.problem)
                return
        try:
            yield _Response(200, self.unplayed(asked))
        except No as no:
            yield _Response(no.status, no.problem)


class _Response:
    def __init__(self, status: int, answer: Answer) -> None:
        self.status = status
        self.headers: dict[str, str] = {}
        if isinstance(answer, BaseModel):
            self._content = answer.model_dump_json(by_alias=True).encode()
        else:
            self._content = (
                answer.encode()
                if isinstance(answer, str)
                else b""
                if answer is None
                else json.dumps(answer, default=_plain).encode()
            )

    async def read(self) -> bytes:
        return self._content


def _plain(value: object) -> object:
    return value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else str(value)
