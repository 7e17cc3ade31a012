"""The documents of the API (the services' own, fetched when asked for and kept for some seconds) and of the events."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Header, Request, Response
from multidict import CIMultiDict

from gateway.errors import AnswerLate, OutcomeUnknown, ServiceAway
from gateway.peers import Peers
from kit import asyncapi

from .document import Json, merge

KEEP_S = 30.0
RETRY_S = 2.0
"""A document with a service missing is tried again after this."""

log = structlog.get_logger("openapi")

router = APIRouter(prefix="/api/v1", tags=["gateway"])


@dataclass
class Library:
    """Fetches, merges and keeps the document."""

    peers: Peers
    own: Json
    server: str
    _parts: dict[str, Json] = field(default_factory=dict)
    _bytes: bytes = b""
    _fresh_until: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def document(self) -> bytes:
        """The merged document as JSON; a service that is away now keeps the part that it had before."""
        async with self._lock:
            if time.monotonic() >= self._fresh_until:
                await self._fetch()
        return self._bytes

    async def _fetch(self) -> None:
        names = list(self.peers.urls)
        found = await asyncio.gather(*(self._fetch_one(name) for name in names))
        self._parts |= {name: document for name, document in zip(names, found, strict=True) if document is not None}
        missing = [name for name in names if name not in self._parts]
        merged = merge({**self._parts, "gateway": self.own}, server=self.server, missing=missing)
        self._bytes = json.dumps(merged, ensure_ascii=False, separators=(",", ":")).encode()
        self._fresh_until = time.monotonic() + (KEEP_S if None not in found else RETRY_S)

    async def _fetch_one(self, name: str) -> Json | None:
        headers = CIMultiDict({"Accept": "application/json"})
        try:
            async with self.peers.call(name, "GET", "/openapi.json", headers=headers) as response:
                content: Any = json.loads(await response.read()) if response.status == 200 else None
        except (ServiceAway, AnswerLate, OutcomeUnknown, ValueError) as error:
            log.info("no document", peer=name, error=repr(error))
            return None
        return content if isinstance(content, dict) else None


@router.get(
    "/openapi.json", operation_id="read_openapi", responses={200: {"content": {"application/json": {"schema": {}}}}}
)
async def read_openapi(request: Request, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """This document."""
    library: Library = request.app.state.library
    content = await library.document()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
    if if_none_match == etag:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="application/json")


@router.get(
    "/asyncapi.json", operation_id="read_asyncapi", responses={200: {"content": {"application/json": {"schema": {}}}}}
)
async def read_asyncapi() -> Response:
    """The events that services tell each other (AsyncAPI 3); web hooks and the event feed speak the same words."""
    content = json.dumps(asyncapi.document(), ensure_ascii=False, separators=(",", ":"))
    return Response(content, headers={"Access-Control-Allow-Origin": "*"}, media_type="application/json")
