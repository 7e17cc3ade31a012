"""`Idempotency-Key`: the answer is stored in the transaction of the effect, so a repeat gets the same answer and
nothing is done twice.

A second request with the same key waits for the first one's commit (the unique key makes it wait) and then repeats
its answer. What was refused left nothing behind, so it may be tried again under the same key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert

from . import context
from .db import Tx
from .errors import IdempotencyKeyReused
from .tables import IdempotencyRow


@dataclass(frozen=True)
class Once:
    """The key of one request, or none, with its method and path and the fingerprint of its query and body."""

    key: str | None
    place: str
    fingerprint: bytes

    @property
    def scope(self) -> str:
        """Whose key it is and where: the caller is known by now, in whatever order the route asked for its parts."""
        return f"{context.current().actor_id or 'anonymous'} {self.place}"

    async def is_repeat(self, tx: Tx) -> bool:
        """Whether an answer is kept under this key already; `run` will give it again."""
        if self.key is None:
            return False
        await self._name_scope(tx)
        return await tx.get(IdempotencyRow, (self.scope, self.key)) is not None

    async def _name_scope(self, tx: Tx) -> None:
        await tx.execute(text("SELECT set_config('app.idempotency_scope', :scope, true)"), {"scope": self.scope})

    async def run(self, tx: Tx, effect: Callable[[], Awaitable[Any]], *, status: int = 201) -> Response:
        """Do `effect` in `tx` and remember its answer under the key, or repeat the remembered answer.

        Raises `IdempotencyKeyReused` when the key came before with another query or body.
        """
        if self.key is None:
            return JSONResponse(jsonable_encoder(await effect()), status)
        scope = self.scope
        await self._name_scope(tx)
        claim = insert(IdempotencyRow).values(scope=scope, key=self.key, request_hash=self.fingerprint)
        claimed = await tx.execute(claim.on_conflict_do_nothing().returning(IdempotencyRow.key))
        if claimed.first() is None:
            stored = await tx.get_one(IdempotencyRow, (scope, self.key))
            if stored.request_hash != self.fingerprint:
                raise IdempotencyKeyReused
            return Response(stored.body, stored.status, {"Idempotency-Replayed": "true"}, media_type="application/json")
        body = json.dumps(jsonable_encoder(await effect()), ensure_ascii=False, separators=(",", ":"))
        await tx.flush()
        await tx.execute(
            update(IdempotencyRow)
            .where(IdempotencyRow.scope == scope, IdempotencyRow.key == self.key)
            .values(status=status, body=body)
        )
        return Response(body, status, media_type="application/json")


async def read_key(
    request: Request, idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None
) -> Once:
    """The key of the request; it belongs to its caller, method and path."""
    asked = request.scope["query_string"] + b"\n" if request.scope["query_string"] else b""
    fingerprint = hashlib.sha256(asked + await request.body()).digest()
    return Once(idempotency_key, f"{request.method} {request.url.path}", fingerprint)


OnceDep = Annotated[Once, Depends(read_key)]
