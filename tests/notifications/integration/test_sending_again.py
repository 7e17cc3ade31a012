"""Sending once more what a person wants to be sent once more."""

from datetime import timedelta

from tests.notifications.last_call import AT_THREE_HOURS, VISIT, only_reminder_3h
from tests.notifications.salon import Salon, next_phone
from tests.simulators.running import Simulators


async def test_a_person_may_send_a_message_of_unknown_fate_again(salon: Salon) -> None:
    [booking] = await only_reminder_3h(salon)
    await salon.fault("drop_before", count=1)
    await salon.send()
    row = await salon.row(booking, "reminder_3h")
    assert row.state == "unknown"
    path = salon.path(f"notifications/{row.id}/send-again")
    answers = [
        await salon.bench.http.post(path, headers={**salon.owner.headers, "Idempotency-Key": "again"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    await salon.send()
    assert len(await salon.accepted()) == 1
    refused = await salon.bench.http.post(path, headers=salon.owner.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "notifications.not_repeatable")


async def test_what_alphasms_could_not_deliver_is_really_sent_again(salon: Salon, simulators: Simulators) -> None:
    client = salon.client(phone_e164=next_phone("1008"))  # its card is full
    await simulators.put(f"/accounts/alphasms/{salon.token}", {"senders": ["Salon"]})
    await salon.set_provider("alphasms")
    salon.set_clock(AT_THREE_HOURS - timedelta(hours=1))
    booking = await salon.book(VISIT, client=client)
    salon.set_clock(AT_THREE_HOURS)
    await salon.send()

    await simulators.push_clock(30)
    salon.pass_time(minutes=1)
    await salon.follow()
    row = await salon.row(booking, "reminder_3h")
    assert (row.state, row.provider_error) == ("failed", "SIM FULL")
    answer = await salon.bench.http.post(salon.path(f"notifications/{row.id}/send-again"), headers=salon.owner.headers)
    assert answer.status_code == 202
    await salon.send()
    first, second = await simulators.ledger("alphasms", account=salon.token)
    assert first["id"] != second["id"]
    assert (await salon.row(booking, "reminder_3h")).state == "sent"
