"""What staff are told beside their bookings: the daily journal, the morning's troubles, alarms."""

from __future__ import annotations

import base64
import io
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import select

from contracts import Money
from contracts.booking import (
    ClientChanged,
    DailyJournalPrepared,
    JournalRow,
    JournalState,
    ReportPrepared,
    ReportState,
    ReportTable,
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
from kit.testing import Person
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


def journal(salon: Salon, location_id: UUID, name: str, **more: Any) -> DailyJournalPrepared:
    row = JournalRow(
        booking_id=new_id(),
        starts_at=kyiv("2026-12-07T10:00"),
        ends_at=kyiv("2026-12-07T11:00"),
        state="completed",
        payment_state="settled",
        services=("Стрижка",),
        staff=("Софія",),
        client_name=name,
        client_surname="Савченко",
        client_phone_e164="+380671234567",
        price=Money(amount=45_050),
        paid=Money(amount=45_050),
        source="site",
        comment="=1+1",
    )
    state = JournalState(
        id=new_id(),
        location_id=location_id,
        location_name=f"Філія {name}",
        time_zone="Europe/Kyiv",
        day="2026-12-07",
        prepared_at=EVENING,
        currency="UAH",
        rows=(row,),
        **more,
    )
    return DailyJournalPrepared(account_id=salon.account_id, version=1, journal=state)


async def administrator(salon: Salon, location_id: UUID, *more: str) -> tuple[Person, str]:
    mailbox = f"{new_id().hex}@example.com"
    person = await salon.member(
        "administrator",
        permissions=["reports.view", *more],
        location_ids=frozenset({location_id}),
        channels={"email": mailbox},
    )
    return person, mailbox


async def letters_to(salon: Salon, mailbox: str) -> list[Any]:
    letters = await salon.simulators.ledger("smtp")
    return [letter for letter in letters if mailbox in str(letter.get("to", letter))]


def sheet_of(letter: Any) -> list[list[Any]]:
    [content] = letter["contents"]
    book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(content)))
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


async def test_a_report_of_all_locations_is_mailed_to_those_who_see_all_of_them(salon: Salon) -> None:
    _, of_one_place = await administrator(salon, new_id())
    mailbox = f"{new_id().hex}@example.com"
    await salon.member("manager", permissions=["reports.view"], location_ids=None, channels={"email": mailbox})
    salon.set_clock(EVENING)
    tables = {
        language: ReportTable(title=title, header=("Назва", "Виручка"), rows=(("=1+1", 450.5), ("Разом", 450.5)))
        for language, title in (("uk", "Послуги"), ("ru", "Услуги"), ("en", "Services"))
    }
    report = ReportState(
        id=new_id(),
        report="services",
        first="2026-11-30",
        last="2026-12-06",
        time_zone="Europe/Kyiv",
        prepared_at=EVENING,
        tables=tables,
    )
    for _ in range(2):  # a broker may repeat itself
        await salon.deliver(ReportPrepared(account_id=salon.account_id, version=1, report=report))
    await salon.send()
    [letter] = await letters_to(salon, mailbox)
    assert sheet_of(letter) == [
        ["Послуги, 2026-11-30 – 2026-12-06", None],
        [None, None],
        ["Назва", "Виручка"],
        ["=1+1", 450.5],  # as text, not as a formula
        ["Разом", 450.5],
    ]
    assert await letters_to(salon, of_one_place) == []


@pytest.mark.row("N27")
@pytest.mark.row("X21")
async def test_an_administrator_of_one_location_gets_that_locations_journal_and_no_other(salon: Salon) -> None:
    here, there = new_id(), new_id()
    olha, mailbox = await administrator(salon, here, "client.view_phone", "client.view_surname")
    salon.set_clock(EVENING)
    first, second = journal(salon, here, "Тут"), journal(salon, there, "Там")
    for event in (first, second, first):  # a broker may repeat itself
        await salon.deliver(event)
    await salon.send()
    [letter] = await letters_to(salon, mailbox)
    rows = sheet_of(letter)
    assert "Тут" in str(rows)
    assert "Там" not in str(rows)
    assert "+380671234567" in str(rows)
    assert "Савченко" in str(rows)
    assert "=1+1" in str(rows)  # as text, not as a formula
    assert 450.5 in rows[3]
    reasons = {
        row.location_id: row.reason_code for row in await told(salon, "report") if row.recipient_id == olha.user_id
    }
    assert reasons == {here: None, there: "location_not_in_scope"}
    owner = by_person([row for row in await told(salon, "report") if row.location_id == here])[salon.owner.user_id]
    assert owner.reason_code == "recipient_no_channel"  # the owner gave no mailbox


@pytest.mark.row("N27")
async def test_a_journal_holds_only_what_its_reader_may_see(salon: Salon) -> None:
    here = new_id()
    _, mailbox = await administrator(salon, here)
    stranger, _ = await administrator(salon, here)
    await salon.member("master", permissions=[], person=stranger)
    salon.set_clock(EVENING)
    await salon.deliver(journal(salon, here, "Тут"))
    await salon.send()
    [letter] = await letters_to(salon, mailbox)
    rows = str(sheet_of(letter))
    assert "Савченко" not in rows
    assert "+380671234567" not in rows
    assert "+380…67" in rows


async def test_a_journal_goes_at_night_too_and_only_to_those_who_were_chosen(salon: Salon) -> None:
    here = new_id()
    chosen, mailbox = await administrator(salon, here)
    left_out, other = await administrator(salon, here)
    salon.set_clock(kyiv("2026-12-07T23:30"))
    await salon.deliver(journal(salon, here, "Тут", recipient_user_ids=(chosen.user_id,)))
    await salon.send()
    assert len(await letters_to(salon, mailbox)) == 1
    assert await letters_to(salon, other) == []
    assert by_person(await told(salon, "report"))[left_out.user_id].reason_code == "role_not_recipient"


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
