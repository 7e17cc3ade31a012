import asyncio
from typing import Any
from uuid import uuid4

import aiohttp
import jwt
import pytest

from simulators.checkbox.hooks import pauses, signature
from tests.simulators.running import Receiver, Simulators, becomes_true

HAIRCUT = {"good": {"code": "HC-01", "name": "Стрижка", "price": 55000, "tax": [8]}, "quantity": 1000}


class Till:
    """A client of Checkbox at one register."""

    def __init__(self, simulators: Simulators, licence: str = "test-licence") -> None:
        self.simulators = simulators
        self.headers = {"X-Client-Name": "tests", "X-Client-Version": "1", "X-License-Key": licence}

    async def call(self, verb: str, path: str, body: Any = None) -> tuple[int, Any]:
        url = self.simulators.base_url + "/checkbox/api/v1" + path
        async with self.simulators.session.request(verb, url, json=body, headers=self.headers) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await (answer.json() if is_json else answer.read())

    async def sign_in(self, login: str = "cashier") -> Any:
        status, body = await self.call("POST", "/cashier/signin", {"login": login, "password": "secret"})
        assert status == 200
        self.headers["Authorization"] = f"Bearer {body['access_token']}"
        return body["access_token"]

    async def open(self) -> Any:
        status, shift = await self.call("POST", "/shifts")
        assert (status, shift["status"]) == (202, "CREATED")
        await self.simulators.push_clock(1)
        _, shift = await self.call("GET", f"/shifts/{shift['id']}")
        return shift

    async def sell(self, *, receipt_id: str | None = None, **more: Any) -> tuple[int, Any]:
        body = {"id": receipt_id or str(uuid4()), "goods": [HAIRCUT], "payments": [{"type": "CASH", "value": 55000}]}
        return await self.call("POST", "/receipts/sell", {**body, **more})


@pytest.fixture
async def till(simulators: Simulators) -> Till:
    till = Till(simulators)
    await till.sign_in()
    return till


async def test_a_token_is_a_jwt_that_never_expires(till: Till) -> None:
    claims = jwt.decode(await till.sign_in(), options={"verify_signature": False})
    assert "exp" not in claims


async def test_the_eleventh_sign_in_drops_the_oldest_token_silently(till: Till) -> None:
    first = till.headers["Authorization"]
    for _ in range(9):
        await till.sign_in()
    last = till.headers["Authorization"]
    till.headers["Authorization"] = first
    assert (await till.call("GET", "/cashier/me"))[0] == 200
    await till.sign_in()
    till.headers["Authorization"] = first
    assert await till.call("GET", "/cashier/me") == (401, {"message": "Невірний токен доступу"})
    till.headers["Authorization"] = last
    assert (await till.call("GET", "/cashier/me"))[0] == 200


async def test_wrong_credentials_are_refused_one_by_one(simulators) -> None:
    till = Till(simulators)
    assert await till.call("POST", "/cashier/signin", {"login": "cashier", "password": "no"}) == (
        403,
        {"message": "Невірний логін або пароль"},
    )
    assert (await till.call("POST", "/cashier/signin", {"login": "cashier"}))[0] == 422
    assert (await till.call("POST", "/cashier/signinPinCode", {"pin_code": "9"}))[0] == 403
    assert (await till.call("GET", "/cashier/me"))[0] == 403
    till.headers["X-License-Key"] = "unknown"
    assert (await till.call("POST", "/cashier/signinPinCode", {"pin_code": "1111"}))[0] == 403


async def test_a_pin_signs_in_at_a_register(simulators) -> None:
    till = Till(simulators, "test-licence-99")
    status, body = await till.call("POST", "/cashier/signinPinCode", {"pin_code": "1112"})
    assert (status, body["token_type"]) == (200, "bearer")


async def test_signing_out_ends_the_token_with_205(till: Till) -> None:
    assert (await till.call("POST", "/cashier/signout"))[0] == 205
    assert (await till.call("GET", "/cashier/me"))[0] == 401


async def test_a_shift_opens_after_a_while_and_closes_with_a_z_report(till: Till) -> None:
    assert await till.call("GET", "/cashier/shift") == (200, None)
    status, shift = await till.call("POST", "/shifts")
    assert (status, shift["status"], shift["opened_at"]) == (202, "CREATED", None)
    assert (await till.sell())[0] == 409
    await becomes_true(lambda: _has_status(till, shift["id"], "OPENED"))
    assert (await till.sell())[0] == 201
    status, closing = await till.call("POST", "/shifts/close")
    assert (status, closing["status"], closing["z_report"]) == (202, "CLOSING", None)
    await becomes_true(lambda: _has_status(till, shift["id"], "CLOSED"))
    _, closed = await till.call("GET", f"/shifts/{shift['id']}")
    assert closed["z_report"]["sell_receipts_count"] == 1
    assert closed["z_report"]["payments"][0]["sell_sum"] == 55000
    assert await till.call("GET", "/cashier/shift") == (200, None)


async def _has_status(till: Till, shift_id: str, wanted: str) -> bool:
    _, shift = await till.call("GET", f"/shifts/{shift_id}")
    return bool(shift["status"] == wanted)


async def test_one_shift_per_register_and_per_cashier(till: Till, simulators) -> None:
    await till.open()
    assert await till.call("POST", "/shifts") == (400, {"message": "Касир вже працює з даною касою"})
    other = Till(simulators)
    await other.sign_in("cashier-2")
    assert await other.call("POST", "/shifts") == (400, {"message": "Каса зайнята іншим касиром"})
    other.headers["X-License-Key"] = "test-licence-2"
    assert (await other.open())["status"] == "OPENED"


async def test_a_senior_cashier_closes_the_shift_of_another(till: Till, simulators) -> None:
    shift = await till.open()
    senior = Till(simulators)
    await senior.sign_in("cashier-2")
    assert (await senior.call("POST", f"/shifts/{shift['id']}/close"))[0] == 200


@pytest.mark.parametrize(
    ("mode", "text"), [("key_expired", "Термін дії ключа закінчився"), ("signature_inactive", "Підпис")]
)
async def test_a_failed_opening_ends_closed_and_says_why(till: Till, simulators, mode, text) -> None:
    await simulators.fault("checkbox", mode, method="open_shift")
    shift = await till.open()
    assert shift["status"] == "CLOSED"
    assert shift["initial_transaction"]["response_status"] == "ERROR"
    assert text in shift["initial_transaction"]["response_error_message"]
    assert await till.call("GET", "/cashier/shift") == (200, None)


async def test_a_failed_closing_leaves_the_shift_open(till: Till, simulators) -> None:
    shift = await till.open()
    await simulators.fault("checkbox", "close_fails", count=1)
    await till.call("POST", "/shifts/close")
    await simulators.push_clock(1)
    _, after = await till.call("GET", f"/shifts/{shift['id']}")
    assert (after["status"], after["closing_transaction"]["status"]) == ("OPENED", "ERROR")


async def test_a_shift_older_than_a_day_sells_no_more_but_closes(till: Till, simulators) -> None:
    await till.open()
    await simulators.push_clock(24 * 3600)
    assert (await till.sell())[0] == 400
    assert (await till.call("POST", "/shifts/close"))[0] == 202


async def test_a_receipt_is_counted_in_whole_kopecks_and_becomes_fiscal(till: Till, simulators) -> None:
    await till.open()
    shampoo = {
        "good": {"code": "SH-02", "name": "Шампунь", "price": 16400},
        "quantity": 2000,
        "discounts": [{"type": "DISCOUNT", "mode": "VALUE", "value": 3000, "name": "Клубна"}],
    }
    receipt_id = "0d6c3f1e-6a0b-4a4c-9d0a-3f7b1a2c4d5e"
    status, receipt = await till.sell(
        receipt_id=receipt_id, goods=[HAIRCUT, shampoo], payments=[{"type": "CASH", "value": 90000}]
    )
    assert (status, receipt["status"], receipt["fiscal_code"], receipt["tax_url"]) == (201, "CREATED", None, None)
    assert (receipt["total_sum"], receipt["total_payment"], receipt["total_rest"]) == (84800, 90000, 5200)
    await simulators.push_clock(1)
    _, done = await till.call("GET", f"/receipts/{receipt_id}")
    assert (done["status"], done["transaction"]["status"], done["is_sent_dps"]) == ("DONE", "DONE", True)
    assert done["fiscal_code"]
    assert done["fiscal_code"] in done["tax_url"]
    assert done["fiscal_date"]
    [entry] = await simulators.ledger("checkbox", kind="sell")
    assert (entry["id"], entry["amount"], entry["account"]) == (receipt_id, 84800, "test-licence")


@pytest.mark.parametrize(
    ("price", "quantity", "discount", "total"),
    [
        (333, 1500, None, 500),  # 499.5 is rounded up
        (333, 1499, None, 499),
        (10001, 1000, {"type": "DISCOUNT", "mode": "PERCENT", "value": 10}, 9001),
        (10000, 1000, {"type": "EXTRA_CHARGE", "mode": "VALUE", "value": 1}, 10001),
    ],
)
async def test_lines_and_discounts_are_rounded_to_a_kopeck(till: Till, price, quantity, discount, total) -> None:
    await till.open()
    line = {"good": {"code": "1", "name": "т", "price": price}, "quantity": quantity}
    discounts = [discount] if discount else []
    _, receipt = await till.sell(
        goods=[{**line, "discounts": discounts}], payments=[{"type": "CASHLESS", "value": total}]
    )
    assert (receipt["total_sum"], receipt["total_rest"]) == (total, 0)


@pytest.mark.parametrize(
    "more",
    [
        {"goods": []},
        {"goods": [{"good": {"code": "1", "name": "т", "price": 0}, "quantity": 1000}]},
        {"goods": [{"good": {"code": "1", "name": "т", "price": 10.5}, "quantity": 1000}]},
        {"goods": [{"good": {"code": "1", "name": "т", "price": 100, "tax": [77]}, "quantity": 1000}]},
        {"goods": [{"good": {"code": "1", "name": "т", "price": 100}}]},
        {"goods": [{"good": {"code": "1", "name": "т", "price": 100, "tax": [{}]}, "quantity": 1000}]},
        {"discounts": ["10%"]},
        {"payments": []},
        {"payments": [{"type": "CASH", "value": 54999}]},
        {"payments": [{"type": "CASHLESS", "value": 55001}]},
        {"payments": [{"type": "BARTER", "value": 55000}]},
        {"id": "not-a-uuid"},
    ],
)
async def test_a_wrong_receipt_is_422_with_the_field(till: Till, simulators, more) -> None:
    await till.open()
    status, body = await till.sell(**more)
    assert status == 422
    assert body["detail"][0]["loc"][0] == "body"
    assert await simulators.ledger("checkbox", kind="sell") == []


async def test_no_receipt_without_a_shift(till: Till) -> None:
    assert await till.sell() == (400, {"message": "Зміну не відкрито"})


async def test_a_repeated_id_is_refused_or_answered_with_the_first_receipt(till: Till, simulators) -> None:
    await till.open()
    receipt_id = str(uuid4())
    await till.sell(receipt_id=receipt_id)
    assert (await till.sell(receipt_id=receipt_id))[0] == 400
    await simulators.put("/switches/checkbox", {"repeated_receipt": "return_existing"})
    status, again = await till.sell(receipt_id=receipt_id)
    assert (status, again["id"]) == (201, receipt_id)
    assert len(await simulators.ledger("checkbox", kind="sell")) == 1


async def test_a_receipt_accepted_without_an_answer_is_found_by_its_id(till: Till, simulators) -> None:
    await till.open()
    receipt_id = str(uuid4())
    assert (await till.call("GET", f"/receipts/{receipt_id}"))[0] == 404
    await simulators.fault("checkbox", "drop_after_accept", count=1, licence_key="test-licence")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await till.sell(receipt_id=receipt_id)
    assert (await till.call("GET", f"/receipts/{receipt_id}"))[1]["total_sum"] == 55000


async def test_a_receipt_that_the_tax_office_refuses_ends_in_error(till: Till, simulators) -> None:
    await till.open()
    await simulators.fault("checkbox", "receipt_error", count=1)
    _, receipt = await till.sell()
    await simulators.push_clock(1)
    _, after = await till.call("GET", f"/receipts/{receipt['id']}")
    assert (after["status"], after["fiscal_code"]) == ("ERROR", None)
    assert "DocumentValidationError" in after["transaction"]["response_error_message"]
    _, shift = await till.call("GET", "/cashier/shift")
    assert shift["balance"]["balance"] == 0


async def test_service_cash_and_returns_move_the_drawer(till: Till) -> None:
    await till.open()
    _, deposit = await till.call("POST", "/receipts/service", {"payment": {"type": "CASH", "value": 50000}})
    assert (deposit["type"], deposit["total_sum"]) == ("SERVICE_IN", 50000)
    _, sold = await till.sell()
    _, returned = await till.sell(goods=[{**HAIRCUT, "is_return": True}], related_receipt_id=sold["id"])
    assert (returned["type"], returned["related_receipt_id"]) == ("RETURN", sold["id"])
    too_much = await till.call("POST", "/receipts/service", {"payment": {"type": "CASH", "value": -50001}})
    assert too_much[0] == 400
    _, taken = await till.call("POST", "/receipts/service", {"payment": {"type": "CASH", "value": -20000}})
    assert (taken["type"], taken["total_sum"], taken["payments"][0]["value"]) == ("SERVICE_OUT", 20000, 20000)
    _, shift = await till.call("GET", "/cashier/shift")
    balance = shift["balance"]
    assert (balance["balance"], balance["cash_sales"], balance["cash_returns"]) == (30000, 55000, 55000)
    _, report = await till.call("POST", "/reports")
    assert (report["is_z_report"], report["transfers_count"], report["balance"]) == (False, 2, 30000)


async def test_a_receipt_made_offline_is_sent_when_the_tax_office_answers_again(till: Till, simulators) -> None:
    await till.open()
    await simulators.put("/accounts/checkbox/test-licence", {"is_tax_office_up": False, "offline_codes": 1})
    _, receipt = await till.sell()
    await simulators.push_clock(5)
    _, waiting = await till.call("GET", f"/receipts/{receipt['id']}")
    assert (waiting["status"], waiting["is_created_offline"], waiting["is_sent_dps"]) == ("DONE", True, False)
    assert (await till.sell())[0] == 400  # the codes have run out
    await simulators.put("/accounts/checkbox/test-licence", {"is_tax_office_up": True})
    _, sent = await till.call("GET", f"/receipts/{receipt['id']}")
    assert (sent["is_created_offline"], sent["is_sent_dps"]) == (True, True)


async def test_a_register_works_offline_no_longer_than_36_hours(till: Till, simulators) -> None:
    await till.call("POST", "/cash-registers/go-offline", {})
    await simulators.push_clock(36 * 3600 + 60)
    await till.open()
    assert await till.sell() == (400, {"message": "Каса працює офлайн понад 36 годин"})
    await till.call("POST", "/cash-registers/go-online", {})
    assert (await till.sell())[0] == 201


async def test_events_are_pushed_signed_over_the_exact_bytes_until_taken(till: Till, receiver: Receiver) -> None:
    status, hook = await till.call("POST", "/webhook", {"url": receiver.url})
    assert status == 201
    receiver.statuses = [500]
    await till.open()
    await becomes_true(lambda: len(receiver.calls) == 2)
    _, receipt = await till.sell()
    await becomes_true(lambda: len(receiver.calls) == 3)
    for headers, body in receiver.calls:
        assert headers["x-request-signature"] == signature(hook["key"], body)
    opened, _, sold = receiver.bodies()
    assert opened["shift"]["status"] == "OPENED"
    assert (sold["receipt"]["id"], sold["receipt"]["status"]) == (receipt["id"], "DONE")
    _, shown = await till.call("GET", "/webhook")
    assert shown["last_error_message"] == "HTTP 500"
    assert await till.call("DELETE", "/webhook") == (200, {"ok": True})


def test_pauses_between_calls_grow_from_a_second_to_half_an_hour_and_end_after_four_hours() -> None:
    every = list(pauses())
    assert (every[0], every[1], max(every)) == (1, 2, 1800)
    assert 3.5 * 3600 < sum(every) <= 4 * 3600


async def test_too_many_receipts_a_second_are_held_where_the_switch_says_so(till: Till, simulators) -> None:
    await till.open()
    await simulators.stop_clock()
    await simulators.put("/switches/checkbox", {"receipts_per_second": 2})
    assert [(await till.sell())[0] for _ in range(3)] == [201, 201, 429]


async def test_a_signature_that_is_inactive_shows_in_the_check(till: Till, simulators) -> None:
    _, before = await till.call("GET", "/cashier/check-signature")
    await simulators.put("/accounts/checkbox/cashier", {"has_signature": False})
    _, after = await till.call("GET", "/cashier/check-signature")
    assert (before["shift_open_possibility"], after["shift_open_possibility"]) == (True, False)
    assert (await till.open())["status"] == "CLOSED"


@pytest.mark.parametrize(
    ("mode", "verb", "path", "status"),
    [
        ("shift_closed", "POST", "/receipts/sell", 400),
        ("cashier_invalid", "POST", "/cashier/signin", 403),
        ("cashier_invalid", "GET", "/cashier/me", 401),
        ("licence_invalid", "GET", "/cash-registers/info", 403),
        ("busy_register", "POST", "/shifts", 400),
        ("too_many", "POST", "/receipts/sell", 429),
        ("http_500", "GET", "/cashier/me", 500),
    ],
)
async def test_a_fault_is_refused_as_the_real_cause_would_be(till: Till, simulators, mode, verb, path, status) -> None:
    await simulators.fault("checkbox", mode)
    body = {"login": "cashier", "password": "secret"} if path.endswith("signin") else {}
    assert (await till.call(verb, path, body))[0] == status


async def test_a_fault_of_one_licence_leaves_the_others(till: Till, simulators) -> None:
    other = Till(simulators, "test-licence-2")
    await other.sign_in("cashier-2")
    await till.open()
    await other.open()
    await simulators.fault("checkbox", "shift_closed", licence_key="test-licence")
    assert (await till.sell())[0] == 400
    assert (await other.sell())[0] == 201


async def test_a_slow_tax_office_keeps_a_receipt_waiting(till: Till, simulators) -> None:
    await till.open()
    await simulators.stop_clock()
    await simulators.fault("checkbox", "slow_done", delay_s=60, count=1)
    _, receipt = await till.sell()
    await simulators.push_clock(59)
    assert (await till.call("GET", f"/receipts/{receipt['id']}"))[1]["status"] == "CREATED"
    await simulators.push_clock(2)
    assert (await till.call("GET", f"/receipts/{receipt['id']}"))[1]["status"] == "DONE"


async def test_a_receipt_is_rendered_for_people(till: Till) -> None:
    await till.open()
    _, receipt = await till.sell()
    _, text = await till.call("GET", f"/receipts/{receipt['id']}/text?width=30")
    lines = text.decode().splitlines()
    assert max(map(len, lines)) <= 30
    assert any(line.startswith("СУМА") and line.endswith("550.00") for line in lines)
    assert (await till.call("GET", f"/receipts/{receipt['id']}/html"))[1].startswith(b"<!doctype html>")
    assert (await till.call("GET", f"/receipts/{receipt['id']}/qrcode"))[1].startswith(b"\x89PNG")
    assert (await till.call("GET", f"/receipts/{receipt['id']}/text?width=9"))[0] == 422


async def test_two_cashiers_racing_for_one_register_get_one_shift(simulators) -> None:
    tills = [Till(simulators), Till(simulators)]
    for number, till in enumerate(tills, start=1):
        await till.sign_in("cashier" if number == 1 else "cashier-2")
    statuses = await asyncio.gather(*(till.call("POST", "/shifts") for till in tills))
    assert sorted(status for status, _ in statuses) == [202, 400]


async def test_a_call_without_the_name_of_the_program_is_refused(till: Till) -> None:
    del till.headers["X-Client-Name"]
    assert (await till.call("GET", "/cashier/me"))[0] == 400
