from uuid import uuid4

import aiohttp
import pytest

from tests.simulators.till import HAIRCUT, Till


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


async def test_too_many_receipts_a_second_are_held_where_the_switch_says_so(till: Till, simulators) -> None:
    await till.open()
    await simulators.stop_clock()
    await simulators.put("/switches/checkbox", {"receipts_per_second": 2})
    assert [(await till.sell())[0] for _ in range(3)] == [201, 201, 429]
