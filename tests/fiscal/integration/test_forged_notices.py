"""Notices that are no acquirer's word: thirteen kinds, none of which takes effect; and one that comes very often."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import text

from contracts.fiscal import TopUpPaid, TopUpReversed
from fiscal.usecases.payments.judge_notices import judge_notices
from kit.ids import new_id
from kit.testing import Bench
from tests.fiscal.door import Door
from tests.fiscal.payer import go, pay
from tests.fiscal.salon import Salon
from tests.simulators.running import Simulators
from tests.support.waiting import eventually

ACQUIRERS = ("liqpay", "monobank", "wayforpay")
Call = tuple[bytes, dict[str, str]]


def liqpay(said: dict[str, Any], key: str = "test_private") -> Call:
    encoded = base64.b64encode(json.dumps(said).encode()).decode()
    signed = base64.b64encode(hashlib.sha1(f"{key}{encoded}{key}".encode()).digest()).decode()
    return urlencode({"data": encoded, "signature": signed}).encode(), {}


def wayforpay(said: dict[str, Any], key: str = "test_secret") -> Call:
    names: tuple[str, ...] = ("merchantAccount", "orderReference", "amount", "currency")
    names += ("authCode", "cardPan", "transactionStatus", "reasonCode")
    signed = hmac.new(key.encode(), ";".join(str(said[name]) for name in names).encode(), hashlib.md5).hexdigest()
    return json.dumps({**said, "merchantSignature": signed}).encode(), {}


def monobank(said: dict[str, Any], key: Any = None) -> Call:
    body = json.dumps(said).encode()
    made = (key or ec.generate_private_key(ec.SECP256R1())).sign(body, ec.ECDSA(hashes.SHA256()))
    return body, {"x-sign": base64.b64encode(made).decode()}


class Forger:
    """An order that waits to be paid, and somebody who would like it to look paid."""

    def __init__(self, bench: Bench, door: Door, simulators: Simulators, salon: Salon, provider: str) -> None:
        self.bench, self.door, self.simulators, self.salon, self.provider = bench, door, simulators, salon, provider
        self.order = ""
        self.checkout: dict[str, Any] = {}

    async def begin(self, amount: int = 10_000) -> str:
        body = {"amount": amount, "provider": self.provider}
        answer = await self.salon.ask("POST", "/sms-balance/top-ups", body)
        assert answer.status_code == 201, answer.text
        self.order, self.checkout = answer.json()["id"], answer.json()["checkout"]
        return self.order

    async def true_notice(self, order: str = "", checkout: dict[str, Any] | None = None) -> Call:
        """A genuine notice "paid" that the acquirer sends to somebody who does not pass it on."""
        before = len(self.door.calls)
        self.door.is_deaf = True
        try:
            await pay(self.simulators, checkout or self.checkout)

            async def both_came() -> bool:
                return len(self.door.calls) >= before + 2

            await eventually(both_came)
        finally:
            self.door.is_deaf = False
        return next((body, headers) for _, _, headers, body in self.door.calls[before:] if _is_paid(body))

    def said(self, **more: Any) -> dict[str, Any]:
        """What a notice "paid" of this order says."""
        if self.provider == "liqpay":
            told: dict[str, Any] = {
                "order_id": self.order,
                "payment_id": 2_400_000_001,
                "action": "pay",
                "status": "success",
                "amount": 100.0,
                "currency": "UAH",
                "public_key": "test_public",
            }
        elif self.provider == "monobank":
            told = {
                "invoiceId": "inv123",
                "status": "success",
                "amount": 10_000,
                "ccy": 980,
                "finalAmount": 10_000,
                "modifiedDate": "2026-11-22T09:00:00+00:00",
                "reference": self.order,
            }
        else:
            told = {
                "merchantAccount": "demo_merchant",
                "orderReference": self.order,
                "amount": 100,
                "currency": "UAH",
                "authCode": "700123",
                "cardPan": "51****0042",
                "transactionStatus": "Approved",
                "reasonCode": 1100,
            }
        return {**told, **more}

    def signed_by(self, key: Any, **more: Any) -> Call:
        sign: Any = {"liqpay": liqpay, "monobank": monobank, "wayforpay": wayforpay}[self.provider]
        call: Call = sign(self.said(**more), key)
        return call

    async def send(self, call: Call, provider: str | None = None) -> None:
        await self.door.call(provider or self.provider, call[0], call[1])
        await self.judge()

    async def judge(self) -> None:
        """Judge the notices alone: asked about, an order that was really paid would turn out to be so."""
        while await judge_notices(self.bench.service.state["acquiring"]):
            pass

    async def state(self, order: str = "") -> str:
        found = await self.salon.get(f"/sms-balance/top-ups/{order or self.order}")
        return str(found["state"])

    async def verdicts(self, order: str = "") -> list[str]:
        """What was made of the notices of this order."""
        async with self.bench.service.db.tx(self.salon.account_id) as tx:
            rows = await tx.scalars(
                text("SELECT verdict FROM payment_notice WHERE payment_id = :id ORDER BY id"),
                {"id": order or self.order},
            )
            return list(rows)

    async def credits(self) -> int:
        return len(await self.bench.said(TopUpPaid, account_id=self.salon.account_id))


def _is_paid(body: bytes) -> bool:
    said = opened(body)[0] if body.startswith(b"data=") else body
    return b"success" in said or b"Approved" in said


def opened(body: bytes) -> tuple[bytes, str]:
    """What is inside of a notice of LiqPay, and its signature."""
    form = parse_qs(body.decode())
    return base64.b64decode(form["data"][0]), form["signature"][0]


def closed(said: bytes, signature: str) -> bytes:
    return urlencode({"data": base64.b64encode(said).decode(), "signature": signature}).encode()


@pytest.fixture(params=ACQUIRERS)
async def forger(
    request: pytest.FixtureRequest, bench: Bench, door: Door, simulators: Simulators, salon: Salon
) -> Forger:
    forger = Forger(bench, door, simulators, salon, request.param)
    await forger.begin()
    return forger


def other_key(provider: str) -> Any:
    return ec.generate_private_key(ec.SECP256R1()) if provider == "monobank" else "somebody-elses-key"


async def no_signature(forger: Forger) -> str:
    body, _ = forger.signed_by(other_key(forger.provider))
    if forger.provider == "liqpay":
        body = body.split(b"&signature=")[0]
    elif forger.provider == "wayforpay":
        body = json.dumps(forger.said()).encode()
    await forger.send((body, {}))
    return {"liqpay": "", "monobank": "signature", "wayforpay": "malformed"}[forger.provider]


async def signed_with_another_key(forger: Forger) -> str:
    await forger.send(forger.signed_by(other_key(forger.provider)))
    return "signature"


async def the_signature_of_another_order(forger: Forger) -> str:
    """A genuine notice, with our order put in its place."""
    mine = forger.order
    other = await forger.begin()
    body, headers = await forger.true_notice()
    forger.order = mine
    if forger.provider == "liqpay":
        said, signed = opened(body)
        body = closed(said.replace(other.encode(), mine.encode()), signed)
    else:
        body = body.replace(other.encode(), mine.encode())
    await forger.send((body, headers))
    return "signature"


async def the_amount_changed_after_signing(forger: Forger) -> str:
    body, headers = await forger.true_notice()
    await forger.send((_changed(body, b"100", b"900"), headers))
    return "signature"


async def the_currency_changed_after_signing(forger: Forger) -> str:
    body, headers = await forger.true_notice()
    changed = _changed(body, b'"ccy":980', b'"ccy":840') if forger.provider == "monobank" else body
    await forger.send((_changed(changed, b"UAH", b"USD") if changed is body else changed, headers))
    return "signature"


async def the_bytes_written_anew(forger: Forger) -> str:
    """The same facts, spelled differently: a signature is over bytes, or over values as they are spelled."""
    body, headers = await forger.true_notice()
    if forger.provider == "monobank":
        body = json.dumps(json.loads(body), indent=1).encode()
    elif forger.provider == "liqpay":
        said, signed = opened(body)
        body = closed(json.dumps(json.loads(said), indent=1).encode(), signed)
    else:
        body = body.replace(b'"amount":100,', b'"amount":100.00,')
    await forger.send((body, headers))
    return "signature"


async def another_amount_signed_by_the_acquirer(forger: Forger) -> str:
    """Paid, but not what was ordered: a person looks, and nothing is credited."""
    await forger.simulators.put(f"/switches/{forger.provider}", {"notice_other_amount": True})
    await forger.send(await forger.true_notice())
    assert await forger.state() == "review"
    return "amount"


async def an_order_of_nobody(forger: Forger) -> str:
    mine, forger.order = forger.order, str(new_id())
    key = {"liqpay": "test_private", "wayforpay": "test_secret", "monobank": None}[forger.provider]
    await forger.send(forger.signed_by(key))
    forger.order = mine
    return ""


async def the_keys_of_another_salon(forger: Forger) -> str:
    """A merchant of the platform signs, rightly, a notice about a payment that goes to another shop."""
    shop = {"merchant": "other_public", "secret": "other-secret", "domain": "other.example"}
    answer = await forger.salon.ask("PUT", f"/acquirers/{forger.provider}", shop)
    assert answer.status_code == 200, answer.text
    named = {"liqpay": {"public_key": "other_public"}, "wayforpay": {"merchantAccount": "other_public"}}
    key = other_key("monobank") if forger.provider == "monobank" else "other-secret"
    await forger.send(forger.signed_by(key, **named.get(forger.provider, {})))
    return "signature"


async def the_door_of_another_acquirer(forger: Forger) -> str:
    call = await forger.true_notice()
    for provider in ACQUIRERS:
        if provider != forger.provider:
            await forger.send(call, provider)
    return ""


async def no_notice_at_all(forger: Forger) -> str:
    """Broken, endless, empty, and of other kinds."""
    rubbish = [
        b"",
        b"\x00\xff\xfe",
        b"[" * 50_000,
        b"data=%%%&signature=x",
        b'"text"',
        b"null",
        b'{"reference":' + b"9" * 5_000 + b"}",
        b'{"orderReference":["a"]}',
        b"data=" + b"e" * 60_000,
    ]
    for body in rubbish:
        await forger.send((body, {"x-sign": "????"}))
    # And with our order named, so that it is looked at closely.
    named = {"liqpay": b"", "monobank": b'{"reference":"%s","amount":NaN}', "wayforpay": b'{"orderReference":"%s"}'}
    template = named[forger.provider]
    if template:
        await forger.send((template % forger.order.encode(), {"x-sign": "????"}))
        return "signature" if forger.provider == "monobank" else "malformed"
    return ""


async def a_test_payment(forger: Forger) -> str:
    """Money of the sandbox is no money; only LiqPay knows it, the others refuse its words."""
    if forger.provider == "liqpay":
        await forger.simulators.put("/switches/liqpay", {"success_is": "sandbox"})
        await pay(forger.simulators, forger.checkout)

        async def judged() -> bool:
            await forger.judge()
            return "test_mode" in await forger.verdicts()

        await eventually(judged)
        return "test_mode"
    status = {"monobank": {"status": "sandbox"}, "wayforpay": {"transactionStatus": "Sandbox"}}[forger.provider]
    key = "test_secret" if forger.provider == "wayforpay" else other_key("monobank")
    await forger.send(forger.signed_by(key, **status))
    return "nothing_new" if forger.provider == "wayforpay" else "signature"


async def paid_again_after_it_went_back(forger: Forger) -> str:
    """The notice of the payment, kept by somebody and sent once more when the money has gone back."""
    call = await forger.true_notice()
    await forger.send(call)
    assert await forger.state() == "paid"
    shop = {"liqpay": "test_public", "monobank": "good-token", "wayforpay": "demo_merchant"}[forger.provider]
    await forger.simulators.put(f"/accounts/{forger.provider}/{shop}", {"refund": forger.order})

    async def is_refunded() -> bool:
        await forger.judge()
        return await forger.state() == "refunded"

    await eventually(is_refunded)
    body, headers = call
    await forger.send((body + b" " if forger.provider == "wayforpay" else body, headers))
    assert await forger.state() == "refunded"
    assert await forger.credits() == 1
    assert len(await forger.bench.said(TopUpReversed, account_id=forger.salon.account_id)) == 1
    return "stale" if forger.provider == "wayforpay" else "taken"


def _changed(body: bytes, before: bytes, after: bytes) -> bytes:
    if body.startswith(b"data="):
        said, signed = opened(body)
        assert before in said
        return closed(said.replace(before, after), signed)
    assert before in body
    return body.replace(before, after)


KINDS: tuple[Callable[[Forger], Awaitable[str]], ...] = (
    no_signature,
    signed_with_another_key,
    the_signature_of_another_order,
    the_amount_changed_after_signing,
    the_currency_changed_after_signing,
    the_bytes_written_anew,
    another_amount_signed_by_the_acquirer,
    an_order_of_nobody,
    the_keys_of_another_salon,
    the_door_of_another_acquirer,
    no_notice_at_all,
    a_test_payment,
    paid_again_after_it_went_back,
)


@pytest.mark.parametrize("forge", KINDS, ids=lambda forge: forge.__name__)
async def test_a_forged_notice_takes_no_effect(forger: Forger, forge: Callable[[Forger], Awaitable[str]]) -> None:
    verdict = await forge(forger)
    found = await forger.verdicts()
    assert ("taken" in found) == (forge is paid_again_after_it_went_back), found
    if verdict:
        assert verdict in found
    if forge is not paid_again_after_it_went_back:
        assert await forger.state() in ("pending", "review")
        assert await forger.credits() == 0


async def test_the_genuine_notice_still_works_after_all_forgeries(forger: Forger) -> None:
    await signed_with_another_key(forger)
    await no_notice_at_all(forger)
    await forger.send(await forger.true_notice())
    assert await forger.state() == "paid"
    assert await forger.credits() == 1


async def test_a_notice_that_comes_a_thousand_times_has_one_effect(forger: Forger) -> None:
    """Here a hundred times at once; the thousand are counted by tests/load/callbacks.py."""
    body, headers = await forger.true_notice()
    for _ in range(100):
        await forger.door.call(forger.provider, body, headers)
    await forger.judge()
    assert await forger.state() == "paid"
    assert await forger.credits() == 1
    assert await forger.verdicts() == ["taken"]


async def test_the_page_of_payment_is_reached_with_every_acquirer(forger: Forger) -> None:
    assert await go(forger.simulators, forger.checkout)
