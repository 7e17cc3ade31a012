"""Web hooks and the event feed: signed, tried again, paused with a warning; nothing can be missed."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from sqlalchemy import text
from standardwebhooks import Webhook

from contracts.booking import ClientErased
from contracts.notifications import WebHookPaused
from contracts.permissions import Permission
from kit.providers import CallFailed, Reached
from notifications.providers.public_addresses import PublicHttp, Rule, is_public
from notifications.pump import Pump
from tests.notifications.last_call import VISIT
from tests.notifications.salon import Salon
from tests.simulators.running import Receiver, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as taken:
        yield taken


async def tell(salon: Salon) -> None:
    pump: Pump[Any] = salon.bench.service.state["web_hooks"]
    await pump.drain()


async def make(salon: Salon, receiver: Receiver, status: int = 201, **more: Any) -> Any:
    body = {"url": receiver.url, "event_types": ["booking.*"], **more}
    answer = await salon.bench.http.post(salon.path("webhooks"), headers=salon.owner.headers, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def patch(salon: Salon, hook_id: str, **body: Any) -> Any:
    answer = await salon.bench.http.patch(salon.path(f"webhooks/{hook_id}"), headers=salon.owner.headers, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post(salon: Salon, rest: str, status: int) -> Any:
    answer = await salon.bench.http.post(salon.path(rest), headers=salon.owner.headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def checked(secret: str, headers: dict[str, str], body: bytes) -> Any:
    """As a receiver checks it, with the library that receivers use; the salon's clock is not ours."""
    library = Webhook(secret)
    signed = {name.lower(): value for name, value in headers.items()}
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(int(signed["webhook-timestamp"]), UTC)
    expected = library.sign(signed["webhook-id"], at, body.decode())
    assert expected in signed["webhook-signature"].split(" ")


async def test_an_event_is_told_once_and_signed(salon: Salon, receiver: Receiver) -> None:
    hook = await make(salon, receiver)
    booking = await salon.book(VISIT)
    await tell(salon)
    await tell(salon)
    [(headers, body)] = receiver.calls
    checked(hook["secret"], headers, body)
    [said] = receiver.bodies()
    assert (said["type"], said["data"]["booking"]["id"]) == ("booking.created", str(booking.id))
    [delivery] = (await salon.get(f"webhooks/{hook['id']}/deliveries"))["items"]
    assert (delivery["state"], delivery["status"], delivery["attempts"]) == ("delivered", 200, 1)
    assert delivery["message_id"] == {name.lower(): value for name, value in headers.items()}["webhook-id"]
    assert "secret" not in (await salon.get("webhooks"))["items"][0]


async def test_while_the_secret_is_rotated_both_sign(salon: Salon, receiver: Receiver) -> None:
    hook = await make(salon, receiver)
    renewed = await post(salon, f"webhooks/{hook['id']}/rotate-secret", 200)
    assert renewed["secret"] != hook["secret"]
    await salon.book(VISIT)
    await tell(salon)
    for secret in (hook["secret"], renewed["secret"]):
        checked(secret, *receiver.calls[-1])
    salon.pass_time(hours=25)
    await salon.book(VISIT + timedelta(days=1))
    await tell(salon)
    checked(renewed["secret"], *receiver.calls[-1])
    with pytest.raises(AssertionError):
        checked(hook["secret"], *receiver.calls[-1])


async def test_a_failed_delivery_is_tried_again_under_its_id_at_growing_pauses(
    salon: Salon, receiver: Receiver
) -> None:
    hook = await make(salon, receiver)
    receiver.statuses = [500, 503, 500]
    await salon.book(VISIT)
    await tell(salon)
    for pause in ({"seconds": 6}, {"minutes": 6}, {"minutes": 34}):
        await tell(salon)  # too early: nothing happens
        before = len(receiver.calls)
        salon.pass_time(**pause)
        await tell(salon)
        assert len(receiver.calls) == before + 1
    ids = {value for headers, _ in receiver.calls for name, value in headers.items() if name.lower() == "webhook-id"}
    assert len(ids) == 1
    [delivery] = (await salon.get(f"webhooks/{hook['id']}/deliveries"))["items"]
    assert (delivery["state"], delivery["attempts"]) == ("delivered", 4)


@pytest.mark.row("X19")
async def test_a_receiver_that_was_down_for_a_day_ends_with_the_same_state(salon: Salon, receiver: Receiver) -> None:
    await make(salon, receiver)
    cursor = (await salon.get("events"))["next_cursor"]
    receiver.statuses = [500] * 100
    booking = await salon.book(VISIT)
    moved = await salon.move(booking, VISIT + timedelta(hours=1), 2)
    await salon.cancel(moved, 3)
    for _ in range(24):
        await tell(salon)
        salon.pass_time(hours=1)
    receiver.statuses = []
    receiver.calls.clear()
    for _ in range(12):
        salon.pass_time(hours=2)
        await tell(salon)
    told = {body["data"]["version"]: body["data"]["booking"]["state"] for body in receiver.bodies()}
    read = await salon.get(f"events?after={cursor}&types=booking.created,booking.rescheduled,booking.cancelled")
    from_feed = {item["data"]["version"]: item["data"]["booking"]["state"] for item in read["items"]}
    assert told == from_feed == {1: "confirmed", 2: "confirmed", 3: "cancelled_by_staff"}
    assert (await salon.get(f"events?after={read['next_cursor']}"))["items"] == []


async def test_after_three_days_of_silence_the_hook_is_paused_with_a_warning_and_a_place_to_read_on(
    salon: Salon, receiver: Receiver
) -> None:
    hook = await make(salon, receiver)
    await salon.book(VISIT + timedelta(days=10))
    await tell(salon)
    receiver.statuses = [500] * 100
    lost = await salon.book(VISIT + timedelta(days=11))
    for _ in range(90):
        await tell(salon)
        salon.pass_time(hours=1)
    await tell(salon)
    shown = await salon.get(f"webhooks/{hook['id']}")
    assert (shown["state"], shown["pause_cause"]) == ("paused_after_failures", "no_answer")
    [paused] = await salon.bench.said(WebHookPaused, account_id=salon.account_id)
    assert str(paused.hook_id) == hook["id"]
    missed = (await salon.get(f"events?after={shown['catch_up_after']}"))["items"]
    assert str(lost.id) in str(missed)
    called = len(receiver.calls)
    await salon.book(VISIT + timedelta(days=12))
    await tell(salon)
    assert len(receiver.calls) == called
    receiver.statuses = []
    assert (await patch(salon, hook["id"], enabled=True))["state"] == "active"
    await salon.book(VISIT + timedelta(days=13))
    await tell(salon)
    assert len(receiver.calls) == called + 1


async def test_a_receiver_that_says_it_is_gone_is_not_called_again(salon: Salon, receiver: Receiver) -> None:
    hook = await make(salon, receiver)
    receiver.statuses = [410]
    await salon.book(VISIT)
    await tell(salon)
    assert (await salon.get(f"webhooks/{hook['id']}"))["pause_cause"] == "gone"


async def test_a_delivery_is_sent_again_by_hand(salon: Salon, receiver: Receiver) -> None:
    hook = await make(salon, receiver)
    await salon.book(VISIT)
    await tell(salon)
    [delivery] = (await salon.get(f"webhooks/{hook['id']}/deliveries"))["items"]
    again = await post(salon, f"webhooks/deliveries/{delivery['id']}/resend", 202)
    assert again["state"] == "pending"
    await tell(salon)
    assert len(receiver.calls) == 2
    assert receiver.calls[0][1] == receiver.calls[1][1]
    test = await post(salon, f"webhooks/{hook['id']}/test", 202)
    assert test["type"] == "webhook.test"
    await tell(salon)
    assert receiver.bodies()[-1]["type"] == "webhook.test"


async def test_contacts_of_clients_are_told_only_by_choice_of_somebody_who_may_see_them(
    salon: Salon, receiver: Receiver
) -> None:
    blind = await salon.member("manager", permissions=[Permission.SETTINGS_INTEGRATIONS])
    asked = {"url": receiver.url, "with_client_contacts": True}
    refused = await salon.bench.http.post(salon.path("webhooks"), headers=blind.headers, json=asked)
    assert refused.json()["code"] == "access.missing_permission"
    await make(salon, receiver)
    booking = await salon.book(VISIT)
    assert booking.client is not None
    phone = booking.client.phone_e164 or ""
    await tell(salon)
    assert phone not in receiver.calls[-1][1].decode()
    assert phone not in str(await salon.get("events", blind))
    assert phone in str(await salon.get("events"))
    assert "link_key" not in str(await salon.get("events"))
    await make(salon, receiver, with_client_contacts=True)
    await salon.move(booking, VISIT + timedelta(hours=1), 2)
    await tell(salon)
    assert any(phone in body.decode() for _, body in receiver.calls)


async def test_whoever_was_erased_is_in_no_event_and_no_delivery(salon: Salon, receiver: Receiver) -> None:
    hook = await make(salon, receiver, with_client_contacts=True)
    booking = await salon.book(VISIT)
    assert booking.client is not None
    await tell(salon)
    erased = ClientErased(
        account_id=salon.account_id, version=9, client_id=booking.client.id, erased_at=booking.created_at
    )
    await salon.deliver(erased)
    phone = booking.client.phone_e164 or ""
    assert phone not in str(await salon.get("events"))
    shown = await salon.get(f"webhooks/{hook['id']}/deliveries")
    assert phone not in str(shown)
    async with salon.bench.service.db.system_tx() as tx:
        left = await tx.execute(
            text("SELECT count(*) FROM web_hook_delivery WHERE body LIKE :phone"), {"phone": f"%{phone}%"}
        )
        assert left.scalar_one() == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/x",
        "https://10.0.0.8/x",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00::1]/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://metadata.internal/",
        "https://hooks.example.com:25/",
        "https://user:secret@hooks.example.com/",
        "ftp://hooks.example.com/",
        "nonsense",
    ],
)
async def test_a_private_or_strange_address_is_refused_when_it_is_saved(salon: Salon, url: str) -> None:
    answer = await salon.bench.http.post(salon.path("webhooks"), headers=salon.owner.headers, json={"url": url})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/url"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("::127.0.0.1", False),
        ("fec0::1", False),
        ("2606:4700:4700::1111", True),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


class _Rebinding(AbstractResolver):
    """A name that was public when it was saved, and points into the house now."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        here = ResolveResult(hostname=host, host="127.0.0.1", port=self.port, family=socket.AF_INET, proto=0, flags=0)
        return [here]

    async def close(self) -> None:
        return None


async def test_a_name_that_points_into_the_house_later_is_not_called(receiver: Receiver) -> None:
    port = int(receiver.url.rsplit(":", 1)[1].split("/")[0])
    resolver = _Rebinding(port)
    http = PublicHttp.of(Rule(), timeout_s=2, resolver=resolver)
    with pytest.raises(CallFailed) as failed:
        await http.post("https://hooks.example.com/hook", b"{}", {})
    assert failed.value.reached is Reached.NOT_SENT
    assert resolver.asked == 1
    assert receiver.calls == []
    await http.close()


async def test_whatever_a_receiver_answers_its_failure_is_written_down(salon: Salon, receiver: Receiver) -> None:
    hook = await make(salon, receiver)
    receiver.statuses = [500]
    receiver.answer = lambda _: "core dumped \0\0 here"
    await salon.book(VISIT)
    await tell(salon)
    [delivery] = (await salon.get(f"webhooks/{hook['id']}/deliveries"))["items"]
    assert (delivery["status"], delivery["attempts"]) == (500, 1)
    assert delivery["error"] == "core dumped \ufffd\ufffd here"


async def test_what_is_under_way_about_somebody_who_is_erased_is_not_tried_again(
    salon: Salon, receiver: Receiver
) -> None:
    hook = await make(salon, receiver, with_client_contacts=True)
    booking = await salon.book(VISIT)
    assert booking.client is not None
    pump: Pump[Any] = salon.bench.service.state["web_hooks"]
    [claim] = await pump._claim(10, frozenset())
    erased = ClientErased(
        account_id=salon.account_id, version=9, client_id=booking.client.id, erased_at=booking.created_at
    )
    await salon.deliver(erased)
    receiver.statuses = [500]
    await pump._work(claim)
    salon.pass_time(minutes=10)
    receiver.calls.clear()
    await tell(salon)
    assert receiver.calls == []
    [delivery] = (await salon.get(f"webhooks/{hook['id']}/deliveries?state=dropped"))["items"]
    assert delivery["state"] == "dropped"
