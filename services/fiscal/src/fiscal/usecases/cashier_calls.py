"""Calls on behalf of a cashier: one token per cashier, shared by all processes through the database.

Checkbox keeps ten tokens of a cashier alive and drops the oldest silently, so nobody signs in without need. A refused
token is replaced once per call.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert

from fiscal.domain.receipts import Pace
from fiscal.providers.checkbox import Checkbox
from fiscal.providers.checkbox_answers import Refusal, Refused
from fiscal.tables import CashierToken, CashRegister
from fiscal.usecases.credentials import Credentials, open_credentials
from kit.db import Database
from kit.secrets import SecretBox

T = TypeVar("T")


@dataclass(frozen=True)
class FiscalDesk:
    """What every call of Checkbox needs."""

    db: Database
    checkbox: Checkbox
    box: SecretBox
    pace: Pace
    signing_in: dict[tuple[UUID, str], asyncio.Lock] = field(default_factory=dict, compare=False, repr=False)

    def credentials_of(self, register: CashRegister) -> Credentials | None:
        """The register's credentials; none where it has no Checkbox."""
        return open_credentials(register, self.box)


async def as_cashier(desk: FiscalDesk, who: Credentials, call: Callable[[str], Awaitable[T]]) -> T:
    """What `call` answers with the cashier's token; a refused token is replaced once.

    Raises `Refused` (with the cashier's credentials as the cause when signing in is refused) and `Unanswered`.
    A refused token means that the call was not carried out, so that repeating it is safe.
    """
    token = await _stored(desk, who)
    if token is not None:
        try:
            return await call(token)
        except Refused as refused:
            if refused.refusal is not Refusal.TOKEN:
                raise
            await _forget(desk, who, token)
    return await call(await _shared_sign_in(desk, who, token))


async def _shared_sign_in(desk: FiscalDesk, who: Credentials, refused: str | None) -> str:
    """A new token; of many callers at once one signs in and the others take what it got."""
    async with desk.signing_in.setdefault((who.account_id, who.cashier_login), asyncio.Lock()):
        stored = await _stored(desk, who)
        if stored is not None and stored != refused:
            return stored
        return await sign_in(desk, who)


async def sign_in(desk: FiscalDesk, who: Credentials) -> str:
    """A new token, kept for every process."""
    if who.cashier_pin:
        token = await desk.checkbox.sign_in_by_pin(who.licence_key, who.cashier_pin)
    else:
        token = await desk.checkbox.sign_in(who.cashier_login, who.cashier_password)
    sealed = desk.box.seal(token, _owner(who))
    statement = insert(CashierToken).values(
        account_id=who.account_id, cashier_login=who.cashier_login, sealed=sealed, signed_in_at=func.now()
    )
    async with desk.db.tx(who.account_id) as tx:
        await tx.execute(
            statement.on_conflict_do_update(
                index_elements=["account_id", "cashier_login"], set_={"sealed": sealed, "signed_in_at": func.now()}
            )
        )
    return token


async def _stored(desk: FiscalDesk, who: Credentials) -> str | None:
    async with desk.db.tx(who.account_id) as tx:
        row = await tx.get(CashierToken, (who.account_id, who.cashier_login))
    return desk.box.open(row.sealed, _owner(who)) if row is not None else None


async def _forget(desk: FiscalDesk, who: Credentials, token: str) -> None:
    """Remove a token that was refused, unless another process has replaced it already."""
    async with desk.db.tx(who.account_id) as tx:
        row = await tx.get(CashierToken, (who.account_id, who.cashier_login), with_for_update=True)
        if row is not None and desk.box.open(row.sealed, _owner(who)) == token:
            await tx.execute(
                delete(CashierToken).where(
                    CashierToken.account_id == who.account_id, CashierToken.cashier_login == who.cashier_login
                )
            )


def _owner(who: Credentials) -> str:
    return f"{who.account_id}:cashier:{who.cashier_login}"
