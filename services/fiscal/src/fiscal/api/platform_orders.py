"""Orders that an account pays to the platform's own shops, whatever for: begun once for a key, listed, looked up."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from fastapi import Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from sqlalchemy import select

from fiscal.payment_tables import CardPayment
from fiscal.usecases.payments.acquiring import Acquiring
from fiscal.usecases.payments.checkout import ready_to_pay
from kit.db import Tx
from kit.errors import NotFound
from kit.idempotency import Once


async def begin_order(
    acquiring: Acquiring,
    account_id: UUID,
    once: Once,
    start: Callable[[Tx], Awaitable[CardPayment]],
    shown: Callable[[CardPayment], Any],
    back: str,
) -> Response:
    """The order as `shown`, with its way to the acquirer's page, which leads `back` below the account's pages.

    The acquirer is called after the transaction, and again for a repeated key where it had not answered.
    """
    async with acquiring.db.tx(account_id) as tx:

        async def effect() -> Any:
            return shown(await start(tx))

        kept = await once.run(tx, effect)
    payment_id = UUID(json.loads(bytes(kept.body))["id"])
    return_url = f"{acquiring.public_url}/manage/{account_id}/{back}={payment_id}"
    payment = await ready_to_pay(acquiring, account_id, payment_id, return_url)
    headers = {name: kept.headers[name] for name in ("idempotency-replayed",) if name in kept.headers}
    return JSONResponse(jsonable_encoder(shown(payment)), 201, headers)


async def orders_of(
    acquiring: Acquiring, account_id: UUID, kind: str, cursor: UUID | None, limit: int
) -> tuple[Sequence[CardPayment], str | None]:
    """A page of the orders of this kind, newest first, and where the next one begins."""
    query = select(CardPayment).where(CardPayment.account_id == account_id, CardPayment.kind == kind)
    if cursor is not None:
        query = query.where(CardPayment.id < cursor)
    async with acquiring.db.tx(account_id) as tx:
        found = (await tx.scalars(query.order_by(CardPayment.id.desc()).limit(limit))).all()
    return found, str(found[-1].id) if len(found) == limit else None


async def order_of(acquiring: Acquiring, account_id: UUID, kind: str, payment_id: UUID) -> CardPayment:
    """One order of this kind; raises `NotFound`."""
    async with acquiring.db.tx(account_id) as tx:
        payment = await tx.get(CardPayment, (account_id, payment_id))
    if payment is None or payment.kind != kind:
        raise NotFound("payment" if kind == "subscription" else kind)
    return payment
