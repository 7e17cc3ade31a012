import json
import re
from typing import Any

import pytest

from tests.simulators.running import Receiver, Simulators, becomes_true

PHONE = "380671234567"


async def send(simulators: Simulators, *recipients: str, token: str = "good-token", text: str = "Нагадуємо", **more):
    body = {"recipients": list(recipients) or [PHONE], "sms": {"sender": "Salon", "text": text}, **more}
    return await simulators.post(
        "/turbosms/message/send.json", body, headers={"Authorization": f"Bearer {token}"} if token else {}
    )


async def status(simulators: Simulators, message_id: str, token: str = "good-token"):
    body = {"messages": [message_id]}
    answer = await simulators.post("/turbosms/message/status.json", body, headers={"Authorization": f"Bearer {token}"})
    return answer["response_result"][0]


async def balance(simulators: Simulators, token: str = "good-token") -> Any:
    answer = await simulators.get("/turbosms/user/balance.json", params={"token": token})
    return answer["response_result"]["balance"]


async def test_a_message_is_accepted_charged_listed_and_seen_on_the_phone(simulators) -> None:
    answer = await send(simulators, "+380671234567", text="я" * 71)
    assert answer["response_code"] == 800
    [item] = answer["response_result"]
    assert (item["phone"], item["response_code"], item["response_status"]) == (PHONE, 0, "OK")
    assert await balance(simulators) == 100_000 - 2
    [entry] = await simulators.ledger("turbosms")
    assert (entry["account"], entry["phone"], entry["parts"]) == ("good-token", "+380671234567", 2)
    [message] = await simulators.phone("+38 (067) 123-45-67")
    assert message["message_id"] == item["message_id"] == entry["message_id"]
    assert (message["sender"], message["text"], message["provider"]) == ("Salon", "я" * 71, "turbosms")


async def test_the_newest_message_comes_first(simulators) -> None:
    for text in ("перше", "друге", "третє"):
        await send(simulators, text=text)
    assert [message["text"] for message in await simulators.phone(PHONE)] == ["третє", "друге", "перше"]


async def test_a_refused_number_does_not_stop_the_others(simulators) -> None:
    answer = await send(simulators, PHONE, "380000000000", "380671230404", PHONE, "48601234567", "12345")
    codes = [item["response_code"] for item in answer["response_result"]]
    assert (answer["response_code"], codes) == (802, [0, 305, 404, 407, 406, 305])
    assert [item["message_id"] is None for item in answer["response_result"]] == [False, True, True, True, True, True]


@pytest.mark.parametrize(
    ("token", "code"), [("", 103), ("bad-token", 301), ("secret", 301)], ids=["none", "unknown", "a password"]
)
async def test_a_call_without_a_right_token_is_refused_with_http_200(simulators, token, code) -> None:
    answer = await send(simulators, token=token)
    assert (answer["response_code"], answer["response_result"]) == (code, None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 104),
        ({"recipients": [], "sms": {"sender": "Salon", "text": "т"}}, 202),
        ({"recipients": [PHONE], "sms": {"sender": "Salon"}}, 201),
        ({"recipients": [PHONE], "sms": {"text": "т"}}, 200),
        ({"recipients": [PHONE], "sms": {"sender": "ім'я", "text": "т"}}, 302),
        ({"recipients": [PHONE], "sms": {"sender": "Stranger", "text": "т"}}, 400),
        ({"recipients": [PHONE], "sms": {"sender": "Salon", "text": 5}}, 304),
        ({"recipients": [PHONE], "sms": {"sender": "Salon", "text": "я" * 671}}, 413),
        ({"recipients": [PHONE] * 5001, "sms": {"sender": "Salon", "text": "т"}}, 405),
        ({"recipients": [PHONE], "start_time": "завтра", "sms": {"sender": "Salon", "text": "т"}}, 303),
        ({"recipients": [PHONE], "start_time": "2000-01-01 10:00", "sms": {"sender": "Salon", "text": "т"}}, 403),
        ({"recipients": [PHONE], "viber": {"sender": "Salon", "text": "т", "ttl": "600"}}, 306),
        ({"recipients": [PHONE], "viber": {"sender": "Salon", "text": "т", "ttl": 59}}, 409),
        ({"recipients": [PHONE], "viber": {"sender": "Salon", "text": "т" * 1001}}, 413),
    ],
)
async def test_a_wrong_order_is_refused_with_the_code_of_its_first_mistake(simulators, body, code) -> None:
    headers = {"Authorization": "Basic good-token"}
    answer = await simulators.post("/turbosms/message/send.json", body, headers=headers)
    assert answer["response_code"] == code
    assert await simulators.ledger("turbosms") == []


async def test_form_parameters_are_understood_as_json_is(simulators) -> None:
    form = {"token": "good-token", "recipients[0]": PHONE, "sms[sender]": "Salon", "sms[text]": "форма"}
    async with simulators.session.post(simulators.base_url + "/turbosms/message/send.json", data=form) as answer:
        assert (await answer.json())["response_code"] == 800
    assert [message["text"] for message in await simulators.phone(PHONE)] == ["форма"]


async def test_a_message_moves_from_queued_to_delivered(simulators) -> None:
    await simulators.stop_clock()
    answer = await send(simulators)
    message_id = answer["response_result"][0]["message_id"]
    first = await status(simulators, message_id)
    assert (first["status"], first["sent"], first["recipient"], first["type"]) == ("Queued", None, PHONE, "sms")
    await simulators.push_clock(0.5)
    assert (await status(simulators, message_id))["status"] == "Sent"
    await simulators.push_clock(1)
    last = await status(simulators, message_id)
    assert last["status"] == "Delivered"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", last["sent"])


@pytest.mark.parametrize(
    ("phone", "end", "arrives"),
    [
        ("380671231001", "Undelivered", False),
        ("380671231002", "Expired", False),
        ("380671231006", "Rejected", False),
        ("380671234567", "Delivered", True),
    ],
)
async def test_the_last_digits_of_a_phone_decide_how_a_message_ends(simulators, phone, end, arrives) -> None:
    answer = await send(simulators, phone)
    await simulators.push_clock(5)
    assert (await status(simulators, answer["response_result"][0]["message_id"]))["status"] == end
    assert bool(await simulators.phone(phone)) is arrives


async def test_a_late_message_reaches_the_phone_when_it_is_delivered(simulators) -> None:
    await simulators.stop_clock()
    answer = await send(simulators, "380671231003")
    await simulators.push_clock(5)
    assert (await status(simulators, answer["response_result"][0]["message_id"]))["status"] == "Sent"
    assert await simulators.phone("380671231003") == []
    await simulators.push_clock(20)
    await becomes_true(lambda: _arrived(simulators, "380671231003"))


async def _arrived(simulators: Simulators, phone: str) -> bool:
    return bool(await simulators.phone(phone))


async def test_viber_goes_over_to_sms_under_the_same_id(simulators) -> None:
    await simulators.stop_clock()
    body = {"recipients": ["380671231005"], "viber": {"sender": "Salon", "text": "вайбер", "ttl": 600}}
    body["sms"] = {"sender": "Salon", "text": "смс"}
    headers = {"Authorization": "Bearer good-token"}
    answer = await simulators.post("/turbosms/message/send.json", body, headers=headers)
    message_id = answer["response_result"][0]["message_id"]
    assert (await status(simulators, message_id))["type"] == "viber"
    await simulators.push_clock(3)
    after = await status(simulators, message_id)
    assert (after["type"], after["status"]) == ("sms", "Delivered")
    await becomes_true(lambda: _arrived(simulators, "380671231005"))
    assert [message["text"] for message in await simulators.phone("380671231005")] == ["смс"]


async def test_an_empty_balance_refuses_and_takes_nothing(simulators) -> None:
    await simulators.put("/accounts/turbosms/good-token", {"balance": 1.5})
    answer = await send(simulators, text="я" * 71)
    assert (answer["response_code"], answer["response_result"]) == (203, None)
    assert await balance(simulators) == 1.5
    assert (await send(simulators, text="один"))["response_code"] == 800
    assert await balance(simulators) == 0.5


async def test_an_identical_call_repeats_the_first_results_for_90_seconds(simulators) -> None:
    await simulators.stop_clock()
    first, again = await send(simulators), await send(simulators)
    assert again["response_code"] == 507
    assert again["response_result"] == first["response_result"]
    assert len(await simulators.ledger("turbosms")) == 1
    await simulators.push_clock(91)
    assert (await send(simulators))["response_code"] == 800
    assert len(await simulators.ledger("turbosms")) == 2


async def test_the_other_position_refuses_a_repeated_text_with_427(simulators) -> None:
    await simulators.put("/switches/turbosms", {"duplicates": "refuse_427"})
    await send(simulators)
    again = await send(simulators)
    assert (again["response_code"], again["response_result"][0]["response_code"]) == (427, 427)
    assert len(await simulators.ledger("turbosms")) == 1


async def test_an_id_of_another_account_is_not_shown(simulators) -> None:
    answer = await send(simulators)
    foreign = await status(simulators, answer["response_result"][0]["message_id"], token="platform-token")
    assert foreign["response_code"] == 414
    assert "status" not in foreign


async def test_a_token_replaced_on_the_way_refuses_the_old_one(simulators) -> None:
    answer = await send(simulators)
    await simulators.put("/accounts/turbosms/good-token", {"rotate_to": "new-token"})
    assert (await send(simulators, text="друге"))["response_code"] == 301
    message_id = answer["response_result"][0]["message_id"]
    assert (await status(simulators, message_id, token="new-token"))["response_code"] == 0


async def test_many_orders_in_one_call_are_judged_one_by_one(simulators) -> None:
    good = {"recipients": [PHONE], "sms": {"sender": "Salon", "text": "добре"}}
    bad = {"recipients": [PHONE], "sms": {"sender": "Nope", "text": "зле"}}
    answer = await simulators.post(
        "/turbosms/message/sendmulti.json", {"a": good, "b": bad}, headers={"Authorization": "Bearer good-token"}
    )
    assert {key: one["response_code"] for key, one in answer["response_result"].items()} == {"a": 800, "b": 400}


async def test_a_report_is_pushed_until_it_is_taken(simulators, receiver: Receiver) -> None:
    receiver.statuses = [500, 302]
    await simulators.put("/accounts/turbosms/good-token", {"webhook": {"url": receiver.url, "secret": "s"}})
    answer = await send(simulators)
    await becomes_true(lambda: len(receiver.calls) == 3)
    reports = receiver.bodies()
    assert [report["try"] for report in reports] == [1, 2, 3]
    assert len({report["id"] for report in reports}) == 1
    assert reports[0]["data"]["message_id"] == answer["response_result"][0]["message_id"]
    assert reports[0]["data"]["status"] == "Delivered"


async def test_reports_may_come_doubled_and_out_of_order(simulators, receiver: Receiver) -> None:
    hook = {"url": receiver.url, "out_of_order": True, "copies": 2, "smpp_words": True}
    await simulators.put("/accounts/turbosms/good-token", {"webhook": hook})
    await send(simulators)
    await becomes_true(lambda: len(receiver.calls) == 4)
    words = [report["data"]["status"] for report in receiver.bodies()]
    assert words == ["DELIVRD", "DELIVRD", "ACCEPTD", "ACCEPTD"]


async def test_raw_requests_are_kept_for_assertions(simulators) -> None:
    await send(simulators)
    [request] = (await simulators.get("/requests/turbosms"))["items"]
    assert request["headers"]["authorization"] == "Bearer good-token"
    assert json.loads(request["body"])["recipients"] == [PHONE]
