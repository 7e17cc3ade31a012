"""Decisions as rows: read, added with their words, changed, dropped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from contracts.booking import BookingState
from kit.db import Tx
from kit.ids import new_id
from kit.texts import Texts
from notifications.domain.facts import Act, Decision, DecisionKey, Kind, Rules, Standing
from notifications.domain.merging import Changes, Existing
from notifications.domain.planner import CLIENT
from notifications.domain.reasons import Reason
from notifications.situation import Known, zone_of
from notifications.tables import NotificationRow
from notifications.wording import OwnText, Surroundings, Words, fill, template_key, values_of, word

DUE_CHANNEL = "due_messages"
_OVERTAKEN = frozenset({Reason.REPLACED, Reason.BOOKING_CANCELLED})


@dataclass(frozen=True)
class Page:
    """What is written beside the decisions themselves."""

    booking: BookingState
    version: int
    known: Known
    rules: Rules
    texts: Texts
    public_url: str
    now: datetime
    trace: dict[str, str]

    @property
    def around(self) -> Surroundings:
        """What every message of the account may name besides the booking itself."""
        booking, account = self.booking, self.known.account
        location = self.known.locations.get(booking.location_id)
        return Surroundings(
            account_name=account.name if account else booking.location_name,
            location_name=location.name if location else booking.location_name,
            address=(location.address if location else None) or "",
            zone=zone_of(location.time_zone if location else booking.time_zone),
            public_url=self.public_url,
            phone=(location.phone_e164 if location else None) or "",
        )

    def words(self, decision: Decision, language: str) -> Words:
        """The text that the decision's recipient will read."""
        if (said := self._of_the_rule(decision, language)) is not None:
            return said
        template = self.known.templates.get((decision.recipient_type, decision.kind, language))
        own = OwnText(template.used_text, template.used_transliterated) if template and template.used_text else None
        return word(
            self.texts,
            recipient_type=decision.recipient_type,
            kind=decision.kind,
            language=language,
            booking=self.booking,
            around=self.around,
            was=decision.was,
            own=own,
        )

    def _of_the_rule(self, decision: Decision, language: str) -> Words | None:
        """What the account's own rule makes known, in words that name its cause and moment; none for all else."""
        key = template_key(decision.recipient_type, decision.kind)
        if decision.request is not None:
            key += ".release" if decision.request.releases else ""
        elif decision.recipient_type == CLIENT and decision.act is not None and decision.act.cause is not None:
            key += f".{decision.act.cause}"
        else:
            return None
        values = values_of(self.booking, self.around, None)
        if decision.request is not None:
            values["until"] = f"{decision.request.until.astimezone(self.around.zone):%d.%m %H:%M}"
        elif self.known.account is not None:
            values["link"] = f"{self.public_url.rstrip('/')}/{self.known.account.vanity_address}"
        return fill(OwnText(self.texts.get(language, key)), values)


async def read_decisions(
    tx: Tx, account_id: UUID, booking_ids: Collection[UUID], *, lock: bool = True
) -> dict[UUID, list[NotificationRow]]:
    """All decisions about bookings, locked, so that no sender takes one while the plan changes."""
    query = (
        select(NotificationRow)
        .where(NotificationRow.account_id == account_id, NotificationRow.booking_id.in_(booking_ids))
        .order_by(NotificationRow.id)
    )
    rows = await tx.scalars(query.with_for_update() if lock else query)
    of_booking: dict[UUID, list[NotificationRow]] = defaultdict(list)
    for row in rows.all():
        assert row.booking_id is not None  # it was asked for by booking
        of_booking[row.booking_id].append(row)
    return of_booking


async def read_existing(tx: Tx, account_id: UUID, booking_ids: Collection[UUID]) -> dict[UUID, list[Existing]]:
    """As `read_decisions`, but only what thinking needs, and nothing is locked."""
    row = NotificationRow
    found = await tx.execute(
        select(
            row.id,
            row.booking_id,
            row.kind,
            row.recipient_type,
            row.recipient_id,
            row.occasion,
            row.state,
            row.reason_code,
            row.planned_at,
            row.booking_version,
            row.facts,
        ).where(row.account_id == account_id, row.booking_id.in_(booking_ids))
    )
    of_booking: dict[UUID, list[Existing]] = defaultdict(list)
    for one in found:
        of_booking[one.booking_id].append(existing_of(one))
    return of_booking


def existing_of(row: Any) -> Existing:
    """A row, or those of its columns that `read_existing` asks for, as the merging sees it."""
    was = was_of(row.facts)
    return Existing(
        id=row.id,
        key=DecisionKey(row.kind, row.recipient_type, row.recipient_id, row.occasion),
        state=row.state,
        reason=row.reason_code,
        planned_at=row.planned_at,
        booking_version=row.booking_version,
        was=was,
        act=_act_of(row, was),
    )


def was_of(facts: dict[str, Any]) -> Standing | None:
    """The standing before a move, as it is kept in a row."""
    was = facts.get("was")
    if not was:
        return None
    return Standing(datetime.fromisoformat(was["starts_at"]), frozenset(map(UUID, was["staff_member_ids"])))


def _act_of(row: Any, was: Standing | None) -> Act | None:
    said = row.facts.get("act")
    if not said:
        return None
    return Act(
        kind=Kind(row.kind),
        by_client=said["by_client"],
        actor_id=UUID(said["actor_id"]) if said["actor_id"] else None,
        tell_client=said["tell_client"],
        was=was,
        at=datetime.fromisoformat(said["at"]),
        cause=said.get("cause"),
    )


def write_changes(tx: Tx, page: Page, rows: Sequence[NotificationRow], changes: Changes) -> None:
    """Write what a plan came to."""
    for row in lay_over(page, rows, changes):
        tx.add(row)


def lay_over(page: Page, rows: Sequence[NotificationRow], changes: Changes) -> list[NotificationRow]:
    """Change `rows` as the plan has it, and answer the new ones; whether they are kept is the caller's business."""
    by_id = {row.id: row for row in rows}
    new = []
    for decision in changes.add:
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
        _fill(row, decision, page)
        new.append(row)
    for row_id, decision in changes.change:
        _fill(by_id[row_id], decision, page)
    for row_id, reason in changes.drop:
        row = by_id[row_id]
        row.state, row.reason_code, row.reason_params, row.due_at = "cancelled", reason, {}, None
        row.version, row.changed_at = row.version + 1, page.now
    return new


@dataclass(frozen=True)
class Person:
    """Whom a decision is about, as a page shows them and a sender reaches them."""

    name: str
    phone_e164: str | None
    language: str


def person_of(page: Page, decision: Decision) -> Person:
    """The recipient as known now."""
    if decision.recipient_type == CLIENT:
        assert page.booking.client is not None  # whom else would it be for
        card = page.known.client(page.booking.client)
        return Person(card.name, card.phone_e164, card.language)
    member = page.known.members[decision.recipient_id]
    return Person(member.name, member.phone_e164, member.language)


def _fill(row: NotificationRow, decision: Decision, page: Page) -> None:
    person = person_of(page, decision)
    is_planned = decision.reason is None
    if is_planned and row.state == "held" and row.planned_at == decision.planned_at:
        state, due_at = row.state, row.due_at  # it waits for a cure, and goes on waiting
    else:
        state = state_of(decision.reason)
        due_at = decision.planned_at if is_planned else None
        row.reason_code, row.reason_params = decision.reason, params_of(decision, page)
    row.state, row.due_at = state, due_at
    row.planned_at, row.useful_until = decision.planned_at, decision.useful_until
    row.channel, row.location_id = decision.channel, page.booking.location_id
    row.client_id = page.booking.client.id if page.booking.client else None
    row.recipient_name, row.phone_e164, row.language = person.name, person.phone_e164, person.language
    row.time_zone = page.around.zone.key
    if decision.act is None:
        row.booking_version = page.version
    elif row.version == 0:
        row.booking_version = int(decision.occasion.removeprefix("v"))
    row.facts = {**(row.facts or {}), **_facts(decision)}
    row.text, row.parts = None, None
    if is_planned:
        words = page.words(decision, person.language)
        row.text, row.parts = words.text, words.parts
    row.version, row.changed_at = row.version + 1, page.now


def state_of(reason: str | None) -> str:
    """The state in which a fresh decision is written."""
    if reason is None:
        return "planned"
    return "cancelled" if reason in _OVERTAKEN else "suppressed"


def _facts(decision: Decision) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if (was := decision.was) is not None:
        staff = sorted(map(str, was.staff_member_ids))
        facts["was"] = {"starts_at": was.starts_at.isoformat(), "staff_member_ids": staff}
    if (act := decision.act) is not None and act.at is not None:
        facts["act"] = {
            "by_client": act.by_client,
            "actor_id": str(act.actor_id) if act.actor_id else None,
            "tell_client": act.tell_client,
            "at": act.at.isoformat(),
            **({"cause": act.cause} if act.cause else {}),
        }
    if (asked := decision.request) is not None:
        facts["request"] = {
            "starts_at": asked.starts_at.isoformat(),
            "until": asked.until.isoformat(),
            "releases": asked.releases,
        }
    return facts


def params_of(decision: Decision, page: Page) -> dict[str, Any]:
    """What the text of the reason names."""
    quiet = page.rules.quiet
    if decision.reason != Reason.QUIET_HOURS:
        return {}
    return {
        "time": f"{decision.planned_at.astimezone(page.around.zone):%H:%M}",
        "starts": f"{quiet.starts:%H:%M}",
        "ends": f"{quiet.ends:%H:%M}",
    }
