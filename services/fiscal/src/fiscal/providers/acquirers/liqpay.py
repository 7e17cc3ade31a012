"""Client of LiqPay: orders and notices as base64 JSON with a SHA-1 signature, amounts in hryvnias (API version 3)."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

from fiscal.domain.card_payments import Said, Verdict, Word
from fiscal.providers.acquirers.words import (
    Checkout,
    Declined,
    Forged,
    Merchant,
    NewOrder,
    Notice,
    Silent,
    answered,
    hryvnias,
    json_object,
    kopecks,
)
from kit.providers import CallFailed, HttpClient, Reached

_WORDS = {
    "prepared": Word.NEW,
    "success": Word.PAID,
    "sandbox": Word.PAID,
    "failure": Word.FAILED,
    "error": Word.FAILED,
    "reversed": Word.REFUNDED,
}


class LiqPay:
    """LiqPay for any merchant; `Merchant.id` is the public key."""

    name = "liqpay"

    def __init__(self, base_url: str, timeout_s: float) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = HttpClient(base_url, total_timeout_s=timeout_s)

    async def close(self) -> None:
        await self._http.close()

    async def checkout(self, merchant: Merchant, order: NewOrder) -> Checkout:
        until = datetime.fromtimestamp(order.created_at_s + order.valid_s, UTC)
        asked = {
            "version": 3,
            "public_key": merchant.id,
            "action": "pay",
            "amount": hryvnias(order.amount),
            "currency": order.currency,
            "description": order.description,
            "order_id": order.id,
            "language": "uk",
            "expired_date": until.strftime("%Y-%m-%d %H:%M:%S"),
            "result_url": order.return_url,
            "server_url": order.notice_url,
        }
        return Checkout("POST", f"{self._base_url}/api/3/checkout", _signed(merchant, asked))

    def claimed_order(self, notice: Notice) -> str | None:
        try:
            said = json_object(base64.b64decode(_form(notice)[0], validate=True))
        except ValueError:
            return None
        order_id = said.get("order_id")
        return order_id if isinstance(order_id, str) else None

    async def read_notice(self, merchant: Merchant, notice: Notice) -> Said:
        try:
            encoded, given = _form(notice)
        except ValueError:
            raise Forged(Verdict.MALFORMED) from None
        # Over the text as it came: decoding and encoding again may give other bytes.
        if not hmac.compare_digest(signature(merchant.secret, encoded).encode(), given.encode()):
            raise Forged(Verdict.SIGNATURE)
        try:
            said = json_object(base64.b64decode(encoded, validate=True))
            if said.get("public_key", merchant.id) != merchant.id:
                raise Forged(Verdict.SIGNATURE)
            return _understood(said)
        except (ValueError, KeyError, TypeError):
            raise Forged(Verdict.MALFORMED) from None

    async def status(self, merchant: Merchant, order_id: str, provider_payment_id: str | None) -> Said | None:  # noqa: ARG002
        answer = await self._ask(merchant, {"action": "status", "order_id": order_id}, acts=False)
        return _answer(answer, acted=False)

    async def refund(
        self,
        merchant: Merchant,
        order_id: str,
        provider_payment_id: str | None,
        amount: int,
        currency: str,
        nth: str = "",  # noqa: ARG002
    ) -> Said | None:
        asked = {"action": "refund", "order_id": order_id, "amount": hryvnias(amount)}
        answer = await self._ask(merchant, asked, acts=True)
        if answer.get("result") == "error" or answer.get("status") in ("error", "failure"):
            raise Declined(_told(answer))
        if answer.get("status") == "reversed":
            return Said(order_id, Word.REFUNDED, amount, currency, provider_payment_id)
        return None

    async def withdraw(self, merchant: Merchant, provider_payment_id: str | None) -> None:
        """LiqPay has no such call: `expired_date` ends an order."""

    async def _ask(self, merchant: Merchant, asked: dict[str, Any], *, acts: bool) -> dict[str, Any]:
        form = urlencode(_signed(merchant, {"version": 3, "public_key": merchant.id, **asked}))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = await self._http.request("POST", "/api/request", body=form, headers=headers)
        except CallFailed as failed:
            raise Silent(failed.cause, may_have_acted=acts and failed.reached is Reached.UNKNOWN) from failed
        if answer.status >= 500:
            raise Silent(f"HTTP {answer.status}", may_have_acted=acts)
        return answered(answer, acted=acts)


def signature(private_key: str, encoded: str) -> str:
    """base64 of the raw SHA-1 over key, data and key."""
    joined = f"{private_key}{encoded}{private_key}".encode()
    return base64.b64encode(hashlib.sha1(joined, usedforsecurity=False).digest()).decode()


def _signed(merchant: Merchant, asked: dict[str, Any]) -> dict[str, str]:
    encoded = base64.b64encode(json.dumps(asked, ensure_ascii=False).encode()).decode()
    return {"data": encoded, "signature": signature(merchant.secret, encoded)}


def _form(notice: Notice) -> tuple[str, str]:
    fields = parse_qs(notice.body.decode("ascii"), strict_parsing=True, max_num_fields=20)
    try:
        [encoded], [given] = fields["data"], fields["signature"]
    except KeyError:
        raise ValueError("no data or no signature") from None
    return encoded, given


def _understood(said: dict[str, Any]) -> Said:
    status = str(said["status"])
    payment_id = said.get("payment_id")
    return Said(
        order_id=str(said["order_id"]),
        word=_WORDS.get(status, Word.WAITING),
        amount=kopecks(said["amount"]),
        currency=str(said["currency"]),
        provider_payment_id=str(payment_id) if payment_id else None,
        text=_told(said) if status in ("failure", "error") else None,
        is_test=status == "sandbox",
    )


def _answer(answer: dict[str, Any], *, acted: bool) -> Said | None:
    code = answer.get("err_code") or answer.get("code")
    if code in ("payment_not_found", "order_not_found"):
        return None
    if "order_id" not in answer:
        raise Declined(_told(answer))
    try:
        return _understood(answer)
    except (ValueError, KeyError, TypeError):
        raise Silent("an answer that is none", may_have_acted=acted) from None


def _told(answer: dict[str, Any]) -> str:
    return str(answer.get("err_description") or answer.get("err_code") or answer.get("status") or "error")[:500]
