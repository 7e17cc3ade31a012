"""Client of WayForPay: a signed form, notices as JSON, a signed answer to each; amounts in hryvnias.

Every signature is an HMAC-MD5 over values joined by semicolons, so an amount is signed as it is spelled: notices are
read with their numbers as text.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any

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
    "Created": Word.NEW,
    "Approved": Word.PAID,
    "Declined": Word.FAILED,
    "Expired": Word.EXPIRED,
    "Refunded": Word.REFUNDED,
    "Voided": Word.REFUNDED,
}
_NOTICE = (
    "merchantAccount",
    "orderReference",
    "amount",
    "currency",
    "authCode",
    "cardPan",
    "transactionStatus",
    "reasonCode",
)
_OK, _NOT_FOUND = "1100", ("1127",)


class WayForPay:
    """WayForPay for any merchant; `Merchant.id` is the merchant account, `domain` the site it is registered for."""

    name = "wayforpay"

    def __init__(self, pay_url: str, api_url: str, timeout_s: float) -> None:
        self._pay_url = pay_url.rstrip("/")
        self._http = HttpClient(api_url, total_timeout_s=timeout_s)

    async def close(self) -> None:
        await self._http.close()

    async def checkout(self, merchant: Merchant, order: NewOrder) -> Checkout:
        amount = hryvnias(order.amount)
        head = {
            "merchantAccount": merchant.id,
            "merchantDomainName": merchant.domain,
            "orderReference": order.id,
            "orderDate": str(order.created_at_s),
            "amount": amount,
            "currency": order.currency,
        }
        name = order.description.replace(";", ",")
        fields: dict[str, str | list[str]] = {
            **head,
            "productName[]": [name],
            "productCount[]": ["1"],
            "productPrice[]": [amount],
            "merchantSignature": signature(merchant.secret, [*head.values(), name, "1", amount]),
            "orderTimeout": str(order.valid_s),
            "language": "UA",
            "returnUrl": order.return_url,
            "serviceUrl": f"{order.notice_url}?answer={acceptance(merchant, order.id, order.created_at_s)}",
        }
        return Checkout("POST", f"{self._pay_url}/pay", fields)

    def claimed_order(self, notice: Notice) -> str | None:
        try:
            reference = _object(notice.body).get("orderReference")
        except ValueError:
            return None
        return reference if isinstance(reference, str) else None

    async def read_notice(self, merchant: Merchant, notice: Notice) -> Said:
        # The content type may say that it is a form: the body is JSON all the same.
        try:
            said = _object(notice.body)
            values = [_value(said.get(name)) for name in _NOTICE]
            given = said["merchantSignature"]
        except (ValueError, KeyError):
            raise Forged(Verdict.MALFORMED) from None
        right = signature(merchant.secret, values)
        if not isinstance(given, str) or not hmac.compare_digest(right.encode(), given.encode()):
            raise Forged(Verdict.SIGNATURE)
        if said.get("merchantAccount") != merchant.id:
            raise Forged(Verdict.SIGNATURE)
        try:
            return _understood(said)
        except (ValueError, KeyError, TypeError):
            raise Forged(Verdict.MALFORMED) from None

    async def status(self, merchant: Merchant, order_id: str, provider_payment_id: str | None) -> Said | None:  # noqa: ARG002
        asked = {
            "transactionType": "CHECK_STATUS",
            "merchantAccount": merchant.id,
            "orderReference": order_id,
            "merchantSignature": signature(merchant.secret, [merchant.id, order_id]),
            "apiVersion": 1,
        }
        answer = await self._call(asked, acts=False)
        if _value(answer.get("reasonCode")) in _NOT_FOUND:
            return None
        if "transactionStatus" not in answer:
            raise Declined(_told(answer))
        try:
            return _understood(answer)
        except (ValueError, KeyError, TypeError):
            raise Silent("an answer that is none") from None

    async def refund(
        self,
        merchant: Merchant,
        order_id: str,
        provider_payment_id: str | None,
        amount: int,
        currency: str,
        nth: str = "",  # noqa: ARG002
    ) -> Said | None:
        text = hryvnias(amount)
        asked = {
            "transactionType": "REFUND",
            "merchantAccount": merchant.id,
            "orderReference": order_id,
            "amount": text,
            "currency": currency,
            "comment": "Повернення коштів",
            "merchantSignature": signature(merchant.secret, [merchant.id, order_id, text, currency]),
            "apiVersion": 1,
        }
        answer = await self._call(asked, acts=True)
        status = answer.get("transactionStatus")
        if status in ("Refunded", "Voided"):
            return Said(order_id, Word.REFUNDED, amount, currency, provider_payment_id)
        if status == "RefundInProcessing":
            return None
        raise Declined(_told(answer))

    async def withdraw(self, merchant: Merchant, provider_payment_id: str | None) -> None:
        """WayForPay has no such call for a form: `orderTimeout` ends an order."""

    async def _call(self, asked: dict[str, Any], *, acts: bool) -> dict[str, Any]:
        try:
            answer = await self._http.request("POST", "/api", json=asked)
        except CallFailed as failed:
            raise Silent(failed.cause, may_have_acted=acts and failed.reached is Reached.UNKNOWN) from failed
        if answer.status >= 500:
            raise Silent(f"HTTP {answer.status}", may_have_acted=acts)
        return answered(answer, acted=acts)


def signature(secret: str, values: Iterable[str]) -> str:
    """Lowercase hex HMAC-MD5 over the values joined by semicolons."""
    return hmac.new(secret.encode(), ";".join(values).encode(), hashlib.md5).hexdigest()


def acceptance(merchant: Merchant, order_id: str, at_s: int) -> str:
    """The signed "taken" that WayForPay wants as the answer to every notice of an order, for the notice's address.

    It is signed ahead by the holder of the key, so that whoever answers the call at the door needs no secret.
    """
    said = {
        "orderReference": order_id,
        "status": "accept",
        "time": at_s,
        "signature": signature(merchant.secret, [order_id, "accept", str(at_s)]),
    }
    return base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")


def _object(body: bytes) -> dict[str, Any]:
    return json_object(body, parse_float=str, parse_int=str)


def _value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | dict | list):
        raise ValueError("not a value that is signed")
    return str(value)


def _understood(said: dict[str, Any]) -> Said:
    status = str(said["transactionStatus"])
    return Said(
        order_id=str(said["orderReference"]),
        word=_WORDS.get(status, Word.WAITING),
        amount=kopecks(said["amount"]),
        currency=str(said["currency"]),
        text=_told(said) if status == "Declined" else None,
    )


def _told(answer: dict[str, Any]) -> str:
    return f"{answer.get('reasonCode', '')} {answer.get('reason') or answer.get('transactionStatus') or ''}".strip()[
        :500
    ]
