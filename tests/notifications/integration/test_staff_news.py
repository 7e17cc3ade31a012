"""What staff are told beside their bookings: the morning's troubles, alarms, the week of money."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from contracts import Money
from contracts.booking import (
    ClientChanged,
    ReviewLeft,
    ReviewState,
)
from contracts.fiscal import (
    BooksDiffer,
    DigestLine,
    ReceiptHeld,
    ReceiptRegistered,
    ReceiptState,
    WeeklyDigestPrepared,
)
from contracts.http.notifications import QuietHours
from contracts.notifications import BalanceLow
from kit.ids import new_id
from notifications.tables import MorningTurn, NotificationRow
from notifications.usecases.check_morning import Morning
from tests.notifications.salon import Salon, kyiv, next_phone

VISIT = kyiv("2026-12-11T15:00")
EVENING = kyiv("2026-12-07T20:00")


async def told(salon: Salon, kind: str) -> list[NotificationRow]:
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        rows = await tx.scalars(
            select(NotificationRow).where(NotificationRow.account_id == salon.account_id, NotificationRow.kind == kind)
        )
        return list(rows)


def by_person(rows: list[NotificationRow]) -> dict[UUID, NotificationRow]:
    return {row.recipient_id: row for row in rows}


def receipt(salon: Salon, reason: str, version: int = 1, **more: Any) -> ReceiptHeld:
    usual: dict[str, Any] = {
        "id": new_id(),
        "settlement_id": new_id(),
        "cash_register_id": UUID(int=7),
        "state": "held",
        "reason_code": reason,
        "total": Money(amount=100),
    }
    return ReceiptHeld(account_id=salon.account_id, version=version, receipt=ReceiptState(**(usual | more)))


async def look_at_the_morning(salon: Salon) -> None:
    morning: Morning = salon.bench.service.state["morning"]
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        turn = await tx.get(MorningTurn, salon.account_id)
        assert turn is not None
        due_at = turn.next_at
    await morning.look(salon.account_id, due_at)


async def at_half_past_seven(salon: Salon) -> None:
    """The turn is set for the morning the evening before."""
    await look_at_the_morning(salon)
    salon.set_clock(kyiv("2026-12-08T07:30") + timedelta(seconds=20))


@pytest.mark.row("X13")
async def test_whatever_broke_overnight_is_in_the_morning_message(salon: Salon) -> None:
    manager = await salon.member("administrator", channels={"sms": True})
    await salon.set_provider("alphasms", token=None, key="wrong-key", order=2)
    await salon.set_provider("integrica", enabled=False)
    bad = salon.client(phone_e164=next_phone("0305"))
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=1, client=bad))
    salon.set_clock(kyiv("2026-12-07T11:00"))
    first = await salon.book(kyiv("2026-12-07T15:30"), client=bad)
    salon.set_clock(kyiv("2026-12-07T12:31"))
    await salon.send()
    assert {row.reason_code for row in await salon.rows(first, "reminder_3h")} == {"phone_bad"}
    await salon.book(kyiv("2026-12-08T15:00"), client=bad)
    await salon.book(kyiv("2026-12-08T16:00"))
    for reason in ("shift_closed", "signature_inactive", "register_licence_invalid", "cashier_credentials_invalid"):
        await salon.deliver(receipt(salon, reason))
    cured = receipt(salon, "fiscal_unavailable")
    await salon.deliver(cured)
    await salon.deliver(
        ReceiptRegistered(
            account_id=salon.account_id,
            version=2,
            receipt=cured.receipt.model_copy(update={"state": "registered", "reason_code": None}),
        )
    )
    await at_half_past_seven(salon)
    await salon.at_turbosms(balance=0)
    await look_at_the_morning(salon)
    message = by_person(await told(salon, "morning_check"))[manager.user_id]
    assert message.state == "planned"
    text = message.text or ""
    for said in ("зміну", "підпис", "ліцензії", "касира", "коштів", "TurboSMS", "AlphaSMS", "номер"):
        assert said.lower() in text.lower(), (said, text)
    assert "не відповідає" not in text  # that one was cured in time
    assert f"/manage/{salon.account_id}/notifications" in text
    shown = await salon.get("notifications/morning-check", headers={"Accept-Language": "en"})
    codes = {(item["area"], item["code"]) for item in shown["items"]}
    assert codes >= {
        ("sms", "insufficient_balance"),
        ("sms", "provider_unauthorized"),
        ("client", "phone_bad"),
        ("fiscal", "shift_closed"),
        ("fiscal", "signature_inactive"),
        ("fiscal", "register_licence_invalid"),
        ("fiscal", "cashier_credentials_invalid"),
    }
    await look_at_the_morning(salon)
    assert len([row for row in await told(salon, "morning_check") if row.recipient_id == manager.user_id]) == 1


async def test_a_morning_without_troubles_says_nothing(salon: Salon) -> None:
    await at_half_past_seven(salon)
    await look_at_the_morning(salon)
    assert await told(salon, "morning_check") == []
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        turn = await tx.get(MorningTurn, salon.account_id)
        assert turn is not None
        assert turn.next_at == kyiv("2026-12-09T00:00"), "whose first visit decides when it is looked at"


@pytest.mark.row("X13")
async def test_a_sender_name_taken_away_overnight_is_in_the_morning_message(salon: Salon) -> None:
    manager = await salon.member("administrator", channels={"sms": True})
    await salon.set_provider("integrica", enabled=False)
    await salon.book(kyiv("2026-12-08T15:00"))
    await at_half_past_seven(salon)
    await salon.at_turbosms(senders=["Another"])
    await look_at_the_morning(salon)
    assert "імʼя відправника" in (by_person(await told(salon, "morning_check"))[manager.user_id].text or "").lower()
    shown = await salon.get("notifications/morning-check")
    assert ("sms", "sender_not_registered") in {(item["area"], item["code"]) for item in shown["items"]}


@pytest.mark.row("X13")
async def test_where_the_first_visit_is_early_the_morning_is_looked_at_an_hour_before(salon: Salon) -> None:
    manager = await salon.member("administrator", channels={"sms": True})
    await salon.set_rules(quiet_hours=QuietHours(ends=time(6, 30)))
    await salon.deliver(receipt(salon, "shift_closed"))
    await salon.book(kyiv("2026-12-08T07:45"))
    await look_at_the_morning(salon)

    async def turn_at(shown: str) -> datetime:
        salon.set_clock(kyiv(shown))
        await look_at_the_morning(salon)
        async with salon.bench.service.db.tx(salon.account_id) as tx:
            return (await tx.get_one(MorningTurn, salon.account_id)).next_at

    assert await turn_at("2026-12-08T00:01") == kyiv("2026-12-08T06:45")
    await salon.book(kyiv("2026-12-08T07:00"))  # at six nobody is woken
    assert await turn_at("2026-12-08T00:02") == kyiv("2026-12-08T06:30")
    assert await told(salon, "morning_check") == []
    assert await turn_at("2026-12-08T06:31") == kyiv("2026-12-09T00:00")
    assert len([row for row in await told(salon, "morning_check") if row.recipient_id == manager.user_id]) == 1


async def test_alarms_go_to_the_office_once_a_day_and_wait_for_the_morning(salon: Salon) -> None:
    manager = await salon.member("administrator", channels={"sms": True})
    master = await salon.member("master", channels={"sms": True})
    salon.set_clock(kyiv("2026-12-07T23:00"))
    for version in (1, 2):
        await salon.deliver(
            BalanceLow(account_id=salon.account_id, version=version, balance_amount=450, planned_amount=9_000)
        )
        await salon.deliver(receipt(salon, "shift_closed"))
    for kind, words in (("balance_low", "4.50"), ("fiscal_trouble", "Зміну")):
        rows = by_person(await told(salon, kind))
        assert len(rows) == len(await told(salon, kind))
        assert rows[manager.user_id].planned_at == kyiv("2026-12-08T07:00")
        assert words in (rows[manager.user_id].text or "")
        assert rows[master.user_id].reason_code == "role_not_recipient"
        assert rows[salon.owner.user_id].reason_code == "recipient_no_channel"


async def test_books_that_do_not_agree_are_told_to_the_office_once_for_each_comparison(salon: Salon) -> None:
    manager = await salon.member("administrator", channels={"sms": True})
    master = await salon.member("master", channels={"sms": True})
    found: dict[str, Any] = {"since": "2026-12-06", "until": "2026-12-06", "count": 3, "codes": ("booking_paid",)}
    differ = BooksDiffer(account_id=salon.account_id, version=1, reconciliation_id=new_id(), **found)
    for _ in range(2):
        await salon.deliver(differ)
    rows = await told(salon, "fiscal_trouble")
    assert len(by_person(rows)) == len(rows)
    text = by_person(rows)[manager.user_id].text or ""
    assert "розбіжностей 3" in text
    assert f"/manage/{salon.account_id}/differences" in text
    assert by_person(rows)[master.user_id].reason_code == "role_not_recipient"


@pytest.mark.row("X16")
async def test_the_week_of_money_is_mailed_to_the_owners_once(salon: Salon) -> None:
    owner = await salon.member("owner", channels={"email": "owner@example.com"})
    manager = await salon.member("administrator", channels={"email": "office@example.com"})
    line = DigestLine(
        what="taken_back",
        day="2026-12-02",
        amount=Money(amount=-45_000),
        register_name="Готівка",
        by_name="Оксана",
        reason="Помилка",
    )
    counted = {"back_dated": 0, "taken_back": 1, "shortages": 0, "without_second_person": 1, "lines": (line,)}
    week = WeeklyDigestPrepared.model_validate(
        {"account_id": salon.account_id, "version": 1, "since": "2026-11-30", "until": "2026-12-06", **counted}
    )
    for _ in range(2):
        await salon.deliver(week)
    await salon.send()
    rows = by_person(await told(salon, "report"))
    assert rows[owner.user_id].state == "sent"
    assert rows[manager.user_id].reason_code == "role_not_recipient"
    [mail] = [one for one in await salon.simulators.ledger("smtp") if one["to"] == ["owner@example.com"]]
    assert mail["subject"] == "Гроші за тиждень"
    assert "02.12.2026: повернення або сторно, -450 UAH, Готівка, Оксана (Помилка)" in mail["text"]
    assert "Без другої особи: 1." in mail["text"]
    assert f"/manage/{salon.account_id}/finance/day?from=2026-11-30&to=2026-12-06" in mail["text"]


async def test_a_review_is_told_once(salon: Salon) -> None:
    manager = await salon.member("administrator", channels={"sms": True})
    review = ReviewState(
        id=new_id(),
        booking_id=new_id(),
        location_id=salon.location_id,
        staff_member_ids=(salon.sofia,),
        client_name="Марія",
        rating=5,
        text="Дякую!",
        state="published",
    )
    for version in (1, 2):
        await salon.deliver(ReviewLeft(account_id=salon.account_id, version=version, review=review))
    [row] = [row for row in await told(salon, "review") if row.recipient_id == manager.user_id]
    assert "Марія: 5/5. Дякую!" in (row.text or "")


@pytest.mark.row("S52")
@pytest.mark.row("S51")
async def test_a_master_who_was_not_told_asks_why_and_reads_it_without_seeing_others_messages(salon: Salon) -> None:
    ihor = await salon.member("master", permissions=["booking.view"], channels={"sms": True})
    await salon.member("administrator", channels={"sms": True})
    booking = await salon.book(kyiv("2026-12-11T15:00"))
    all_of_it = await salon.bench.http.get(salon.path(f"bookings/{booking.id}/notifications"), headers=ihor.headers)
    assert (all_of_it.status_code, all_of_it.json()["permission"]) == (403, "notifications.view")
    own = await salon.get(f"bookings/{booking.id}/notifications/mine", ihor, headers={"Accept-Language": "en"})
    [mine] = own["items"]
    assert (mine["kind"], mine["state"], mine["reason_code"]) == ("created", "suppressed", "role_not_recipient")
    assert mine["recipient"]["id"] == str(ihor.user_id)
    assert mine["reason_text"]
    assert mine["fix"]["url"]
    elsewhere = await salon.member("master", permissions=["booking.view"], location_ids=frozenset({new_id()}))
    path = salon.path(f"bookings/{booking.id}/notifications/mine")
    assert (await salon.bench.http.get(path, headers=elsewhere.headers)).status_code == 403
