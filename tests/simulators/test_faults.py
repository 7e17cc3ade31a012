import asyncio
import time
from functools import partial

import aiohttp
import pytest

from tests.simulators.running import Process, Simulators, becomes_true

PHONE = "380671234567"
WAITS_S = 60.0
"""How long a client is patient who never gets an answer."""
_texts = iter(range(1_000_000))


def a_message() -> dict:
    return {"recipients": [PHONE], "sms": {"sender": "Salon", "text": f"повідомлення {next(_texts)}"}}


async def send(simulators: Simulators, token: str = "good-token", timeout_s: float = WAITS_S) -> aiohttp.ClientResponse:
    """A send on a connection of its own."""
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout_s)) as session,
        session.post(
            simulators.base_url + "/turbosms/message/send.json",
            json=a_message(),
            headers={"Authorization": f"Bearer {token}"},
        ) as answer,
    ):
        await answer.read()
        return answer


async def accepted(simulators: Simulators) -> int:
    return len(await simulators.ledger("turbosms"))


async def has_accepted(simulators: Simulators, count: int) -> bool:
    return await accepted(simulators) == count


async def test_a_dropped_connection_after_acceptance_leaves_the_message_sent(simulators) -> None:
    await simulators.fault("turbosms", "drop_after_accept", count=1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await send(simulators)
    assert await accepted(simulators) == 1
    assert len(await simulators.phone(PHONE)) == 1
    assert (await send(simulators)).status == 200


async def test_not_one_byte_is_answered_before_the_drop(simulators, process: Process) -> None:
    await simulators.fault("turbosms", "drop_before")
    reader, writer = await asyncio.open_connection("127.0.0.1", process.port)
    writer.write(b"GET /turbosms/user/balance.json?token=good-token HTTP/1.1\r\nHost: t\r\n\r\n")
    assert await asyncio.wait_for(reader.read(), timeout=60) == b""
    writer.close()


async def test_a_dropped_connection_before_acceptance_sends_nothing(simulators) -> None:
    await simulators.fault("turbosms", "drop_before", count=1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await send(simulators)
    assert await accepted(simulators) == 0


async def test_a_timeout_after_acceptance_leaves_the_message_sent(simulators) -> None:
    await simulators.fault("turbosms", "timeout_after_accept", count=1)
    waiting = asyncio.create_task(send(simulators, timeout_s=WAITS_S))
    await becomes_true(partial(has_accepted, simulators, 1))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waiting, 0.4)
    assert await accepted(simulators) == 1


async def test_a_held_connection_is_dropped_in_the_end(simulators) -> None:
    await simulators.fault("turbosms", "timeout_after_accept", count=1, delay_s=0.2)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await send(simulators)
    assert await accepted(simulators) == 1


@pytest.mark.parametrize(
    ("mode", "status", "sent"),
    [
        ("http_500", 500, 0),
        ("http_502", 502, 0),
        ("html_reply", 200, 0),
        ("http_500_after_accept", 500, 1),
        ("html_after_accept", 200, 1),
    ],
)
async def test_an_answer_may_be_a_page_of_some_proxy(simulators, mode, status, sent) -> None:
    await simulators.fault("turbosms", mode, count=1)
    answer = await send(simulators)
    assert answer.status == status
    assert (await answer.text()).startswith("<html>")
    assert await accepted(simulators) == sent


@pytest.mark.parametrize(
    ("mode", "code", "sent"),
    [
        ("reject_auth", 301, 0),
        ("account_blocked", 106, 0),
        ("no_funds", 203, 0),
        ("sender_unknown", 400, 0),
        ("sender_inactive", 401, 0),
        ("stop_list", 404, 0),
        ("invalid_phone", 305, 0),
        ("send_failed", 503, 0),
        ("fatal_999", 999, 0),
        ("fatal_999_after_accept", 999, 1),
        ("fatal_500_after_accept", 500, 1),
    ],
)
async def test_a_refusal_on_demand_has_the_code_of_the_real_one(simulators, mode, code, sent) -> None:
    await simulators.fault("turbosms", mode)
    answer = await send(simulators)
    assert (await answer.json())["response_code"] == code
    assert await accepted(simulators) == sent


async def test_a_slow_answer_is_still_an_answer(simulators) -> None:
    await simulators.fault("turbosms", "slow", delay_s=0.3)
    began = time.monotonic()
    assert (await (await send(simulators)).json())["response_code"] == 800
    assert time.monotonic() - began >= 0.3


async def test_the_platform_account_is_touched_only_by_name(simulators) -> None:
    await simulators.fault("turbosms", "no_funds")
    assert (await (await send(simulators)).json())["response_code"] == 203
    assert (await (await send(simulators, "platform-token")).json())["response_code"] == 800
    await simulators.fault("turbosms", "reject_auth", token="platform-token")
    assert (await (await send(simulators, "platform-token")).json())["response_code"] == 301
    assert (await (await send(simulators)).json())["response_code"] == 203


async def test_faults_of_different_tokens_stand_side_by_side_and_one_replaces_its_like(simulators) -> None:
    await simulators.put("/accounts/turbosms/other-token", {"balance": 10})
    await simulators.fault("turbosms", "no_funds", token="good-token")
    await simulators.fault("turbosms", "stop_list", token="other-token")
    await simulators.fault("turbosms", "sender_unknown", token="good-token")
    shown = (await simulators.get("/faults"))["items"]["turbosms"]
    assert {(fault["token"], fault["mode"]) for fault in shown} == {
        ("good-token", "sender_unknown"),
        ("other-token", "stop_list"),
    }
    assert (await (await send(simulators)).json())["response_code"] == 400
    assert (await (await send(simulators, "other-token")).json())["response_code"] == 404


async def test_a_counted_fault_strikes_that_often_and_a_fault_of_sending_spares_reading(simulators) -> None:
    await simulators.fault("turbosms", "drop_after_accept", count=1)
    answer = await simulators.get("/turbosms/user/balance.json", params={"token": "good-token"})
    assert answer["response_code"] == 0
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await send(simulators)
    assert (await simulators.get("/faults"))["items"]["turbosms"] == []


async def test_a_likely_fault_strikes_about_as_often_as_it_says(simulators) -> None:
    await simulators.fault("turbosms", "http_500", probability=0.5)
    statuses = [(await send(simulators)).status for _ in range(40)]
    assert 8 <= statuses.count(500) <= 32


async def test_a_fault_taken_away_is_gone(simulators) -> None:
    await simulators.fault("turbosms", "no_funds")
    async with simulators.session.delete(simulators.base_url + "/faults/turbosms") as answer:
        assert answer.status == 204
    assert (await (await send(simulators)).json())["response_code"] == 800


@pytest.mark.parametrize("provider", ["turbosms", "checkbox"])
async def test_an_unknown_mode_is_refused_with_the_known_ones(simulators, provider) -> None:
    async with simulators.session.put(simulators.base_url + f"/faults/{provider}", json={"mode": "nope"}) as answer:
        assert answer.status == 422
        assert "timeout_after_accept" in (await answer.json())["detail"]


async def test_a_reset_of_one_provider_leaves_the_others(simulators) -> None:
    await send(simulators)
    await simulators.fault("checkbox", "shift_closed")
    async with simulators.session.post(simulators.base_url + "/reset/turbosms") as answer:
        assert answer.status == 204
    assert await accepted(simulators) == 0
    assert await simulators.phone(PHONE) == []
    assert len((await simulators.get("/faults"))["items"]["checkbox"]) == 1


async def test_the_server_stops_quickly_though_a_client_is_kept_waiting() -> None:
    process = Process()
    await process.answers()
    async with aiohttp.ClientSession() as session:
        running = Simulators(process.base_url, process.smtp_port, session)
        await running.fault("turbosms", "timeout_after_accept")
        waiting = asyncio.create_task(send(running, timeout_s=WAITS_S))
        await becomes_true(partial(has_accepted, running, 1))
    took = await asyncio.to_thread(process.stop)
    assert took < WAITS_S / 4
    with pytest.raises(aiohttp.ClientError):
        await waiting
