"""An older database was put back: whoever was erased since it was set aside is erased again, by itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select, text

from booking.errors import ClientHasVisitsAhead, ClientIsDouble
from booking.tables import ClientRow
from kit.db import Database
from kit.loops import each

from .erase_card import drop_imports, erase_card

REPEAT_EVERY_S = 60.0

# All of them: those that cannot be erased yet must not keep the others from their turn.
_WANTED = text("SELECT account_id, client_id FROM erasure_to_repeat ORDER BY account_id, client_id")
_DONE = text("DELETE FROM erasure_to_repeat WHERE account_id = :account_id AND client_id = :client_id")

log = structlog.get_logger("clients")


async def repeat_erasures(db: Database, now: datetime) -> None:
    """Erase those whom a restore has listed (deploy/postgres/restore.sh).

    A double is erased with the card that it belongs to. Somebody with a visit ahead, which was called off only after
    the backup, stays in the list until the visit is over or called off again.
    """
    async with db.system_tx() as tx:
        wanted = [(row.account_id, row.client_id) for row in await tx.execute(_WANTED)]
    await each("erasures", wanted, lambda one: _erase_again(db, *one, now))


async def _erase_again(db: Database, account_id: UUID, client_id: UUID, now: datetime) -> None:
    async with db.tx(account_id) as tx:
        of_client = (ClientRow.account_id == account_id, ClientRow.id == client_id)
        card = (await tx.scalars(select(ClientRow).where(*of_client))).first()
        if card is not None and card.erased_at is None:
            try:
                await erase_card(tx, account_id, client_id, now)
            except (ClientHasVisitsAhead, ClientIsDouble) as error:
                ids = {"account_id": str(account_id), "client_id": str(client_id)}
                log.warning("a client to be erased again cannot be yet", cause=type(error).__name__, **ids)
                return
            await drop_imports(tx, account_id)
        await tx.execute(_DONE, {"account_id": account_id, "client_id": client_id})
