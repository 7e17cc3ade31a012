"""Wishes for taken time, as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import aliased

from booking.tables import AccountCopy, ClientRow, ServiceRow
from booking.tables_of_places import WaitlistEntry
from contracts.http.booking import BookingClient
from contracts.http.waitlist import OfferAnswer, WaitlistAnswer
from kit.db import Tx


async def waitlist_answers(
    tx: Tx,
    account: AccountCopy,
    entries: Sequence[WaitlistEntry],
    clients: dict[object, BookingClient] | None = None,
) -> list[WaitlistAnswer]:
    """Wishes of one account with their place in the queue; with `clients` also who waits."""
    ids = {service_id for entry in entries for service_id in entry.service_ids}
    rows = await tx.execute(
        select(ServiceRow.id, ServiceRow.name).where(
            ServiceRow.account_id == account.account_id, ServiceRow.id.in_(ids)
        )
    )
    names = {row.id: row.name for row in rows}
    ahead = await _ahead(tx, account.account_id, [entry.id for entry in entries if entry.state == "waiting"])
    return [
        WaitlistAnswer.model_validate(
            {
                "id": entry.id,
                "version": entry.version,
                "state": entry.state,
                "account_id": account.account_id,
                "account_name": account.name,
                "services": [names.get(one, "") for one in entry.service_ids],
                "items": entry.items,
                "location_id": entry.location_id,
                "first_day": entry.first_day,
                "last_day": entry.last_day,
                "since": _clock(entry.from_min),
                "until": _clock(entry.to_min),
                "ahead": ahead.get(entry.id, 0),
                "offer": offer_answer(entry) if entry.offer else None,
                "booking_id": entry.booking_id,
                "client": clients.get(entry.client_id) if clients else None,
            }
        )
        for entry in entries
    ]


def offer_answer(entry: WaitlistEntry) -> OfferAnswer:
    """The open offer, on the wall clock of its place."""
    offer = entry.offer or {}
    zone = ZoneInfo(offer["time_zone"])
    return OfferAnswer.model_validate(
        {
            "starts_at": datetime.fromisoformat(offer["starts_at"]).astimezone(zone),
            "ends_at": datetime.fromisoformat(offer["ends_at"]).astimezone(zone),
            "location_id": offer["location_id"],
            "location_name": offer["location_name"],
            "staff": offer["staff_member_names"],
            "expires_at": datetime.fromisoformat(offer["expires_at"]).astimezone(zone),
        }
    )


async def clients_of(tx: Tx, entries: Sequence[WaitlistEntry]) -> list[ClientRow]:
    """The cards of those who wait."""
    ids = {entry.client_id for entry in entries}
    account_ids = {entry.account_id for entry in entries}
    return list(await tx.scalars(select(ClientRow).where(ClientRow.account_id.in_(account_ids), ClientRow.id.in_(ids))))


async def _ahead(tx: Tx, account_id: UUID, ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many wait for one of the same services since earlier, for each of these; nothing where nobody does."""
    if not ids:
        return {}
    own, earlier = aliased(WaitlistEntry), aliased(WaitlistEntry)
    rows = (
        select(own.id, func.count().label("earlier"))
        .join(
            earlier,
            (earlier.account_id == own.account_id)
            & (earlier.state == "waiting")
            & (tuple_(earlier.queued_at, earlier.id) < tuple_(own.queued_at, own.id))
            & earlier.service_ids.overlap(own.service_ids),
        )
        .where(own.account_id == account_id, own.id.in_(ids))
        .group_by(own.id)
    )
    return {row.id: row.earlier for row in await tx.execute(rows)}


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
