"""What happens in 400 days of 10,000 visits, the same for everybody who asks, and what is due by the visits alone."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from contracts import Event, Money
from contracts.booking import (
    BookingCancelled,
    BookingCreated,
    BookingItem,
    BookingRescheduled,
    BookingState,
    ClientState,
)

KYIV = ZoneInfo("Europe/Kyiv")
FIRST, DAYS = datetime(2026, 3, 1, tzinfo=KYIV), 400
"""Clock changes on 29.03.2026, 25.10.2026 and 28.03.2027; some visits lie beyond the days, on 31.10.2027."""
PAUSE = (datetime(2026, 6, 10, 10, tzinfo=KYIV), datetime(2026, 6, 10, 16, tzinfo=KYIV))
SPACE = UUID("0199b0c8-5a00-7000-8000-00000000feed")


@dataclass(frozen=True)
class Turn:
    """Something that happens to a visit: booked, moved or cancelled, at `at`."""

    at: datetime
    number: int
    version: int
    starts_at: datetime
    kind: str


def turns_of(visits: int, seed: int = 400) -> list[Turn]:
    """What happens in those days, in order; the same for everybody who asks."""
    chance, turns = random.Random(seed), []
    for number in range(visits):
        day = (FIRST + timedelta(days=chance.randrange(DAYS))).date()
        if chance.random() < 0.05:  # crowd the days on which clocks change, and the one of the pause
            day = chance.choice(_CROWDED) + timedelta(days=chance.choice((0, 1)))
        starts_at = _wall(day, chance)
        booked = starts_at - timedelta(minutes=chance.choice((90, 600, 2_000, 5_000, 9_000)))
        turns.append(Turn(booked, number, 1, starts_at, "created"))
        change = chance.random()
        changed_at = booked + (starts_at - booked) * chance.random()
        if change < 0.15:
            moved_to = _wall((starts_at + timedelta(days=chance.randint(1, 6))).astimezone(KYIV).date(), chance)
            turns.append(Turn(changed_at, number, 2, moved_to, "moved"))
        elif change < 0.25:
            turns.append(Turn(changed_at, number, 2, starts_at, "cancelled"))
    return sorted(turns, key=lambda turn: (turn.at, turn.number, turn.version))


_CROWDED = [
    datetime.fromisoformat(day).date() for day in ("2026-03-29", "2026-06-10", "2026-10-25", "2027-03-28", "2027-10-31")
]


def _wall(day: Any, chance: random.Random) -> datetime:
    hour, minute = chance.randrange(8, 21), chance.choice((0, 15, 30, 45))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=KYIV).astimezone(UTC)


def due_of(turns: list[Turn]) -> dict[tuple[int, str, datetime], datetime]:
    """Every reminder that must go, by visit, kind and start; worked out by hand, without the product's own rules."""
    due: dict[tuple[int, str, datetime], datetime] = {}
    by_visit: dict[int, list[Turn]] = {}
    for turn in turns:
        by_visit.setdefault(turn.number, []).append(turn)
    for number, story in by_visit.items():
        for turn, after in zip(story, [*story[1:], None], strict=True):
            if turn.kind == "cancelled":
                continue
            until = after.at if after else turn.starts_at
            eve_day = turn.starts_at.astimezone(KYIV).date() - timedelta(days=1)
            moments = {
                "reminder_3d": turn.starts_at - timedelta(hours=72),
                "reminder_eve": datetime(eve_day.year, eve_day.month, eve_day.day, 19, tzinfo=KYIV).astimezone(UTC),
                "reminder_3h": turn.starts_at - timedelta(hours=3),
            }
            for kind, at in moments.items():
                sent_at = at
                if PAUSE[0] <= at < PAUSE[1]:
                    sent_at = PAUSE[1].astimezone(UTC)  # the first moment at which anybody is there to send it
                is_night = not 7 <= at.astimezone(KYIV).hour < 21
                if turn.at <= at and sent_at < until and not is_night:
                    due[number, kind, turn.starts_at] = at
    return due


def event_of(turn: Turn, before: Turn | None, account_id: UUID) -> Event:
    """The event that booking would have said; `before` is what happened to the visit last."""
    item = BookingItem(
        id=id_of("item", turn),
        service_id=SPACE,
        service_name="Стрижка",
        staff_member_id=SPACE,
        staff_member_name="Софія",
        starts_at=turn.starts_at,
        ends_at=turn.starts_at + timedelta(hours=1),
        price=Money(amount=45_000),
    )
    phone = f"+38067{2_000_000 + turn.number * 7:07d}"
    if phone[-4:] in {"0305", "0404", *(str(fate) for fate in range(1001, 1012))}:
        phone = f"+38067{9_000_000 + turn.number % 10_000:07d}"[:-4] + "7777"
    state = BookingState(
        id=uuid5(SPACE, f"booking {turn.number}"),
        code="7KQ2MX",
        account_id=account_id,
        location_id=SPACE,
        location_name="Центр",
        time_zone="Europe/Kyiv",
        state="cancelled_by_staff" if turn.kind == "cancelled" else "confirmed",
        payment_state="unpaid",
        starts_at=turn.starts_at,
        ends_at=turn.starts_at + timedelta(hours=1),
        items=(item,),
        client=ClientState(
            id=uuid5(SPACE, f"client {turn.number}"), name="Марія", phone_e164=phone, phone_confirmed=True
        ),
        price=Money(amount=45_000),
        source="staff",
        created_at=turn.at,
    )
    common: dict[str, Any] = {"account_id": account_id, "version": turn.version, "booking": state}
    if turn.kind == "created":
        return BookingCreated(**common)
    if turn.kind == "cancelled":
        return BookingCancelled(**common, cancelled_by="client")
    assert before is not None
    return BookingRescheduled(
        **common,
        previous_starts_at=before.starts_at,
        previous_staff_member_ids=(SPACE,),
        rescheduled_by="client",
    )


def id_of(what: str, turn: Turn) -> UUID:
    return uuid5(SPACE, f"{what} {turn.number} {turn.version}")
