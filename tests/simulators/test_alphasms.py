from typing import Any

import aiohttp
import pytest

from tests.simulators.running import Receiver, Simulators, becomes_true

URL = "/alphasms/api/json.php"


def sms(own_id: int, phone: int = 380671234567, **more: Any) -> dict[str, Any]:
    return {
        "type": "sms",
        "id": own_id,
        "phone": phone,
        "sms_signature": "Salon",
        "sms_message": "Нагадуємо",
        **more,
    }


async def package(simulators: Simulators, *items: Any, key: str = "good-key") -> Any:
    return await simulators.post(URL, {"auth": key, "data": list(items)})


async def status(simulators: Simulators, own_id: int) -> Any:
    answer = await package(simulators, {"type": "status", "id": own_id})
    return answer["data"][0]["data"]["status"]


async def test_items_are_judged_one_by_one_and_keep_their_order(simulators) -> None:
    answer = await package(
        simulators, sms(1, sms_message="я" * 71), sms(2, sms_signature="Nope"), {"type": "balance"}, {"type": "?"}
    )
    first, second, third, fourth = answer["data"]
    assert answer["success"] is True
    assert (first["success"], first["data"]["id"], first["data"]["parts"]) == (True, 1, 2)
    assert (second["success"], second["error"], second["data"]) == (False, "Error in Alpha-name", {"id": 2})
    assert third["data"] == {"amount": 99998.1, "currency": "UAH"}
    assert fourth["success"] is False
    [message] = await simulators.phone("380671234567")
    assert (message["provider"], message["message_id"]) == ("alphasms", str(first["data"]["msg_id"]))


async def test_a_wrong_key_is_denied_with_http_200(simulators) -> None:
    assert await package(simulators, sms(1), key="bad") == {"success": False, "error": "Access denied"}


async def test_an_address_that_is_not_allowed_is_denied(simulators) -> None:
    await simulators.put("/accounts/alphasms/good-key", {"allowed_addresses": ["192.0.2.1"]})
    assert await package(simulators, sms(1)) == {"success": False, "error": "Access denied"}


async def test_a_body_that_is_not_declared_as_json_is_refused(simulators) -> None:
    body = b'{"auth":"good-key","data":[{"type":"balance"}]}'
    async with simulators.session.post(simulators.base_url + URL, data=body) as answer:
        assert answer.status == 200
        assert (await answer.json())["success"] is False


async def test_an_id_is_accepted_once(simulators) -> None:
    await package(simulators, sms(7))
    answer = await package(simulators, sms(7))
    assert answer["data"][0]["success"] is False
    assert len(await simulators.ledger("alphasms")) == 1


async def test_a_status_is_asked_by_our_id(simulators) -> None:
    await simulators.stop_clock()
    await package(simulators, sms(5))
    assert await status(simulators, 5) == "QUEUED"
    await simulators.push_clock(0.2)
    assert await status(simulators, 5) == "ROUTING"
    await simulators.push_clock(2)
    assert await status(simulators, 5) == "DELIVERED"
    answer = await package(simulators, {"type": "status", "id": 6})
    assert answer["data"][0]["success"] is False


@pytest.mark.parametrize(
    ("phone", "end"),
    [
        (380671231001, "UNDELIVERABLE"),
        (380671231007, "PARTIALLY DELIVERED"),
        (380671231008, "SIM FULL"),
        (380671231010, "INVALID DESTINATION ADDRESS"),
    ],
)
async def test_the_last_digits_of_a_phone_decide_how_a_message_ends(simulators, phone, end) -> None:
    await simulators.stop_clock()
    await package(simulators, sms(5, phone))
    await simulators.push_clock(5)
    assert await status(simulators, 5) == end


async def test_viber_goes_over_to_sms_under_the_same_id(simulators) -> None:
    item = sms(8, 380671231005, type="viber+sms", viber_type="text", viber_signature="Salon", viber_message="вайбер")
    await package(simulators, {**item, "viber_lifetime": 600})
    await simulators.push_clock(5)
    assert await status(simulators, 8) == "DELIVERED"
    await becomes_true(lambda: _arrived(simulators, "380671231005"))
    assert [message["text"] for message in await simulators.phone("380671231005")] == ["Нагадуємо"]


async def test_a_pipeline_sends_as_its_flat_form_does(simulators) -> None:
    item = {"type": "pipeline", "id": 9, "phone": 380671234567, "pipeline": ["viber", "sms"]}
    item |= {"viber": {"type": "text", "signature": "Salon", "message": "вайбер"}}
    item |= {"sms": {"signature": "Salon", "message": "смс"}}
    answer = await package(simulators, item)
    assert answer["data"][0]["success"] is True
    assert [message["text"] for message in await simulators.phone("380671234567")] == ["вайбер"]


async def _arrived(simulators: Simulators, phone: str) -> bool:
    return bool(await simulators.phone(phone))


async def test_a_code_by_call_is_a_text_that_begins_with_a_zero(simulators) -> None:
    answer = await package(simulators, {"type": "call/otp", "id": 3, "phone": 380671234567})
    code = answer["data"][0]["data"]["code"]
    assert isinstance(code, str)
    assert code.startswith("0")
    assert len(code) == 4
    [message] = await simulators.phone("380671234567")
    assert code in message["text"]


async def test_lack_of_money_refuses_the_item(simulators) -> None:
    await simulators.put("/accounts/alphasms/good-key", {"balance": 1})
    answer = await package(simulators, sms(1), sms(2))
    assert [item["success"] for item in answer["data"]] == [True, False]
    assert "balance" in answer["data"][1]["error"]


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_the_hook_tells_the_end(simulators, receiver: Receiver, method) -> None:
    await simulators.put("/switches/alphasms", {"hook_method": method, "hook_copies": 2})
    await package(simulators, sms(11, hook=receiver.url))
    await becomes_true(lambda: len(receiver.calls) == 2)
    assert b"DELIVERED" in receiver.calls[0][1]
    assert b"11" in receiver.calls[0][1]


async def test_the_hook_may_come_before_the_answer_to_the_send(simulators, receiver: Receiver) -> None:
    await simulators.put("/switches/alphasms", {"hook_before_answer": True, "hook_copies": 0})
    await package(simulators, sms(11, hook=receiver.url))
    assert len(receiver.calls) == 1


async def test_a_lost_answer_is_resolved_by_status(simulators) -> None:
    await simulators.fault("alphasms", "drop_after_accept", token="good-key", count=1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await package(simulators, sms(21))
    assert await status(simulators, 21) in {"QUEUED", "ROUTING", "ACCEPTED", "DELIVERED"}


@pytest.mark.parametrize(
    ("mode", "error"),
    [("no_funds", "Not enough money on balance"), ("sender_unknown", "Error in Alpha-name")],
)
async def test_a_refusal_on_demand_is_the_item_s(simulators, mode, error) -> None:
    await simulators.fault("alphasms", mode)
    answer = await package(simulators, sms(1))
    assert answer["data"][0]["error"] == error
    assert await simulators.ledger("alphasms") == []
