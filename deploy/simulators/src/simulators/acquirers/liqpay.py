"""LiqPay: orders and notices as base64 JSON with a SHA-1 signature; amounts in hryvnias."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from simulators.acquirers.counter import Counter, Notice, Payment, hryvnias, notice_switches
from simulators.bench import Bench
from simulators.faults import TRANSPORT, TRANSPORT_BEFORE
from simulators.switches import Switch
from simulators.wire import answered, json_text

NAME = "liqpay"
STATUSES = {"paid": "success", "declined": "failure", "refunded": "reversed", "expired": "error", "new": "prepared"}


def signature(private_key: str, encoded: str) -> str:
    """base64 of the raw SHA-1 over key, data and key."""
    joined = private_key + encoded + private_key
    return base64.b64encode(hashlib.sha1(joined.encode()).digest()).decode()


class LiqPay:
    """Stands in for www.liqpay.ua."""

    name = NAME
    modes = TRANSPORT | {"reject_auth"}

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        waiting = Switch("processing", ("processing", "3ds_verify", "otp_verify", "wait_accept"))
        self.switches = notice_switches(waiting_is=waiting, success_is=Switch("success", ("success", "sandbox")))
        self._keys: dict[str, str] = {}
        self._last_id = 2_400_000_000
        self._counter = Counter(
            bench,
            NAME,
            self.switches,
            noted=self._noted,
            taken=lambda _, status, __: status == 200,
            retry_minutes=(1, 5),
        )
        self.router = APIRouter()
        self.router.add_api_route("/api/3/checkout", self.checkout, methods=["GET", "POST"])
        self.router.add_api_route("/api/request", self.api, methods=["POST"])
        self.router.include_router(self._counter.router)
        self.reset()

    def reset(self) -> None:
        self.switches.reset()
        self._keys = {"test_public": "test_private"}
        self._counter.reset()

    def set_account(self, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """A shop, by its public key: `private_key`; or `refund`: the order that is paid back."""
        if strange := set(wanted) - {"private_key", "refund"}:
            raise ValueError(f"cannot set {sorted(strange)}")
        if "private_key" in wanted:
            self._keys[name] = str(wanted["private_key"])
        if "refund" in wanted:
            self._counter.refund(name, str(wanted["refund"]))
        return {"public_key": name}

    async def checkout(self, request: Request) -> Response:
        """Take an order from the payer's browser and show the page of payment."""
        order = await self._signed(request)
        fault = self._bench.faults.strike(NAME, {str((order or {}).get("public_key"))}, "checkout", self.modes)

        async def accept() -> Response:
            if order is None or (fault and fault.mode == "reject_auth"):
                return HTMLResponse("invalid_signature", status_code=403)
            kopecks = _kopecks(order.get("amount"))
            if kopecks is None or not order.get("order_id") or order.get("action") != "pay":
                return HTMLResponse("wrong amount, order_id or action", status_code=400)
            known = self._counter.by_order(order["public_key"], str(order["order_id"]))
            if known is None:
                known = self._placed(order, kopecks)
            elif known.state != "new":
                return HTMLResponse("order_id_duplicate", status_code=400)
            return RedirectResponse(f"/{NAME}/page/{known.id}", status_code=303)

        return await answered(fault, accept)

    def _placed(self, order: dict[str, Any], kopecks: int) -> Payment:
        self._last_id += 1
        payment = Payment(
            str(self._last_id),
            order["public_key"],
            str(order["order_id"]),
            kopecks,
            str(order.get("currency", "UAH")),
            str(order.get("description", "")),
            str(order.get("server_url", "")),
            str(order.get("result_url", "")),
            self._bench.clock.now(),
            valid_until=_until(order.get("expired_date")),
        )
        self._counter.place(payment)
        return payment

    async def api(self, request: Request) -> Response:
        """`action: status` or `action: refund` of an order."""
        asked = await self._signed(request)
        names = {str((asked or {}).get("public_key"))}
        method = "refund" if (asked or {}).get("action") == "refund" else "status"
        able = TRANSPORT if method == "refund" else TRANSPORT_BEFORE
        fault = self._bench.faults.strike(NAME, names, method, able | {"reject_auth"})

        async def accept() -> Response:
            if asked is None or (fault and fault.mode == "reject_auth"):
                return _json({"result": "error", "status": "error", "err_code": "invalid_signature"})
            payment = self._counter.by_order(asked["public_key"], str(asked.get("order_id", "")))
            if asked.get("action") not in ("status", "refund") or payment is None:
                return _json({"result": "error", "status": "error", "err_code": "payment_not_found"})
            if method == "refund":
                return _json(self._refunded(payment, asked))
            return _json({"result": "ok", **self._shown(payment, payment.amount_kopecks)})

        return await answered(fault, accept)

    def _refunded(self, payment: Payment, asked: dict[str, Any]) -> dict[str, Any]:
        if not self._counter.give_back(payment, _kopecks(asked.get("amount")) or 0):
            return {"result": "error", "status": "error", "err_code": "refund_impossible"}
        return {"result": "ok", **self._shown(payment, payment.amount_kopecks), "status": "reversed"}

    async def _signed(self, request: Request) -> dict[str, Any] | None:
        """The order in `data` where its `signature` is right."""
        form = {**request.query_params, **await request.form()}
        encoded, given = str(form.get("data", "")), str(form.get("signature", ""))
        try:
            order = json.loads(base64.b64decode(encoded, validate=True))
        except ValueError:
            return None
        key = self._keys.get(order.get("public_key", "")) if isinstance(order, dict) else None
        if key is None or not hmac.compare_digest(signature(key, encoded).encode(), given.encode()):
            return None
        return dict(order)

    def _shown(self, payment: Payment, kopecks: int) -> dict[str, Any]:
        status = STATUSES.get(payment.state) or self.switches["waiting_is"]
        shown = {
            "action": "pay",
            "payment_id": int(payment.id),
            "version": 3,
            "public_key": payment.account,
            "order_id": payment.order_id,
            "status": self.switches["success_is"] if status == "success" else status,
            "amount": float(hryvnias(kopecks)),
            "currency": payment.currency,
            "description": payment.description,
        }
        if payment.state == "declined":
            shown |= {"err_code": "limit", "err_description": "Перевищено ліміт на картці"}
        return shown

    def _noted(self, payment: Payment) -> Notice:
        shown = self._shown(payment, self._counter.told_amount(payment))
        encoded = base64.b64encode(json_text(shown).encode()).decode()
        signed = signature(self._keys[payment.account], encoded)
        if self.switches["notice_wrong_signature"]:
            signed = signature("somebody else", encoded)
        body = urlencode({"data": encoded, "signature": signed}).encode()
        return Notice(body, {"Content-Type": "application/x-www-form-urlencoded"})


def _until(text: Any) -> datetime | None:
    """`expired_date`: UTC without a zone."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _kopecks(amount: Any) -> int | None:
    try:
        kopecks = Decimal(str(amount)) * 100
    except InvalidOperation:
        return None
    return int(kopecks) if kopecks > 0 and kopecks == int(kopecks) else None


def _json(body: dict[str, Any]) -> Response:
    return Response(json_text(body), media_type="application/json")
