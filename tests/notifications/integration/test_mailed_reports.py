"""Journals and reports as files by e-mail: to those alone who may read them, and with what they may see."""

from __future__ import annotations

import base64
import io
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from contracts import Money
from contracts.booking import (
    DailyJournalPrepared,
    JournalRow,
    JournalState,
    ReportPrepared,
    ReportState,
    ReportTable,
)
from kit.ids import new_id
from kit.tables import MemberCopy
from kit.testing import Person
from tests.notifications.salon import Salon, kyiv

from .test_staff_news import EVENING, by_person, told


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


async def test_a_journal_that_waited_goes_to_nobody_who_has_lost_the_place_or_the_right_meanwhile(salon: Salon) -> None:
    here = new_id()
    moved, of_moved = await administrator(salon, here)
    demoted, of_demoted = await administrator(salon, here)
    _, mailbox = await administrator(salon, here)
    salon.set_clock(EVENING)
    await salon.deliver(journal(salon, here, "Тут"))
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        (await tx.get_one(MemberCopy, (salon.account_id, moved.user_id))).location_ids = [new_id()]
        (await tx.get_one(MemberCopy, (salon.account_id, demoted.user_id))).permissions = []
    await salon.send()
    assert [len(await letters_to(salon, one)) for one in (mailbox, of_moved, of_demoted)] == [1, 0, 0]
    reasons = {row.recipient_id: row.reason_code for row in await told(salon, "report")}
    assert (reasons[moved.user_id], reasons[demoted.user_id]) == ("location_not_in_scope", "role_not_recipient")


@pytest.mark.row("N27")
async def test_a_journal_holds_only_what_its_reader_may_see(salon: Salon) -> None:
    here = new_id()
    _, mailbox = await administrator(salon, here)
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
