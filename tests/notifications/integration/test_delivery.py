"""News from providers: pushed or asked for, late, doubled, forged or out of order."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.booking import BookingState
from contracts.gateway import DeliveryReportReceived
from contracts.notifications import MessageDelivered
from kit.ids import new_id
from notifications.app import platform_callback_token
from notifications.domain.outcomes import Delivery
from notifications.providers.protocol import StatusSeen
from notifications.tables import LoginCodeMessage, NotificationRow
from notifications.usecases.follow_delivery import lock_message, take_status
from tests.notifications.last_call import only_reminder_3h, state_of
from tests.notifications.salon import Salon, next_phone
from tests.simulators.running import Receiver, Simulators, becomes_true, receiving

from .test_login_codes import requested


def report(
    token: str, body: dict[str, Any] | bytes, provider: str = "turbosms", query: str = ""
) -> DeliveryReportReceived:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return DeliveryReportReceived(
        version=1,
        callback_id=new_id(),
        provider=provider,
        token=token,
        received_at=datetime.now(UTC),
        headers={},
        query=query,
        body_base64=base64.b64encode(raw).decode(),
    )


def said(
    message_id: str, status: str = "Delivered", event_id: str | None = None, signature: str = ""
) -> dict[str, Any]:
    data = {"message_id": message_id, "status": status}
    return {"id": event_id or str(new_id()), "signature": signature, "type": "dlr", "try": 1, "data": data}


async def address(salon: Salon, provider: str = "turbosms") -> str:
    url: str = (await salon.get(f"sms-providers/{provider}"))["callback_url"]
    return url.rsplit("/", 1)[1]


async def one_sent(salon: Salon) -> tuple[BookingState, str]:
    [booking] = await only_reminder_3h(salon)
    await salon.send()
    row = await salon.row(booking, "reminder_3h")
    assert row.state == "sent"
    return booking, row.provider_message_id or ""


@pytest.mark.parametrize("form", [False, True])
@pytest.mark.parametrize("secret_first", [False, True])
async def test_the_report_that_turbosms_really_sends_is_understood(
    salon: Salon, form: bool, secret_first: bool
) -> None:
    async with receiving() as gateway:
        hook = {"url": gateway.url, "secret": "shared", "secret_first": secret_first, "form": form, "copies": 3}
        await salon.at_turbosms(webhook=hook)
        await salon.set_provider(webhook_secret="shared")
        booking, _ = await one_sent(salon)
        await becomes_true(lambda: len(gateway.calls) >= 3)
        await hand_on(salon, gateway)
    assert (await state_of(salon, booking))[0] == "delivered"
    assert len(await salon.bench.said(MessageDelivered, account_id=salon.account_id)) == 1


async def hand_on(salon: Salon, gateway: Receiver) -> None:
    """As the gateway does: the body as it came, under the address that was called."""
    token = await address(salon)
    for _, body in gateway.calls:
        await salon.deliver(report(token, body))


@pytest.mark.parametrize(
    "change",
    [
        {"token": "guessed"},
        {"body": b"\xff\xfe not a report"},
        {"body": {"id": "1", "data": {"message_id": "somebody else's", "status": "Delivered"}}},
        {"signature": "0" * 40},
        {"provider": "alphasms"},
    ],
)
async def test_a_forged_report_changes_nothing(salon: Salon, change: dict[str, Any]) -> None:
    await salon.set_provider(webhook_secret="shared")
    booking, message_id = await one_sent(salon)
    token = change.get("token") or await address(salon)
    body = change.get("body") or said(message_id, signature=change.get("signature", ""))
    await salon.deliver(report(token, body, change.get("provider", "turbosms")))
    assert (await state_of(salon, booking))[0] == "sent"


async def test_an_id_that_comes_back_for_another_message_is_a_forgery(salon: Salon) -> None:
    first, first_id = await one_sent(salon)
    salon.pass_time(seconds=-3600)
    second, second_id = await one_sent(salon)
    token = await address(salon)
    await salon.deliver(report(token, said(first_id, event_id="evt")))
    await salon.deliver(report(token, said(second_id, event_id="evt")))
    assert (await state_of(salon, first))[0] == "delivered"
    assert (await state_of(salon, second))[0] == "sent"


async def test_a_report_of_another_salon_reaches_no_message_of_this_one(
    salon: Salon, simulators: Simulators, morning: datetime
) -> None:
    booking, message_id = await one_sent(salon)
    stranger = await Salon(salon.bench, simulators).open(morning)
    await stranger.set_provider()
    await salon.deliver(report(await address(stranger), said(message_id)))
    assert (await state_of(salon, booking))[0] == "sent"


async def test_a_late_sent_after_delivered_moves_nothing_back(salon: Salon) -> None:
    booking, message_id = await one_sent(salon)
    token = await address(salon)
    for status in ("DELIVRD", "ACCEPTD", "UNDELIV", "whatever"):
        await salon.deliver(report(token, said(message_id, status)))
    assert (await state_of(salon, booking))[0] == "delivered"


async def test_without_reports_the_provider_is_asked(salon: Salon, simulators: Simulators) -> None:
    booking, _ = await one_sent(salon)
    await simulators.push_clock(5)
    await salon.follow()
    assert (await state_of(salon, booking))[0] == "sent"  # it is not its turn yet
    salon.pass_time(seconds=6)
    await salon.follow()
    row = await salon.row(booking, "reminder_3h")
    assert (row.state, row.provider_status, row.status_due_at) == ("delivered", "Delivered", None)


async def test_an_sms_that_does_not_arrive_is_told_as_such(salon: Salon, simulators: Simulators) -> None:
    client = salon.client(phone_e164=next_phone("1001"))
    from tests.notifications.last_call import AT_THREE_HOURS, VISIT

    booking = await salon.book(VISIT, client=client)
    salon.set_clock(AT_THREE_HOURS)
    await salon.send()
    await simulators.push_clock(5)
    salon.pass_time(seconds=6)
    await salon.follow()
    assert await state_of(salon, booking) == ("failed", "not_delivered")


async def test_a_report_on_a_login_code_comes_to_the_platforms_address(salon: Salon, simulators: Simulators) -> None:
    salon.set_clock(datetime.now(UTC))
    event = requested()
    await salon.deliver(event)
    await salon.bench.service.state["login_codes"].drain()
    [accepted] = await simulators.ledger("turbosms", account="platform-token")
    key = salon.bench.service.settings.secrets_key_file  # type: ignore[attr-defined]
    token = platform_callback_token(key.read_bytes().strip())
    await salon.deliver(report(token, said(accepted["message_id"])))
    async with salon.bench.service.db.system_tx() as tx:
        assert (await tx.get_one(LoginCodeMessage, (event.attempt_id, 1))).state == "delivered"


async def test_the_hook_of_alphasms_is_understood(salon: Salon, simulators: Simulators) -> None:
    await simulators.put(f"/accounts/alphasms/{salon.token}", {"senders": ["Salon"]})
    await salon.set_provider("alphasms")
    booking, number = await one_sent(salon)
    token = await address(salon, "alphasms")
    await salon.deliver(report(token, b"", "alphasms", query=f"id={number}&status=DELIVERED"))
    assert (await state_of(salon, booking))[0] == "delivered"


async def test_news_that_crossed_do_not_undo_one_another(salon: Salon) -> None:
    """A report that was read before another one was written, and takes the lock after it."""
    booking, _ = await one_sent(salon)
    row = await salon.row(booking, "reminder_3h")
    delivered, undelivered = (StatusSeen(one, one) for one in (Delivery.DELIVERED, Delivery.UNDELIVERED))
    async with salon.bench.service.db.system_tx() as tx:
        seen = await tx.get_one(NotificationRow, (row.account_id, row.id))
        assert seen.state == "sent"
        async with salon.bench.service.db.system_tx() as quicker:
            fresh = await lock_message(quicker, row.account_id, row.id)
            await take_status(quicker, fresh, delivered, datetime.now(UTC))
        await take_status(tx, await lock_message(tx, row.account_id, row.id), undelivered, datetime.now(UTC))
    assert (await state_of(salon, booking))[0] == "delivered"


async def test_what_alphasms_does_not_know_twice_goes_again_under_its_number_and_each_try_is_asked_about_anew(
    salon: Salon, simulators: Simulators
) -> None:
    await simulators.put(f"/accounts/alphasms/{salon.token}", {"senders": ["Salon"]})
    await salon.set_provider("alphasms")
    await salon.set_provider(enabled=False)
    [booking] = await only_reminder_3h(salon)
    await simulators.fault("alphasms", "drop_before", token=salon.token, count=1)
    await salon.send()
    for tries in (1, 2):
        row = await salon.row(booking, "reminder_3h")
        assert (row.state, row.attempts) == ("unknown", tries)
        for seconds in (6, 30):  # once, and once more too soon after
            salon.pass_time(seconds=seconds)
            await salon.follow()
            assert (await state_of(salon, booking))[0] == "unknown"
        if tries == 1:
            again = salon.path(f"notifications/{row.id}/send-again")
            answer = await salon.bench.http.post(again, headers=salon.owner.headers)
            assert answer.status_code == 202, answer.text
            await simulators.fault("alphasms", "drop_before", token=salon.token, count=1)
            await salon.send()
    salon.pass_time(minutes=2)
    await salon.follow()
    await salon.send()
    assert (await state_of(salon, booking))[0] == "sent"
    assert booking.client is not None
    assert len(await simulators.phone(booking.client.phone_e164 or "")) == 1
