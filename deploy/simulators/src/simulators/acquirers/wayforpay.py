"""WayForPay: a signed form, notices as JSON, and a signed answer expected to each."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from simulators.acquirers.counter import Counter, Notice, Payment, hryvnias, notice_switches
from simulators.bench import Bench
from simulators.faults import TRANSPORT, TRANSPORT_BEFORE
from simulators.switches import Switch
from simulators.wire import answered, json_text

NAME = "wayforpay"
STATUSES = {
    "new": ("Created", 1131),
    "waiting": ("InProcessing", 1131),
    "paid": ("Approved", 1100),
    "declined": ("Declined", 1104),
    "refunded": ("Refunded", 1100),
    "expired": ("Expired", 1101),
}


def signature(secret: str, values: Iterable[object]) -> str:
    """Lowercase hex HMAC-MD5 over the values joined by semicolons."""
    return hmac.new(secret.encode(), ";".join(str(value) for value in values).encode(), hashlib.md5).hexdigest()


class WayForPay:
    """Stands in for secure.wayforpay.com and api.wayforpay.com."""

    name = NAME
    modes = TRANSPORT | {"reject_auth"}

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.switches = notice_switches(
            notice_content_type=Switch("application/json", ("application/json", "application/x-www-form-urlencoded"))
        )
        self._secrets: dict[str, str] = {}
        self._counter = Counter(
            bench, NAME, self.switches, noted=self._noted, taken=self._is_taken, retry_minutes=(1, 5, 10, 30)
        )
        self.router = APIRouter()
        self.router.add_api_route("/pay", self.pay, methods=["POST"])
        self.router.add_api_route("/api", self.api, methods=["POST"])
        self.router.include_router(self._counter.router)
        self.reset()

    def reset(self) -> None:
        self.switches.reset()
        self._secrets = {"demo_merchant": "test_secret"}
        self._counter.reset()

    def set_account(self, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """A merchant: `secret`; or `refund`: the order that is paid back."""
        if strange := set(wanted) - {"secret", "refund"}:
            raise ValueError(f"cannot set {sorted(strange)}")
        if "secret" in wanted:
            self._secrets[name] = str(wanted["secret"])
        if "refund" in wanted:
            self._counter.refund(name, str(wanted["refund"]))
        return {"merchantAccount": name}

    async def pay(self, request: Request) -> Response:
        """Take an order from the payer's browser and show the page of payment."""
        form = await request.form()
        given = {name: str(form.get(name, "")) for name in form}
        merchant = given.get("merchantAccount", "")
        fault = self._bench.faults.strike(NAME, {merchant}, "pay", self.modes)
        lists = [
            [str(value) for value in _every(form, name)] for name in ("productName", "productCount", "productPrice")
        ]

        async def accept() -> Response:
            secret = self._secrets.get(merchant)
            signed = [given.get(name, "") for name in _PURCHASE] + [value for values in lists for value in values]
            right = secret is not None and signature(secret, signed) == given.get("merchantSignature")
            if not right or (fault and fault.mode == "reject_auth"):
                return HTMLResponse("1113 Invalid signature", status_code=403)
            return self._taken_order(given)

        return await answered(fault, accept)

    def _taken_order(self, given: dict[str, str]) -> Response:
        kopecks = _kopecks(given.get("amount"))
        if kopecks <= 0 or not given["orderReference"]:
            return HTMLResponse("1109 Format error", status_code=400)
        if self._counter.by_order(given["merchantAccount"], given["orderReference"]) is not None:
            return HTMLResponse("1112 Duplicate Order ID", status_code=400)
        payment = Payment(
            uuid4().hex,
            given["merchantAccount"],
            given["orderReference"],
            kopecks,
            given.get("currency", "UAH"),
            given.get("productName[]") or given.get("productName", ""),
            given.get("serviceUrl", ""),
            given.get("returnUrl", ""),
            self._bench.clock.now(),
            valid_until=self._until(given.get("orderTimeout", "")),
        )
        self._counter.place(payment)
        return RedirectResponse(f"/{NAME}/page/{payment.id}", status_code=303)

    def _until(self, seconds: str) -> datetime | None:
        """`orderTimeout`: how long the order may be paid."""
        return self._bench.clock.now() + timedelta(seconds=int(seconds)) if seconds.isdigit() else None

    async def api(self, request: Request) -> Response:
        """`CHECK_STATUS` or `REFUND` of an order."""
        try:
            asked = json.loads(await request.body())
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            return _json({"reasonCode": 1109, "reason": "Format error"})
        merchant, order_id = str(asked.get("merchantAccount")), str(asked.get("orderReference"))
        method = "refund" if asked.get("transactionType") == "REFUND" else "status"
        able = TRANSPORT if method == "refund" else TRANSPORT_BEFORE
        fault = self._bench.faults.strike(NAME, {merchant}, method, able | {"reject_auth"})

        async def accept() -> Response:
            secret = self._secrets.get(merchant)
            signed = [merchant, order_id]
            if method == "refund":
                signed += [str(asked.get("amount")), str(asked.get("currency"))]
            right = secret is not None and signature(secret, signed) == asked.get("merchantSignature")
            if not right or (fault and fault.mode == "reject_auth"):
                return _json({"reasonCode": 1113, "reason": "Invalid signature"})
            payment = self._counter.by_order(merchant, order_id)
            if asked.get("transactionType") not in ("CHECK_STATUS", "REFUND") or payment is None:
                return _json({"reasonCode": 1127, "reason": "Order Not Found", "orderReference": order_id})
            if method == "refund":
                return _json(self._refunded(payment, asked))
            return _json(self._shown(payment, payment.amount_kopecks))

        return await answered(fault, accept)

    def _refunded(self, payment: Payment, asked: dict[str, Any]) -> dict[str, Any]:
        if not self._counter.give_back(payment, _kopecks(asked.get("amount"))):
            return {"reasonCode": 1130, "reason": "Invalid status", "orderReference": payment.order_id}
        shown = self._shown(payment, payment.amount_kopecks)
        return {name: shown[name] for name in ("merchantAccount", "orderReference", "transactionStatus", "reasonCode")}

    def _shown(self, payment: Payment, kopecks: int) -> dict[str, Any]:
        status, reason_code = STATUSES["refunded" if payment.refunds else payment.state]
        shown: dict[str, Any] = {
            "merchantAccount": payment.account,
            "orderReference": payment.order_id,
            "amount": hryvnias(kopecks),
            "currency": payment.currency,
            "authCode": "700123" if payment.state == "paid" else "",
            "cardPan": "51****0042",
            "transactionStatus": status,
            "reasonCode": reason_code,
            "reason": "Ok" if reason_code == 1100 else status,
        }
        secret = self._secrets[payment.account]
        shown["merchantSignature"] = signature(secret, [shown[name] for name in _CALLBACK])
        return shown

    def _noted(self, payment: Payment) -> Notice:
        shown = self._shown(payment, self._counter.told_amount(payment))
        if self.switches["notice_wrong_signature"]:
            shown["merchantSignature"] = "0" * 32
        return Notice(json_text(shown).encode(), {"Content-Type": self.switches["notice_content_type"]})

    def _is_taken(self, payment: Payment, status: int, answer: bytes) -> bool:
        """Whether the merchant has answered with a signed acceptance; HTTP 200 alone is not enough."""
        try:
            said = json.loads(answer)
            signed = [said["orderReference"], said["status"], said["time"]]
            given = str(said["signature"])
        except (ValueError, KeyError, TypeError):
            return False
        right = signature(self._secrets[payment.account], signed) == given
        return status == 200 and right and signed[:2] == [payment.order_id, "accept"]


_PURCHASE = ("merchantAccount", "merchantDomainName", "orderReference", "orderDate", "amount", "currency")
_CALLBACK = (
    "merchantAccount",
    "orderReference",
    "amount",
    "currency",
    "authCode",
    "cardPan",
    "transactionStatus",
    "reasonCode",
)


def _kopecks(amount: Any) -> int:
    try:
        return int(Decimal(str(amount)) * 100)
    except InvalidOperation:
        return 0


def _every(form: Any, name: str) -> list[Any]:
    return list(form.getlist(f"{name}[]") or form.getlist(name))


def _json(body: dict[str, Any]) -> Response:
    return Response(json_text(body), media_type="application/json")
