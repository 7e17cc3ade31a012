"""A change of settings: what a dry run foretells, and what becomes of the messages that are still to go."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.http.notifications import NotificationSettings
from notifications.tables import NotificationRow
from tests.notifications.salon import Salon, kyiv
from tests.simulators.running import Simulators

Plan = dict[str, tuple[str, datetime]]


def settings(**changes: Any) -> dict[str, Any]:
    return NotificationSettings(**changes).model_dump(mode="json")


async def dry_run(salon: Salon, **changes: Any) -> Any:
    answer = await salon.bench.http.put(
        salon.path("notification-settings?dry_run=true"), headers=salon.owner.headers, json=settings(**changes)
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def plan_of(salon: Salon, bookings: list[Any]) -> Plan:
    rows: list[NotificationRow] = []
    for booking in bookings:
        rows += await salon.rows(booking)
    return {
        f"{row.booking_id} {row.kind} {row.occasion} {row.recipient_id}": (row.state, row.planned_at) for row in rows
    }


def compared(before: Plan, after: Plan) -> dict[str, int]:
    """What really happened to the messages that were to go, told from the rows alone."""
    waiting = {key: at for key, (state, at) in before.items() if state in ("planned", "held")}
    now = {key: at for key, (state, at) in after.items() if state in ("planned", "held")}
    return {
        "moved": sum(1 for key, at in waiting.items() if key in now and now[key] != at),
        "added": len(now.keys() - waiting.keys()),
        "dropped": len(waiting.keys() - now.keys()),
        "kept": sum(1 for key, at in waiting.items() if now.get(key) == at),
    }


CHANGES: list[dict[str, Any]] = [
    {"offsets": {"reminder_3h_min": 120}},
    {"offsets": {"reminder_eve_at": "22:30"}},
    {"offsets": {"reminder_eve_at": "22:30"}, "quiet_hours": {"policy": "shift_later"}},
    {"client_kinds": {"reminder_3d": False}},
    {"client_messages_on": False},
    {"merge_same_day": True},
    {"quiet_hours": {"enabled": False}},
]


@pytest.mark.row("X9")
@pytest.mark.row("S21")
@pytest.mark.parametrize("changes", CHANGES)
async def test_a_dry_run_foretells_exactly_what_saving_does(salon: Salon, changes: dict[str, Any]) -> None:
    somebody = salon.client()
    bookings = [
        await salon.book(kyiv("2026-12-09T09:00") + timedelta(hours=7 * number), client=client)
        for number, client in enumerate([somebody, somebody, None, salon.client(), somebody, salon.client()])
    ]
    before = await plan_of(salon, bookings)
    foretold = await dry_run(salon, **changes)
    assert await plan_of(salon, bookings) == before
    assert (await salon.get("notification-settings"))["version"] == 0
    await salon.set_rules(**changes)
    assert {name: foretold[name] for name in ("moved", "added", "dropped", "kept")} == compared(
        before, await plan_of(salon, bookings)
    )
    assert sum(foretold["dropped_by_reason"].values()) == foretold["dropped"]
    assert foretold["bookings"] == len(bookings)


@pytest.mark.row("S21")
async def test_ten_visits_move_ten_messages_and_none_goes_twice(salon: Salon, simulators: Simulators) -> None:
    bookings = [await salon.book(kyiv("2026-12-09T15:00") + timedelta(days=number)) for number in range(10)]
    foretold = await dry_run(salon, offsets={"reminder_3h_min": 120})
    assert (foretold["moved"], foretold["added"], foretold["dropped"]) == (10, 0, 0)
    await salon.set_rules(offsets={"reminder_3h_min": 120})
    for booking in bookings:
        for hours in (3, 2):
            salon.set_clock(booking.starts_at - timedelta(hours=hours))
            await salon.send()
    last_calls = [await salon.row(booking, "reminder_3h") for booking in bookings]
    assert {row.state for row in last_calls} == {"sent"}
    assert all(row.planned_at == row.useful_until - timedelta(hours=2) for row in last_calls)
    assert all(row.attempts == 1 for row in last_calls)


async def test_news_that_wait_for_the_morning_obey_a_kind_switched_off(salon: Salon) -> None:
    await salon.set_rules(quiet_hours={"policy": "shift_later"})
    booking = await salon.book(kyiv("2026-12-12T15:00"))
    salon.set_clock(kyiv("2026-12-09T23:00"))
    moved = await salon.move(booking, kyiv("2026-12-13T15:00"), 2)
    waiting = await salon.row(moved, "rescheduled")
    assert (waiting.state, waiting.planned_at) == ("planned", kyiv("2026-12-10T07:00"))
    off = {"client_kinds": {"rescheduled": False}, "quiet_hours": {"policy": "shift_later"}}
    assert (await dry_run(salon, **off))["dropped_by_reason"] == {"type_disabled": 1}
    await salon.set_rules(**off)
    told = await salon.row(moved, "rescheduled")
    assert (told.state, told.reason_code, told.booking_version) == ("suppressed", "type_disabled", 2)


async def test_whoever_may_not_change_settings_may_not_try_them_either(salon: Salon) -> None:
    reader = await salon.member("master", permissions=["notifications.view"])
    answer = await salon.bench.http.put(
        salon.path("notification-settings?dry_run=true"), headers=reader.headers, json=settings()
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "access.missing_permission")
