import base64
import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from simulators.acquirers import liqpay, wayforpay
from tests.simulators.running import Receiver, Simulators, becomes_true


async def press(simulators: Simulators, page: str, outcome: str) -> int:
    url = page if page.startswith("http") else simulators.base_url + page
    async with simulators.session.post(url, data={"outcome": outcome}, allow_redirects=False) as answer:
        return answer.status


def test_liqpay_signs_as_the_computed_vector_says() -> None:
    data = (
        "eyJhY3Rpb24iOiJwYXkiLCJhbW91bnQiOjIwMCwiY3VycmVuY3kiOiJVQUgiLCJvcmRlcl9pZCI6InRvcHVwLTEiLCJ2ZXJzaW9uIjozfQ=="
    )
    assert liqpay.signature("test_private", data) == "7hsI4ajAV0pgSXdfD8/TlB/BfxI="


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            "demo_merchant;example.com;topup-1;1700000000;200;UAH;SMS balance;1;200",
            "66b2c8b7d1acaabc4a0e5593f6653546",
        ),
        ("demo_merchant;topup-1;200;UAH;700123;51****0042;Approved;1100", "be7f26c07a07e8e0f47d7551ecc14dd0"),
        ("topup-1;accept;1700000001", "dcecb5cd42acc94f916b07a09d270d14"),
    ],
)
def test_wayforpay_signs_as_the_computed_vectors_say(values, expected) -> None:
    assert wayforpay.signature("test_secret", values.split(";")) == expected


# LiqPay


def liqpay_form(key: str = "test_private", **more: Any) -> dict[str, str]:
    order = {"version": 3, "public_key": "test_public", "action": "pay", "amount": 200.5, "currency": "UAH", **more}
    data = base64.b64encode(json.dumps(order).encode()).decode()
    return {"data": data, "signature": liqpay.signature(key, data)}


async def liqpay_page(simulators: Simulators, **more: Any) -> str:
    form = liqpay_form(**more)
    url = simulators.base_url + "/liqpay/api/3/checkout"
    async with simulators.session.post(url, data=form, allow_redirects=False) as answer:
        assert answer.status == 303, await answer.text()
        return answer.headers["Location"]


def liqpay_notices(receiver: Receiver, key: str = "test_private") -> list[dict[str, Any]]:
    """Those with a right signature."""
    notices = []
    for _, body in receiver.calls:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if form["signature"] == liqpay.signature(key, form["data"]):
            notices.append(json.loads(base64.b64decode(form["data"])))
    return notices


async def test_liqpay_tells_a_payment_and_its_refund(simulators, receiver: Receiver) -> None:
    page = await liqpay_page(simulators, order_id="o-1", server_url=receiver.url, result_url="http://127.0.0.1/back")
    assert await press(simulators, page, "pay") == 303
    await becomes_true(lambda: len(receiver.calls) == 2)
    assert [notice["status"] for notice in liqpay_notices(receiver)] == ["processing", "success"]
    assert liqpay_notices(receiver)[1]["amount"] == 200.5
    await simulators.put("/accounts/liqpay/test_public", {"refund": "o-1"})
    await becomes_true(lambda: len(receiver.calls) == 3)
    assert liqpay_notices(receiver)[2]["status"] == "reversed"
    assert [entry["kind"] for entry in await simulators.ledger("liqpay")] == ["order", "payment", "refund"]
    assert [entry["amount"] for entry in await simulators.ledger("liqpay")] == [20050] * 3


async def test_liqpay_refuses_a_form_signed_by_somebody_else(simulators) -> None:
    form = liqpay_form("other", order_id="o-1")
    async with simulators.session.post(simulators.base_url + "/liqpay/api/3/checkout", data=form) as answer:
        assert answer.status == 403


async def test_liqpay_answers_about_an_order_when_asked(simulators) -> None:
    page = await liqpay_page(simulators, order_id="o-2")
    await press(simulators, page, "decline")
    url = simulators.base_url + "/liqpay/api/request"
    async with simulators.session.post(url, data=liqpay_form(action="status", order_id="o-2")) as answer:
        status = await answer.json()
    assert (status["status"], status["err_code"]) == ("failure", "limit")
    async with simulators.session.post(url, data=liqpay_form(action="status", order_id="none")) as answer:
        assert (await answer.json())["err_code"] == "payment_not_found"


@pytest.mark.parametrize(
    ("switches", "statuses"),
    [
        ({"notice_copies": 2}, ["processing", "processing", "success", "success"]),
        ({"notice_reversed": True}, ["success", "processing"]),
        ({"notice_wrong_signature": True}, []),
    ],
)
async def test_notices_may_be_doubled_reordered_or_forged(simulators, receiver: Receiver, switches, statuses) -> None:
    await simulators.put("/switches/liqpay", switches)
    page = await liqpay_page(simulators, order_id="o-3", server_url=receiver.url)
    await press(simulators, page, "pay")
    await becomes_true(lambda: len(receiver.calls) == max(2, len(statuses)))
    assert [notice["status"] for notice in liqpay_notices(receiver)] == statuses


async def test_a_notice_may_speak_of_another_amount(simulators, receiver: Receiver) -> None:
    await simulators.put("/switches/liqpay", {"notice_other_amount": True})
    page = await liqpay_page(simulators, order_id="o-4", server_url=receiver.url)
    await press(simulators, page, "pay")
    await becomes_true(lambda: len(receiver.calls) == 2)
    assert liqpay_notices(receiver)[1]["amount"] == 201.5


# monobank

MONO = {"X-Token": "good-token"}


async def invoice(simulators: Simulators, **more: Any) -> Any:
    body = {"amount": 20000, "ccy": 980, "merchantPaymInfo": {"reference": "o-1", "destination": "Поповнення"}, **more}
    return await simulators.post("/monobank/api/merchant/invoice/create", body, headers=MONO)


async def mono_status(simulators: Simulators, invoice_id: str) -> Any:
    url = f"/monobank/api/merchant/invoice/status?invoiceId={invoice_id}"
    return await simulators.get(url, headers=MONO)


async def mono_key(simulators: Simulators) -> ec.EllipticCurvePublicKey:
    answer = await simulators.get("/monobank/api/merchant/pubkey", headers=MONO)
    key = serialization.load_pem_public_key(base64.b64decode(answer["key"]))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key


async def test_monobank_signs_its_notices_with_a_key_that_may_change(simulators, receiver: Receiver) -> None:
    old = await mono_key(simulators)
    await simulators.put("/accounts/monobank/good-token", {"rotate_key": True})
    made = await invoice(simulators, webHookUrl=receiver.url)
    await press(simulators, made["pageUrl"], "pay")
    await becomes_true(lambda: len(receiver.calls) == 2)
    new = await mono_key(simulators)
    headers, body = receiver.calls[1]
    signed = base64.b64decode(headers["X-Sign"])
    new.verify(signed, body, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        old.verify(signed, body, ec.ECDSA(hashes.SHA256()))
    processing, success = receiver.bodies()
    assert (processing["status"], success["status"], success["finalAmount"]) == ("processing", "success", 20000)
    assert processing["modifiedDate"] < success["modifiedDate"]


async def test_an_invoice_expires_and_nobody_is_told(simulators, receiver: Receiver) -> None:
    made = await invoice(simulators, webHookUrl=receiver.url, validity=60)
    assert (await mono_status(simulators, made["invoiceId"]))["status"] == "created"
    await simulators.push_clock(61)
    assert (await mono_status(simulators, made["invoiceId"]))["status"] == "expired"
    await press(simulators, made["pageUrl"], "pay")
    assert (await mono_status(simulators, made["invoiceId"]))["status"] == "expired"
    assert receiver.calls == []


async def test_monobank_repeats_a_notice_until_200_but_three_times_at_most(simulators, receiver: Receiver) -> None:
    await simulators.put("/switches/monobank", {"notice_minute_s": 0.001})
    receiver.statuses = [500] * 3
    made = await invoice(simulators, webHookUrl=receiver.url)
    await press(simulators, made["pageUrl"], "pay")
    await becomes_true(lambda: len(receiver.calls) == 4)
    assert [body["status"] for body in receiver.bodies()] == ["processing"] * 3 + ["success"]


async def test_monobank_refuses_with_a_code_and_a_text(simulators) -> None:
    url = "/monobank/api/merchant/invoice/create"
    assert (await simulators.post(url, {"amount": 1}, headers={"X-Token": "bad"}))["errCode"] == "FORBIDDEN"
    assert (await simulators.post(url, {"amount": "1"}, headers=MONO))["errCode"] == "BAD_REQUEST"
    await simulators.fault("monobank", "too_many", count=1)
    assert (await simulators.post(url, {"amount": 1}, headers=MONO))["errCode"] == "TMR"


# WayForPay


def way_form(secret: str = "test_secret", **more: str) -> dict[str, str]:
    form = {
        "merchantAccount": "demo_merchant",
        "merchantDomainName": "example.com",
        "orderReference": "o-1",
        "orderDate": "1700000000",
        "amount": "200",
        "currency": "UAH",
        "productName[]": "SMS balance",
        "productCount[]": "1",
        "productPrice[]": "200",
        **more,
    }
    names = ("merchantAccount", "merchantDomainName", "orderReference", "orderDate", "amount", "currency")
    values = [form[name] for name in (*names, "productName[]", "productCount[]", "productPrice[]")]
    return {**form, "merchantSignature": wayforpay.signature(secret, values)}


async def test_wayforpay_repeats_until_the_shop_signs_its_acceptance(simulators, receiver: Receiver) -> None:
    await simulators.put("/switches/wayforpay", {"notice_minute_s": 0.01})

    def accept_the_third(body: bytes) -> str:
        if len(receiver.calls) < 3:
            return "{}"
        order = json.loads(body)["orderReference"]
        signed = wayforpay.signature("test_secret", [order, "accept", 1700000001])
        return json.dumps({"orderReference": order, "status": "accept", "time": 1700000001, "signature": signed})

    receiver.answer = accept_the_third
    url = simulators.base_url + "/wayforpay/pay"
    async with simulators.session.post(url, data=way_form(serviceUrl=receiver.url), allow_redirects=False) as answer:
        assert answer.status == 303
        page = answer.headers["Location"]
    await press(simulators, page, "pay")
    await becomes_true(lambda: len(receiver.calls) == 4)
    notices = receiver.bodies()
    assert [notice["transactionStatus"] for notice in notices] == ["InProcessing"] * 3 + ["Approved"]
    approved = notices[3]
    names = ("merchantAccount", "orderReference", "amount", "currency", "authCode", "cardPan")
    signed = [approved[name] for name in (*names, "transactionStatus", "reasonCode")]
    assert approved["merchantSignature"] == wayforpay.signature("test_secret", signed)


async def test_wayforpay_refuses_a_wrong_signature_and_a_repeated_order(simulators) -> None:
    url = simulators.base_url + "/wayforpay/pay"
    async with simulators.session.post(url, data=way_form("other")) as answer:
        assert answer.status == 403
    for status in (303, 400):
        async with simulators.session.post(url, data=way_form(), allow_redirects=False) as answer:
            assert answer.status == status
