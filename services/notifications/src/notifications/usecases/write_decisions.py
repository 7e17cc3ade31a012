"""Decisions as rows: read, added with their words, changed, dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from contracts.booking import BookingState
from kit.db import Tx
from kit.ids import new_id
from kit.tables import MemberCopy
from kit.texts import Texts
from notifications.domain.facts import Decision, DecisionKey, Rules, Standing
from notifications.domain.merging import Existing
from notifications.domain.planner import CLIENT
from notifications.domain.reasons import Reason
from notifications.tables import ClientCopy, NotificationRow
from notifications.wording import Surroundings, word

DUE_CHANNEL = "due_messages"
_OVERTAKEN = frozenset({Reason.REPLACED, Reason.BOOKING_CANCELLED})


@dataclass(frozen=True)
class Page:
    """What is written beside the decisions themselves."""

    booking: BookingState
    version: int
    around: Surroundings
    client_phone: str | None
    rules: Rules
    texts: Texts
    now: datetime
    trace: dict[str, str]


async def read_decisions(tx: Tx, account_id: UUID, booking_id: UUID) -> Sequence[NotificationRow]:
    """All decisions about a booking, locked, so that no sender takes one while the plan changes."""
    rows = await tx.scalars(
        select(NotificationRow)
        .where(NotificationRow.account_id == account_id, NotificationRow.booking_id == booking_id)
        .order_by(NotificationRow.id)
        .with_for_update()
    )
    return rows.all()


def existing_of(row: NotificationRow) -> Existing:
    """The row as the merging sees it."""
    return Existing(
        id=row.id,
        key=DecisionKey(row.kind, row.recipient_type, row.recipient_id, row.occasion),
        state=row.state,
        reason=row.reason_code,
        planned_at=row.planned_at,
        booking_version=row.booking_version,
        was=was_of(row.facts),
    )


def was_of(facts: dict[str, Any]) -> Standing | None:
    """The standing before a move, as it is kept in a row."""
    was = facts.get("was")
    if not was:
        return None
    return Standing(datetime.fromisoformat(was["starts_at"]), frozenset(map(UUID, was["staff_member_ids"])))


async def write_changes(
    tx: Tx,
    page: Page,
    rows: Sequence[NotificationRow],
    *,
    added: Sequence[Decision] = (),
    changed: Sequence[tuple[UUID, Decision]] = (),
    dropped: Iterable[tuple[UUID, Reason]] = (),
) -> None:
    """Write what a plan came to."""
    people = await _people(tx, page, [*added, *(decision for _, decision in changed)])
    by_id = {row.id: row for row in rows}
    for decision in added:
        row = NotificationRow(
            account_id=page.booking.account_id,
            id=new_id(),
            booking_id=page.booking.id,
            kind=decision.kind,
            occasion=decision.occasion,
            recipient_type=decision.recipient_type,
            recipient_id=decision.recipient_id,
            created_at=page.now,
            trace=page.trace,
            version=0,
            attempts=0,
            providers_tried=[],
        )
        _fill(row, decision, page, people[decision.recipient_id])
        tx.add(row)
    for row_id, decision in changed:
        _fill(by_id[row_id], decision, page, people[decision.recipient_id])
    for row_id, reason in dropped:
        row = by_id[row_id]
        row.state, row.reason_code, row.reason_params, row.due_at = "cancelled", reason, {}, None
        row.version, row.changed_at = row.version + 1, page.now


@dataclass(frozen=True)
class _Person:
    name: str
    phone_e164: str | None
    language: str


async def _people(tx: Tx, page: Page, decisions: Sequence[Decision]) -> dict[UUID, _Person]:
    account_id, people = page.booking.account_id, {}
    if page.booking.client is not None:
        said = page.booking.client
        client = await tx.get(ClientCopy, (account_id, said.id)) or said
        people[said.id] = _Person(client.name, page.client_phone, client.language)
    staff = [decision.recipient_id for decision in decisions if decision.recipient_type != CLIENT]
    if staff:
        members = await tx.scalars(
            select(MemberCopy).where(MemberCopy.account_id == account_id, MemberCopy.user_id.in_(staff))
        )
        people |= {member.user_id: _Person(member.name, member.phone_e164, member.language) for member in members}
    return people


def _fill(row: NotificationRow, decision: Decision, page: Page, person: _Person) -> None:
    is_planned = decision.reason is None
    if is_planned and row.state == "held" and row.planned_at == decision.planned_at:
        state, due_at = row.state, row.due_at  # it waits for a cure, and goes on waiting
    else:
        state = "planned" if is_planned else _state_of(decision.reason)
        due_at = decision.planned_at if is_planned else None
        row.reason_code, row.reason_params = decision.reason, _params(decision, page)
    row.state, row.due_at = state, due_at
    row.planned_at, row.useful_until = decision.planned_at, decision.useful_until
    row.channel, row.location_id = decision.channel, page.booking.location_id
    row.client_id = page.booking.client.id if page.booking.client else None
    row.recipient_name, row.phone_e164, row.language = person.name, person.phone_e164, person.language
    row.time_zone, row.booking_version = page.around.zone.key, page.version
    row.facts = _facts(decision.was)
    row.text, row.parts = None, None
    if is_planned:
        words = word(
            page.texts,
            recipient_type=decision.recipient_type,
            kind=decision.kind,
            language=person.language,
            booking=page.booking,
            around=page.around,
            was=decision.was,
        )
        row.text, row.parts = words.text, words.parts
    row.version, row.changed_at = row.version + 1, page.now


def _state_of(reason: str | None) -> str:
    return "cancelled" if reason in _OVERTAKEN else "suppressed"


def _facts(was: Standing | None) -> dict[str, Any]:
    if was is None:
        return {}
    staff = sorted(map(str, was.staff_member_ids))
    return {"was": {"starts_at": was.starts_at.isoformat(), "staff_member_ids": staff}}


def _params(decision: Decision, page: Page) -> dict[str, Any]:
    quiet, zone = page.rules.quiet, page.around.zone
    if decision.reason != Reason.QUIET_HOURS:
        return {}
    return {
        "time": f"{decision.planned_at.astimezone(zone):%H:%M}",
        "starts": f"{quiet.starts:%H:%M}",
        "ends": f"{quiet.ends:%H:%M}",
    }
