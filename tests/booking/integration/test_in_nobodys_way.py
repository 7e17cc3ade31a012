"""What the worker does by itself for all accounts: one with which it fails keeps none of the others waiting."""

from datetime import datetime, timedelta

import pytest

from booking.usecases.reports import prepare_journals, prepare_reports
from booking.usecases.waitlist import offer_time
from contracts.booking import DailyJournalPrepared, ReportPrepared, WaitlistOffered

from .test_waiting_list import serve, wait

WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@pytest.fixture
async def salons(salon, open_another):
    """Two accounts in the order in which the worker comes to them."""
    return sorted([salon, await open_another()], key=lambda one: one.account_id)


def fails_for(salon, act):
    """`act`, with a bug that one account alone knows how to find."""

    async def acts(tx, *args, **named):
        if any(getattr(one, "account_id", None) == salon.account_id for one in args):
            raise RuntimeError("broken here")
        return await act(tx, *args, **named)

    return acts


async def test_journals_and_reports_of_others_are_mailed(salons, monkeypatch):
    for module, name in ((prepare_journals, "prepare_journal"), (prepare_reports, "prepare_report")):
        monkeypatch.setattr(module, name, fails_for(salons[0], getattr(module, name)))
    for salon in salons:
        await salon.ok("PUT", f"/report-schedules/{salon.location}", {"time": "20:00"})
        await salon.ok("PUT", "/report-mailings/summary", {"time": "20:00", "weekdays": WEEK, "span": "yesterday"})
    tomorrow = datetime.now(salons[0].zone).date() + timedelta(days=1)
    evening = datetime.fromisoformat(salons[0].on(tomorrow, "20:30"))
    db = salons[0].bench.service.db
    await prepare_journals.prepare_due_journals(db, evening)
    await prepare_reports.prepare_due_reports(db, evening)
    for said in (DailyJournalPrepared, ReportPrepared):
        assert [len(await salon.bench.said(said, account_id=salon.account_id)) for salon in salons] == [0, 1]


async def test_freed_time_is_offered_to_those_who_wait_elsewhere(salons, monkeypatch):
    monkeypatch.setattr(offer_time, "_offer", fails_for(salons[0], offer_time._offer))
    for salon in salons:
        await wait(salon, salon.client())
    await serve(salons[0])
    assert [len(await salon.bench.said(WaitlistOffered, account_id=salon.account_id)) for salon in salons] == [0, 1]
