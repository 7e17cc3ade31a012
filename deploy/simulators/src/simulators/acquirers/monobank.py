"""monobank acquiring: invoices over JSON, notices signed with ECDSA; amounts in kopecks."""

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from simulators.acquirers.counter import FINAL, Counter, Notice, Payment, notice_switches
from simulators.bench import Bench
from simulators.faults import TRANSPORT, TRANSPORT_BEFORE
from simulators.wire import answered, json_text

NAME = "monobank"
DAY_S = 86_400
STATUSES = {
    "new": "created",
    "waiting": "processing",
    "paid": "success",
    "declined": "failure",
    "refunded": "reversed",
    "expired": "expired",
}
REFUSALS = {
    "reject_auth": (403, "FORBIDDEN", "invalid 'X-Token'"),
    "too_many": (429, "TMR", "too many requests"),
    "internal": (500, "INTERNAL_ERROR", "internal error"),
}


class Refused(Exception):
    """The call is refused with a status, a code and a text."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text


class Monobank:
    """Stands in for api.monobank.ua."""

    name = NAME
    modes = TRANSPORT | frozenset(REFUSALS)

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.switches = notice_switches()
        self._tokens: set[str] = set()
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._counter = Counter(
            bench,
            NAME,
            self.switches,
            noted=self._noted,
            taken=lambda _, status, __: status == 200,
            retry_minutes=(1, 10),
        )
        self.router = APIRouter()
        for verb, path in (
            ("POST", "invoice/create"),
            ("GET", "invoice/status"),
            ("POST", "invoice/cancel"),
            ("POST", "invoice/remove"),
            ("POST", "invoice/finalize"),
            ("GET", "pubkey"),
        ):
            self.router.add_api_route(f"/api/merchant/{path}", self.serve, methods=[verb], name=f"monobank-{path}")
        self.router.include_router(self._counter.router)
        self.reset()

    def reset(self) -> None:
        self.switches.reset()
        self._tokens = {"good-token"}
        self._counter.reset()

    def set_account(self, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """A shop, by its token: `is_active`; `rotate_key` signs with a new key; `refund` pays an order back."""
        if strange := set(wanted) - {"is_active", "rotate_key", "refund"}:
            raise ValueError(f"cannot set {sorted(strange)}")
        (self._tokens.add if wanted.get("is_active", True) else self._tokens.discard)(name)
        if wanted.get("rotate_key"):
            self._key = ec.generate_private_key(ec.SECP256R1())
        if "refund" in wanted:
            self._counter.refund(name, str(wanted["refund"]))
        return {"token": name, "is_active": name in self._tokens}

    async def serve(self, request: Request) -> Response:
        method = request.url.path.rpartition("/")[2]
        token = request.headers.get("x-token", "")
        able = (TRANSPORT if method in {"create", "cancel"} else TRANSPORT_BEFORE) | frozenset(REFUSALS)
        fault = self._bench.faults.strike(NAME, {token}, method, able)

        async def accept() -> Response:
            try:
                if fault and fault.mode in REFUSALS:
                    raise Refused(*REFUSALS[fault.mode])
                if token not in self._tokens:
                    raise Refused(*REFUSALS["reject_auth"])
                return _json(200, await self._done(request, method, token))
            except Refused as refused:
                return _json(refused.status, {"errCode": refused.code, "errText": refused.text})

        return await answered(fault, accept)

    async def _done(self, request: Request, method: str, token: str) -> dict[str, Any]:
        if method == "pubkey":
            pem = self._key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return {"key": base64.b64encode(pem).decode()}
        if method == "status":
            return self._shown(self._invoice(token, request.query_params.get("invoiceId")))
        body = await _body(request)
        if method == "create":
            return self._create(request, token, body)
        payment = self._invoice(token, body.get("invoiceId"))
        if method == "cancel":
            left = payment.amount_kopecks - payment.refunded
            back = body.get("amount", left)
            if not isinstance(back, int) or not self._counter.give_back(payment, back, str(body.get("extRef", ""))):
                raise Refused(400, "BAD_REQUEST", "invoice is not paid, or less is left of it")
            return {"status": "success", "createdDate": _date(payment), "modifiedDate": _date(payment)}
        if method == "remove":
            if payment.state in FINAL:
                raise Refused(400, "BAD_REQUEST", "invoice is final")
            payment.state, payment.changed_at = "expired", self._bench.clock.now()
            return {}
        return {"status": "success"}

    def _create(self, request: Request, token: str, body: dict[str, Any]) -> dict[str, Any]:
        amount, validity_s = body.get("amount"), body.get("validity", DAY_S)
        for value in (amount, validity_s):
            if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
                raise Refused(400, "BAD_REQUEST", "invalid 'amount' or 'validity'")
        if body.get("ccy", 980) != 980:
            raise Refused(400, "BAD_REQUEST", "unsupported 'ccy'")
        assert isinstance(amount, int)
        info = body.get("merchantPaymInfo")
        info = info if isinstance(info, dict) else {}
        now = self._bench.clock.now()
        payment = Payment(
            f"inv{uuid4().hex[:10]}",
            token,
            str(info.get("reference", "")),
            amount,
            "UAH",
            str(info.get("destination", "")),
            str(body.get("webHookUrl", "")),
            str(body.get("redirectUrl", "")),
            now,
            valid_until=now + timedelta(seconds=validity_s),
            changed_at=now,
        )
        self._counter.place(payment)
        address = str(request.base_url).rstrip("/")
        return {"invoiceId": payment.id, "pageUrl": f"{address}/{NAME}/page/{payment.id}"}

    def _invoice(self, token: str, invoice_id: Any) -> Payment:
        payment = self._counter.payments.get(str(invoice_id))
        if payment is None or payment.account != token:
            raise Refused(404, "NOT_FOUND", "invalid 'invoiceId'")
        return self._counter.aged(payment)

    def _shown(self, payment: Payment, kopecks: int | None = None) -> dict[str, Any]:
        amount = payment.amount_kopecks if kopecks is None else kopecks
        shown: dict[str, Any] = {
            "invoiceId": payment.id,
            "status": STATUSES[payment.state],
            "amount": amount,
            "ccy": 980,
            "finalAmount": {"paid": amount - payment.refunded}.get(payment.state, 0),
            "createdDate": payment.created_at.isoformat(),
            "modifiedDate": _date(payment),
            "reference": payment.order_id,
        }
        if payment.state == "declined":
            shown |= {"failureReason": "Недостатньо коштів", "errCode": "59"}
        if payment.refunds:
            shown["cancelList"] = [
                {"status": "success", "amount": back, "ccy": 980, "modifiedDate": _date(payment), "extRef": name}
                for name, back in payment.refunds
            ]
        return shown

    def _noted(self, payment: Payment) -> Notice:
        body = json_text(self._shown(payment, self._counter.told_amount(payment))).encode()
        key = ec.generate_private_key(ec.SECP256R1()) if self.switches["notice_wrong_signature"] else self._key
        signed = base64.b64encode(key.sign(body, ec.ECDSA(hashes.SHA256()))).decode()
        return Notice(body, {"Content-Type": "application/json", "X-Sign": signed})


def _date(payment: Payment) -> str:
    return (payment.changed_at or payment.created_at).isoformat(timespec="milliseconds")


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise Refused(400, "BAD_REQUEST", "invalid json") from error
    if not isinstance(body, dict):
        raise Refused(400, "BAD_REQUEST", "invalid json")
    return body


def _json(status: int, body: dict[str, Any]) -> Response:
    return Response(json_text(body), status_code=status, media_type="application/json")
