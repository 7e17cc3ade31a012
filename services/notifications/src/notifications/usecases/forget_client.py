"""A client was erased: nothing that is kept about messages names them, their numbers or their words any more.

What stays are decisions without a person in them: kinds, moments, states and prices, which the account's books need.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from contracts.booking import ClientErased
from kit.db import Tx
from notifications.domain.merging import WAITING
from notifications.domain.reasons import Reason
from notifications.tables import (
    BookingCopy,
    ClientCopy,
    ClientPreference,
    DailyJournal,
    DeliveryAttempt,
    NotificationRow,
    PhoneMark,
    Reply,
    StaffTask,
)

from .plan_booking import NOBODY, take_turn


async def forget_client(event: ClientErased, tx: Tx, *, now: datetime) -> None:
    """Wipe names, numbers and texts; what was still to go does not go. A repeat finds nothing left to wipe."""
    account_id, client_id = event.account_id, event.client_id
    assert account_id is not None
    await take_turn(tx, account_id, client_id)  # a visit that is being planned is seen below, a later one sees the card
    row = NotificationRow
    about = (row.account_id == account_id, row.client_id == client_id)
    to_them = (row.account_id == account_id, row.recipient_id == client_id, row.recipient_type == "client")
    phones = (
        (await tx.execute(select(row.phone_e164).where(*to_them, row.phone_e164.is_not(None)).distinct()))
        .scalars()
        .all()
    )
    card = await tx.get(ClientCopy, (account_id, client_id))
    known = {phone for phone in (*phones, card.phone_e164 if card else None) if phone}
    await tx.execute(
        update(row)
        .where(*to_them, row.state.in_(WAITING))
        .values(state="suppressed", reason_code=Reason.RECIPIENT_NO_PHONE, due_at=None, changed_at=now)
    )
    ids = select(row.id).where(*to_them)
    of_attempts = (DeliveryAttempt.account_id == account_id, DeliveryAttempt.notification_id.in_(ids))
    await tx.execute(update(DeliveryAttempt).where(*of_attempts).values(provider_text=None))
    nothing: dict[str, Any] = {
        "text": None,
        "facts": {},
        "reason_params": {},
        "provider_error": None,
        "provider_status": None,
    }
    await tx.execute(update(row).where(*to_them).values(**nothing, recipient_name="", phone_e164=None))
    # What went to staff about their visits names them in its text.
    await tx.execute(update(row).where(*about, row.recipient_type == "staff").values(text=None, facts={}))
    await tx.execute(
        update(Reply)
        .where(Reply.account_id == account_id, (Reply.client_id == client_id) | Reply.phone_e164.in_(known))
        .values(text="", phone_e164="")
    )
    for table in (StaffTask, ClientPreference):
        await tx.execute(delete(table).where(table.account_id == account_id, table.client_id == client_id))
    await _empty_card(event, tx)
    if known:
        shared = select(ClientCopy.phone_e164).where(
            ClientCopy.account_id == account_id, ClientCopy.phone_e164.in_(known)
        )
        await tx.execute(
            delete(PhoneMark).where(
                PhoneMark.account_id == account_id,
                PhoneMark.phone_e164.in_(known),
                PhoneMark.phone_e164.not_in(shared),
            )
        )
    await _of_visits(event, tx)


async def _empty_card(event: ClientErased, tx: Tx) -> None:
    """The card stays, empty: what was said of it before must not fill it again when it arrives late."""
    row = ClientCopy
    empty: dict[str, Any] = {
        "version": event.version,
        "name": "",
        "phone_e164": None,
        "phone_confirmed": False,
        "user_id": None,
        "notifications_on": False,
        "email": None,
        "is_erased": True,
    }
    statement = insert(row).values(account_id=event.account_id, client_id=event.client_id, language="uk", **empty)
    newest = func.greatest(row.version, event.version)
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["account_id", "client_id"], set_={**empty, "version": newest})
    )


async def _of_visits(event: ClientErased, tx: Tx) -> None:
    """Copies of visits stay for the plan, without the person; journals with their visits are not mailed any more."""
    visits = (
        await tx.scalars(
            select(BookingCopy).where(
                BookingCopy.account_id == event.account_id, BookingCopy.client_id == event.client_id
            )
        )
    ).all()
    for visit in visits:
        if (said := visit.body.get("client")) is not None:
            visit.body = {**visit.body, "client": {**said, **NOBODY}, "comment": None}
    ids = {str(visit.booking_id) for visit in visits}
    journals = await tx.scalars(select(DailyJournal).where(DailyJournal.account_id == event.account_id))
    for journal in journals:
        kept = [line for line in journal.body.get("rows", []) if line.get("booking_id") not in ids]
        if len(kept) != len(journal.body.get("rows", [])):
            journal.body = {**journal.body, "rows": kept}
