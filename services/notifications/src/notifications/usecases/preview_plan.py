"""What would be sent for a booking that is about to be saved: the plan itself, kept in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from contracts import Money
from contracts.booking import BookingItem, BookingState, ClientState
from contracts.http.notifications import BookingDraft, PlanPreviewRequest
from kit.db import Tx
from kit.errors import InvalidInput, NotFound
from kit.ids import new_id
from kit.phones import normalise
from notifications.domain.facts import Act, Kind
from notifications.domain.merging import WAITING
from notifications.domain.thinking import overtaken_by, think_over
from notifications.rules import rules_of
from notifications.situation import read_known, situation_of, standing_of
from notifications.tables import AccountCopy, BookingCopy, ClientCopy, LocationCopy, NotificationRow

from .plan_booking import Planner, client_of_card, state_of
from .write_decisions import existing_of, lay_over, read_decisions

SAMPLE_CODE = "7KQ2MX"
"""As long as a real code, which only saving gives."""


@dataclass(frozen=True)
class Previewed:
    """A row as saving would leave it, and what saving does to it."""

    row: NotificationRow
    change: str


async def preview_plan(
    tx: Tx, planner: Planner, account_id: UUID, wanted: PlanPreviewRequest, actor_id: UUID, now: datetime
) -> tuple[BookingState, list[Previewed]]:
    """The visit as it would be, and all its messages; raises `NotFound` or `InvalidInput`."""
    booking, version, act = await _imagine(tx, account_id, wanted, actor_id, now)
    rules = await rules_of(tx, account_id, planner.house)
    rows = (await read_decisions(tx, account_id, [booking.id], lock=False)).get(booking.id, [])
    known = await read_known(tx, account_id, [booking], now, with_members=True, with_neighbours=rules.merge_same_day)
    tx.expunge_all()  # what follows happens to copies: nothing of it is written
    before = {row.id: (row.state, row.planned_at) for row in rows}
    existing = [existing_of(row) for row in rows]
    situation = situation_of(known, booking, version, rules, act, now)
    changes = think_over(situation, existing, now, overtaken_by(booking.state))
    new = lay_over(planner.page(booking, version, known, rules, now), rows, changes)
    shown = [Previewed(row, _change(before[row.id], row)) for row in rows] + [Previewed(row, "added") for row in new]
    return booking, sorted(shown, key=lambda one: (one.row.planned_at, str(one.row.id)))


def _change(before: tuple[str, datetime], row: NotificationRow) -> str:
    state, planned_at = before
    if state in WAITING and row.state not in WAITING:
        return "dropped"
    if state not in WAITING and row.state in WAITING:
        return "added"
    return "moved" if row.state in WAITING and row.planned_at != planned_at else "kept"


async def _imagine(
    tx: Tx, account_id: UUID, wanted: PlanPreviewRequest, actor_id: UUID, now: datetime
) -> tuple[BookingState, int, Act]:
    if wanted.act == "create":
        if wanted.draft is None:
            raise InvalidInput.of("draft", "missing")
        booking = await _drafted(tx, account_id, wanted.draft, actor_id, now)
        return booking, 1, Act(Kind.CREATED, by_client=False, actor_id=actor_id)
    if wanted.booking_id is None:
        raise InvalidInput.of("booking_id", "missing")
    seen = await tx.get(BookingCopy, (account_id, wanted.booking_id))
    if seen is None:
        raise NotFound("booking")
    was, version = state_of(seen), seen.version + 1
    if wanted.act == "cancel":
        gone = was.model_copy(update={"state": "cancelled_by_staff"})
        return gone, version, Act(Kind.CANCELLED, False, actor_id, wanted.tell_client)
    moved = _moved(was, wanted)
    return moved, version, Act(Kind.RESCHEDULED, False, actor_id, wanted.tell_client, standing_of(was))


def _moved(was: BookingState, wanted: PlanPreviewRequest) -> BookingState:
    starts_at = (wanted.starts_at or was.starts_at).astimezone(UTC)
    by = starts_at - was.starts_at
    changes = {"staff_member_id": wanted.staff_member_id} if wanted.staff_member_id else {}
    items = tuple(
        item.model_copy(update={"starts_at": item.starts_at + by, "ends_at": item.ends_at + by, **changes})
        for item in was.items
    )
    return was.model_copy(update={"starts_at": starts_at, "ends_at": was.ends_at + by, "items": items})


async def _drafted(tx: Tx, account_id: UUID, draft: BookingDraft, actor_id: UUID, now: datetime) -> BookingState:
    location = await tx.get(LocationCopy, (account_id, draft.location_id))
    if location is None:
        raise NotFound("location")
    account = await tx.get(AccountCopy, account_id)
    currency = account.currency if account else "UAH"
    items = tuple(
        BookingItem(
            id=new_id(),
            service_id=new_id(),
            service_name=item.service_name,
            staff_member_id=item.staff_member_id,
            staff_member_name=item.staff_member_name,
            starts_at=item.starts_at,
            ends_at=item.ends_at,
            price=Money(amount=0, currency=currency),
        )
        for item in draft.items
    )
    return BookingState(
        id=new_id(),
        code=SAMPLE_CODE,
        account_id=account_id,
        location_id=location.location_id,
        location_name=location.name,
        time_zone=location.time_zone,
        state="pending",
        payment_state="unpaid",
        starts_at=min(item.starts_at for item in items),
        ends_at=max(item.ends_at for item in items),
        items=items,
        client=await _client(tx, account_id, draft),
        price=Money(amount=draft.price, currency=currency),
        source="staff",
        created_by=actor_id,
        created_at=now,
    )


async def _client(tx: Tx, account_id: UUID, draft: BookingDraft) -> ClientState | None:
    if draft.client_id is not None:
        card = await tx.get(ClientCopy, (account_id, draft.client_id))
        if card is None:
            raise NotFound("client")
        return client_of_card(card)
    if draft.client is None:
        return None
    try:
        phone = normalise(draft.client.phone) if draft.client.phone else None
    except ValueError as error:
        raise InvalidInput.of("draft/client/phone", "phone") from error
    return ClientState(id=new_id(), name=draft.client.name, phone_e164=phone, language=draft.client.language)
