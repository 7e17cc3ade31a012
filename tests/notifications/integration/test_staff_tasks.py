"""What messages leave to people: tasks, alarms that do not depend on what they are about, requests, and forgetting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from contracts import Money
from contracts.booking import ClientChanged, ClientErased, ReplyRefused
from contracts.fiscal import TopUpPaid, TopUpReversed
from contracts.identity import AccessRequested
from contracts.notifications import BalanceLow, ProviderStopped, WebHookPaused
from kit.ids import new_id
from notifications.tables import BookingCopy, DailyJournal, NotificationRow, TelegramChat
from notifications.usecases.hear_bot import BotHearing
from tests.notifications.last_call import AT_THREE_HOURS, VISIT, only_reminder_3h
from tests.notifications.salon import Salon, kyiv, next_phone
from tests.simulators.running import Simulators

from .test_mailed_reports import journal
from .test_replies import incoming, reminded
from .test_staff_news import by_person, told


async def tasks(salon: Salon, state: str = "open", **more: Any) -> list[Any]:
    shown = await salon.get("staff-tasks", params={"state": state}, **more)
    assert state == "settled" or shown["open"] == len(shown["items"])
    items: list[Any] = shown["items"]
    return items


@pytest.mark.row("X23")
async def test_a_bad_number_costs_one_attempt_and_makes_one_task_until_it_is_corrected(salon: Salon) -> None:
    client = salon.client(phone_e164=next_phone("0305"), name="Ганна")
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=1, client=client))
    salon.set_clock(AT_THREE_HOURS - timedelta(hours=1))
    await salon.book(VISIT, client=client)
    await salon.book(VISIT + timedelta(days=7), client=client)
    salon.set_clock(AT_THREE_HOURS)
    await salon.send()
    await salon.replan()
    salon.set_clock(VISIT + timedelta(days=7) - timedelta(hours=3))
    await salon.send()
    assert await salon.requests() == 1
    [task] = await tasks(salon, headers={"Accept-Language": "en"})
    assert (task["kind"], task["client_id"], task["client_name"]) == ("phone_bad", str(client.id), "Ганна")
    assert task["text"] == "Ганна’s number does not work: the provider cannot deliver to it."
    assert task["fix"]["url"].endswith(f"/desk/{salon.account_id}/clients/{client.id}")
    assert (client.phone_e164 or "") not in str(task)
    elsewhere = await salon.member("administrator", location_ids=frozenset({new_id()}))
    assert (await salon.get("staff-tasks", elsewhere))["items"] == []
    mended = client.model_copy(update={"phone_e164": next_phone()})
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=2, client=mended))
    assert await tasks(salon) == []
    [done] = await tasks(salon, "settled")
    assert done["settled_by_name"] is None


@pytest.mark.row("X18")
async def test_answers_that_no_machine_understands_wait_for_a_person_who_settles_them(salon: Salon) -> None:
    booking = await reminded(salon)
    assert booking.client is not None
    await salon.deliver(await incoming(salon, booking.client.phone_e164 or "", "Запізнюся на 10 хвилин"))
    late = ReplyRefused(
        account_id=salon.account_id,
        version=1,
        reply_id=new_id(),
        booking_id=booking.id,
        client_id=booking.client.id,
        cause="cutoff_passed",
    )
    for _ in range(2):  # a broker may repeat itself
        await salon.deliver(late)
    unclear, too_late = await tasks(salon)
    assert (unclear["kind"], unclear["said"]) == ("reply_unclear", "Запізнюся на 10 хвилин")
    assert (too_late["kind"], too_late["booking_id"]) == ("reply_too_late", str(booking.id))
    path = salon.path(f"staff-tasks/{unclear['id']}/settle")
    stranger = await salon.member("administrator", location_ids=frozenset({new_id()}))
    assert (await salon.bench.http.post(path, headers=stranger.headers)).status_code == 404
    master = await salon.member("master", permissions=[])
    assert (await salon.bench.http.post(path, headers=master.headers)).status_code == 403
    for _ in range(2):
        settled = await salon.bench.http.post(path, headers=salon.owner.headers)
        assert settled.status_code == 200, settled.text
    assert [task["id"] for task in await tasks(salon)] == [too_late["id"]]


async def test_trouble_with_sms_reaches_the_owner_by_another_way_than_the_broken_one(
    salon: Salon, simulators: Simulators
) -> None:
    by_mail = await salon.member("administrator", channels={"sms": True, "email": f"{new_id().hex}@example.com"})
    by_chat = await salon.member("administrator", channels={"sms": True})
    by_phone = await salon.member("administrator", channels={"sms": True})
    chat = str(new_id().int % 10**9)
    await simulators.put(f"/accounts/telegram/{chat}", {"state": "started"})
    async with salon.bench.service.db.system_tx() as tx:
        tx.add(TelegramChat(user_id=by_chat.user_id, chat_id=chat, bound_at=VISIT))
    await salon.set_provider("integrica", enabled=False)
    await only_reminder_3h(salon)
    await salon.fault("reject_auth")
    await salon.send()
    [stopped] = await salon.bench.said(ProviderStopped, account_id=salon.account_id)
    assert (stopped.provider, stopped.reason_code) == ("turbosms", "provider_unauthorized")
    low = BalanceLow(account_id=salon.account_id, version=1, balance_amount=450, planned_amount=9_000)
    paused = WebHookPaused(
        account_id=salon.account_id, version=1, hook_id=new_id(), host="hooks.example", cause="no_answer"
    )
    for event in (stopped, stopped, low, paused):
        await salon.deliver(event)
    await salon.send()
    trouble = await told(salon, "provider_trouble")
    assert len(trouble) == 2 * 4
    news = by_person([row for row in trouble if "TurboSMS" in (row.text or "")])
    assert {person.user_id for person in (by_mail, by_chat, by_phone)} == set(news)
    assert [(news[person.user_id].channel, news[person.user_id].state) for person in (by_mail, by_chat)] == [
        ("email", "sent"),
        ("telegram", "sent"),
    ]
    # Whoever has nothing but a phone hears it through the platform's own account; the salon's money is not touched.
    last = news[by_phone.user_id]
    assert (last.channel, last.provider, last.state) == ("sms", "integrica", "sent")
    assert (await salon.get("sms-balance"))["balance"]["amount"] == 5000
    hook = by_person([row for row in trouble if "hooks.example" in (row.text or "")])
    assert hook[by_mail.user_id].state == "sent"
    assert {row.channel for row in await told(salon, "balance_low") if row.state == "sent"} == {
        "email",
        "telegram",
        "sms",
    }


async def test_a_top_up_that_went_back_leaves_the_balance_even_where_it_was_spent(salon: Salon) -> None:
    top_up_id = new_id()
    paid = {"account_id": salon.account_id, "top_up_id": top_up_id, "amount": Money(amount=100_00)}
    await salon.deliver(TopUpPaid(version=1, **paid))
    for _ in range(2):
        await salon.deliver(TopUpReversed(version=2, **paid))
    shown = await salon.get("sms-balance")
    assert shown["balance"]["amount"] == 5000
    assert [(one["kind"], one["amount"]) for one in shown["ledger"][:2]] == [("reversal", -100_00), ("topup", 100_00)]
    early = paid | {"top_up_id": new_id()}  # the two events may overtake one another
    await salon.deliver(TopUpReversed(version=2, **early))
    assert (await salon.get("sms-balance"))["balance"]["amount"] == -5000
    await salon.deliver(TopUpPaid(version=1, **early))
    assert (await salon.get("sms-balance"))["balance"]["amount"] == 5000


@pytest.mark.row("X3")
async def test_a_request_for_a_right_is_told_to_who_can_grant_it_and_the_answer_to_who_asked(salon: Salon) -> None:
    granter = await salon.member("owner", channels={"sms": True})
    asker = await salon.member("master", channels={"sms": True})
    request: dict[str, Any] = {
        "account_id": salon.account_id,
        "request_id": new_id(),
        "rule": "access.missing_permission",
        "permissions": ("booking.cancel_paid",),
        "note": "Клієнтка просить повернути оплату",
        "asked_by": asker.user_id,
        "asked_by_name": "Олена Шевчук",
        "ask_user_ids": (granter.user_id,),
        "expires_at": kyiv("2026-12-20T12:00"),
    }
    for _ in range(2):
        await salon.deliver(AccessRequested(version=1, state="open", **request))
    going = [row for row in await told(salon, "access_request") if row.state == "planned"]
    assert [row.recipient_id for row in going] == [granter.user_id]
    assert "Олена Шевчук просить дозвіл. «Клієнтка просить повернути оплату»" in (going[0].text or "")
    await salon.deliver(AccessRequested(version=2, state="granted", **request))
    answers = [row for row in await told(salon, "access_request") if "схвалено" in (row.text or "")]
    assert [row.recipient_id for row in answers] == [asker.user_id]


async def test_telegram_is_told_where_the_bots_messages_shall_come(salon: Salon, simulators: Simulators) -> None:
    hearing: BotHearing = salon.bench.service.state["telegram"]
    assert await hearing.once()
    asked = await simulators.get("/requests/telegram", params={"path": "setWebhook"})
    assert "/callbacks/chats/telegram/" in str(asked["items"][0])
    await simulators.fault("telegram", "http_500", count=1)
    assert not await hearing.once()


async def test_of_an_erased_client_no_name_number_or_word_is_left(salon: Salon) -> None:
    phone = next_phone()
    client = salon.client(phone_e164=phone, name="Незабутня", surname="Людина", email="forget@example.com")
    changed = ClientChanged(account_id=salon.account_id, version=1, client=client)
    await salon.deliver(changed)
    salon.set_clock(AT_THREE_HOURS - timedelta(hours=1))
    booking = await salon.book(VISIT, client=client)
    await salon.book(VISIT + timedelta(days=7), client=client)
    salon.set_clock(AT_THREE_HOURS)
    await salon.send()
    await salon.deliver(await incoming(salon, phone, "Це Незабутня, я запізнюся"))
    told_of = journal(salon, salon.location_id, "Тут")
    named = {"booking_id": booking.id, "client_name": "Незабутня", "client_phone_e164": phone}
    line = told_of.journal.rows[0].model_copy(update=named)
    await salon.deliver(told_of.model_copy(update={"journal": told_of.journal.model_copy(update={"rows": (line,)})}))
    erased = ClientErased(account_id=salon.account_id, version=2, client_id=client.id, erased_at=VISIT)
    late = told_of.journal.model_copy(update={"id": new_id(), "day": "2026-12-10", "rows": (line,)})
    # A repeat, and what was prepared before and comes late.
    for event in (erased, erased, changed, told_of.model_copy(update={"journal": late})):
        await salon.deliver(event)
    async with salon.bench.service.db.system_tx() as tx:
        names = await tx.scalars(
            text(
                "SELECT table_name FROM information_schema.columns WHERE column_name = 'account_id' "
                "AND table_schema = 'public' AND table_name NOT IN ('outbox', 'inbox', 'idempotency')"
            )
        )
        for table in set(names):
            query = text(f"SELECT t::text FROM {table} t WHERE account_id = :account_id")
            for row in await tx.scalars(query, {"account_id": salon.account_id}):
                for word in ("Незабутня", "Людина", phone, "forget@example.com"):
                    assert word not in row, (table, row)
        rows = await tx.scalars(select(NotificationRow).where(NotificationRow.recipient_id == client.id))
        assert {row.state for row in rows} <= {"sent", "delivered", "suppressed", "failed", "expired"}
        copies = (await tx.scalars(select(BookingCopy).where(BookingCopy.client_id == client.id))).all()
        assert len(copies) == 2
        journals = (await tx.scalars(select(DailyJournal).where(DailyJournal.account_id == salon.account_id))).all()
        assert [one.body["rows"] for one in journals] == [[], []]
