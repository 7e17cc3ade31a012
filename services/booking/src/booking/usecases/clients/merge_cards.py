"""Two cards of one person become one, and two again when that was a mistake."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from booking.domain.lifecycle import ACTIVE
from booking.errors import ClientErased, ClientIsDouble, MergeUndone
from booking.queries.visits import visits_of
from booking.records import ClientMerge, ReviewRow
from booking.tables import BookingRow, ClientRow
from booking.tables_of_places import WaitlistEntry
from booking.usecases.actors import Actor
from booking.usecases.bookings.change_booking import say_changed
from booking.usecases.bookings.record_act import record_act
from kit.db import Tx
from kit.errors import InvalidInput, NotFound
from kit.ids import new_id

from .find_card import card_of, say_client_changed

KEPT_FIELDS = (
    "name", "surname", "phone_e164", "phone_confirmed", "email", "socials", "language", "note", "user_id",
    "notifications_on", "custom", "other_phones",
)  # fmt: skip


async def merge_cards(
    tx: Tx, account_id: UUID, kept_id: UUID, double_id: UUID, actor: Actor, now: datetime
) -> ClientMerge:
    """Give the double's visits and whatever the kept card does not say yet to the kept one.

    Places in waiting lists go along. A wish to hear nothing stays a wish. Raises `InvalidInput`,
    `ClientIsDouble`, `ClientErased`, `NotFound`.
    """
    if kept_id == double_id:
        raise InvalidInput.of("/double_id", "same_card")
    cards = {one: await _locked(tx, account_id, one) for one in sorted((kept_id, double_id))}
    kept, double = cards[kept_id], cards[double_id]
    before = _said(kept), _said(double)
    double.phone_e164, double.other_phones, double.user_id, double.merged_into = None, [], None, kept.id
    double.version += 1
    await tx.flush()  # the phone is free before it is written elsewhere
    _fill(kept, before[1])
    kept.version += 1
    booking_ids = list(
        await tx.scalars(
            select(BookingRow.id).where(BookingRow.account_id == account_id, BookingRow.client_id == double.id)
        )
    )
    waiting = list(
        await tx.scalars(
            update(WaitlistEntry)
            .where(WaitlistEntry.account_id == account_id, WaitlistEntry.client_id == double.id)
            .values(client_id=kept.id)
            .returning(WaitlistEntry.id)
        )
    )
    merge = ClientMerge(
        account_id=account_id,
        id=new_id(),
        kept_id=kept.id,
        double_id=double.id,
        kept_before={"before": before[0], "after": _said(kept), "waiting": [str(one) for one in waiting]},
        double_before=before[1],
        booking_ids=booking_ids,
        merged_by=actor.id,
        merged_by_name=actor.name,
        merged_at=now,
    )
    tx.add(merge)
    await _hand_over(tx, account_id, booking_ids, double.id, kept, actor, now)
    for card in (double, kept):
        say_client_changed(tx, card)
    return merge


async def undo_merge(tx: Tx, account_id: UUID, kept_id: UUID, merge_id: UUID, actor: Actor, now: datetime) -> None:
    """Two cards again, each with its own visits; what was written on the kept card since then stays there.

    Raises `NotFound`, `MergeUndone`.
    """
    merge = await tx.get(ClientMerge, (account_id, merge_id), with_for_update=True)
    if merge is None or merge.kept_id != kept_id:
        raise NotFound("merge")
    cards = {one: await card_of(tx, account_id, one, lock=True) for one in sorted((merge.kept_id, merge.double_id))}
    kept, double = cards[merge.kept_id], cards[merge.double_id]
    if merge.undone_at is not None or double.merged_into != kept.id or double.erased_at or kept.erased_at:
        raise MergeUndone
    if kept.merged_into is not None:
        raise ClientIsDouble(str(kept.merged_into))
    now_said, before, after = _said(kept), merge.kept_before["before"], merge.kept_before["after"]
    _write(kept, {name: before[name] for name in KEPT_FIELDS if now_said[name] == after[name]})
    kept.version += 1
    await tx.flush()
    double.merged_into = None
    _write(double, merge.double_before)
    double.version += 1
    merge.undone_at = now
    await tx.execute(
        update(WaitlistEntry)
        .where(
            WaitlistEntry.account_id == account_id,
            WaitlistEntry.id.in_([UUID(one) for one in merge.kept_before.get("waiting", [])]),
            WaitlistEntry.client_id == kept.id,
        )
        .values(client_id=double.id)
    )
    mine = select(BookingRow.id).where(
        BookingRow.account_id == account_id, BookingRow.id.in_(merge.booking_ids), BookingRow.client_id == kept.id
    )
    await _hand_over(tx, account_id, list(await tx.scalars(mine)), kept.id, double, actor, now)
    for card in (kept, double):
        say_client_changed(tx, card)


async def _hand_over(
    tx: Tx, account_id: UUID, booking_ids: list[UUID], former: UUID, owner: ClientRow, actor: Actor, now: datetime
) -> None:
    """These visits are the owner's now. Visits ahead are told about: somebody plans messages for them."""
    await tx.execute(
        update(ReviewRow)
        .where(ReviewRow.account_id == account_id, ReviewRow.booking_id.in_(booking_ids))
        .values(client_id=owner.id)
    )
    rows = await tx.scalars(
        select(BookingRow)
        .where(BookingRow.account_id == account_id, BookingRow.id.in_(booking_ids))
        .order_by(BookingRow.id)
        .with_for_update()
    )
    ahead = []
    for row in rows:
        row.client_id = owner.id
        record_act(
            tx, account_id, row.id, "client_merged", actor, now, before=str(former), after=str(owner.id)
        )  # fmt: skip
        if row.state in ACTIVE:
            ahead.append(row)
    await tx.flush()
    for visit in await visits_of(tx, account_id, ahead):
        say_changed(tx, visit)


async def _locked(tx: Tx, account_id: UUID, client_id: UUID) -> ClientRow:
    card = await card_of(tx, account_id, client_id, lock=True)
    if card.erased_at is not None:
        raise ClientErased
    if card.merged_into is not None:
        raise ClientIsDouble(str(card.merged_into))
    return card


def _said(card: ClientRow) -> dict[str, Any]:
    said = {name: getattr(card, name) for name in KEPT_FIELDS}
    return {**said, "user_id": str(card.user_id) if card.user_id else None}


def _write(card: ClientRow, said: dict[str, Any]) -> None:
    for name, value in said.items():
        setattr(card, name, UUID(value) if name == "user_id" and value else value)


def _fill(kept: ClientRow, double: dict[str, Any]) -> None:
    """What the kept card leaves open is taken from the double; notes are put one under the other."""
    if kept.phone_e164 is None:
        kept.phone_e164, kept.phone_confirmed = double["phone_e164"], double["phone_confirmed"]
        spare = double["other_phones"]
    else:
        spare = [double["phone_e164"], *double["other_phones"]]
    kept.other_phones = list(dict.fromkeys([*kept.other_phones, *(p for p in spare if p and p != kept.phone_e164)]))
    if kept.user_id is None and double["user_id"]:
        kept.user_id = UUID(double["user_id"])
    for name in ("surname", "email"):
        setattr(kept, name, getattr(kept, name) or double[name])
    notes = [note for note in (kept.note, double["note"]) if note]
    kept.note = "\n".join(dict.fromkeys(notes))[:4000] or None
    kept.socials = {**double["socials"], **kept.socials}
    kept.custom = {**double["custom"], **kept.custom}
    kept.notifications_on = kept.notifications_on and double["notifications_on"]
