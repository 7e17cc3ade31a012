"""What operators see of messages without looking into any account."""

from __future__ import annotations

from datetime import timedelta

from notifications.measures import Measuring
from tests.notifications.last_call import only_reminder_3h
from tests.notifications.salon import Salon


def counted(salon: Salon, outcome: str) -> float:
    labels = {"provider": "turbosms", "outcome": outcome}
    return salon.bench.service.registry.get_sample_value("zapys_messages_handed_over_total", labels) or 0


def shown(salon: Salon, name: str, **labels: str) -> float | None:
    return salon.bench.service.registry.get_sample_value(name, labels)


async def test_what_providers_make_of_messages_is_counted_by_outcome_and_their_time_is_taken(salon: Salon) -> None:
    await salon.set_provider("integrica", enabled=False)
    before = {outcome: counted(salon, outcome) for outcome in ("accepted", "unknown", "auth")}
    calls = shown(salon, "zapys_message_call_seconds_count", provider="turbosms") or 0
    for fault in (None, "timeout_after_accept", "reject_auth"):
        await only_reminder_3h(salon)
        if fault:
            await salon.fault(fault, count=1)
        await salon.send()
    assert {outcome: counted(salon, outcome) - number for outcome, number in before.items()} == dict.fromkeys(before, 1)
    assert shown(salon, "zapys_message_call_seconds_count", provider="turbosms") == calls + 3


async def test_what_waits_for_a_cure_and_what_waits_too_long_is_seen_until_it_is_over(salon: Salon) -> None:
    measuring: Measuring = salon.bench.service.state["measuring"]
    await salon.set_provider("integrica", enabled=False)
    await salon.set_provider(token="mistyped")
    await only_reminder_3h(salon, 2)
    salon.pass_time(minutes=5)
    await measuring.once()
    assert (shown(salon, "zapys_messages_overdue_seconds") or 0) > timedelta(minutes=4).total_seconds()
    await salon.send()
    await measuring.once()
    assert shown(salon, "zapys_messages_overdue_seconds") == 0
    assert (shown(salon, "zapys_messages_held", reason="provider_unauthorized") or 0) >= 2
    await salon.set_provider()
    await salon.send()
    await measuring.once()
    assert shown(salon, "zapys_messages_held", reason="provider_unauthorized") is None
