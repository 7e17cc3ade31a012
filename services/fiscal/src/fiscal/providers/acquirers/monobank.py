"""Client of monobank's acquiring: invoices over JSON, notices signed with ECDSA, amounts in kopecks."""

import asyncio
import base64
import time
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from fiscal.domain.card_payments import Said, Verdict, Word
from fiscal.providers.acquirers.words import (
    HRYVNIA,
    HRYVNIA_NUMBER,
    Checkout,
    Declined,
    Forged,
    Merchant,
    NewOrder,
    Notice,
    Silent,
    answered,
    json_object,
)
from kit.providers import CallFailed, HttpClient, Reached

KEY_GAP_S = 5.0
"""Between two questions for the key of one merchant: forged notices must not become a storm at the bank."""

_WORDS = {
    "created": Word.NEW,
    "success": Word.PAID,
    "failure": Word.FAILED,
    "expired": Word.EXPIRED,
    "reversed": Word.REFUNDED,
}


class Monobank:
    """monobank for any merchant; `Merchant.secret` is the token."""

    name = "monobank"

    def __init__(self, base_url: str, timeout_s: float, *, key_gap_s: float = KEY_GAP_S) -> None:
        self._http = HttpClient(base_url, total_timeout_s=timeout_s)
        self._key_gap_s = key_gap_s
        self._keys: dict[str, ec.EllipticCurvePublicKey] = {}
        self._asked_at: dict[str, float] = {}
        self._one_asks: dict[str, asyncio.Lock] = {}

    async def close(self) -> None:
        await self._http.close()

    async def checkout(self, merchant: Merchant, order: NewOrder) -> Checkout:
        asked = {
            "amount": order.amount,
            "ccy": HRYVNIA_NUMBER,
            "merchantPaymInfo": {"reference": order.id, "destination": order.description},
            "redirectUrl": order.return_url,
            "webHookUrl": order.notice_url,
            "validity": order.valid_s,
            "paymentType": "debit",
        }
        made = await self._call(merchant, "POST", "/invoice/create", asked, acts=True)
        try:
            return Checkout("GET", _text(made, "pageUrl"), provider_payment_id=_text(made, "invoiceId"))
        except (KeyError, ValueError):
            raise Silent("an invoice without a page", may_have_acted=True) from None

    def claimed_order(self, notice: Notice) -> str | None:
        try:
            reference = json_object(notice.body).get("reference")
        except ValueError:
            return None
        return reference if isinstance(reference, str) else None

    async def read_notice(self, merchant: Merchant, notice: Notice) -> Said:
        try:
            given = base64.b64decode(notice.headers.get("x-sign", ""), validate=True)
        except ValueError:
            raise Forged(Verdict.SIGNATURE) from None
        if not given:
            raise Forged(Verdict.SIGNATURE)
        if not _is_signed(await self._key(merchant), given, notice.body):
            fresh = await self._fresh_key(merchant)
            if fresh is None or not _is_signed(fresh, given, notice.body):
                raise Forged(Verdict.SIGNATURE)
        try:
            return _understood(json_object(notice.body))
        except (ValueError, KeyError, TypeError):
            raise Forged(Verdict.MALFORMED) from None

    async def status(self, merchant: Merchant, order_id: str, provider_payment_id: str | None) -> Said | None:  # noqa: ARG002
        if provider_payment_id is None:
            return None
        params = {"invoiceId": provider_payment_id}
        try:
            answer = await self._call(merchant, "GET", "/invoice/status", None, acts=False, params=params)
        except Declined as declined:
            if declined.text.startswith("NOT_FOUND"):
                return None
            raise
        return _answer(answer)

    async def refund(
        self,
        merchant: Merchant,
        order_id: str,
        provider_payment_id: str | None,
        amount: int,
        currency: str,
        nth: str = "",
    ) -> Said | None:
        asked = {"invoiceId": provider_payment_id, "extRef": f"{order_id}-{nth}" if nth else order_id, "amount": amount}
        answer = await self._call(merchant, "POST", "/invoice/cancel", asked, acts=True)
        if answer.get("status") == "failure":
            raise Declined("failure")
        if answer.get("status") == "success":
            return Said(order_id, Word.REFUNDED, amount, currency, provider_payment_id, _moment(answer))
        return None

    async def withdraw(self, merchant: Merchant, provider_payment_id: str | None) -> None:
        if provider_payment_id is not None:
            await self._call(merchant, "POST", "/invoice/remove", {"invoiceId": provider_payment_id}, acts=True)

    async def _key(self, merchant: Merchant) -> ec.EllipticCurvePublicKey:
        async with self._one_asks.setdefault(merchant.secret, asyncio.Lock()):
            known = self._keys.get(merchant.secret)
            if known is None and self._was_just_asked(merchant):
                raise Silent("the key was asked for a moment ago")
            return known or await self._ask_key(merchant)

    async def _fresh_key(self, merchant: Merchant) -> ec.EllipticCurvePublicKey | None:
        """The key asked for again, for the bank may have changed it; none when it was asked for a moment ago."""
        return None if self._was_just_asked(merchant) else await self._ask_key(merchant)

    def _was_just_asked(self, merchant: Merchant) -> bool:
        return time.monotonic() - self._asked_at.get(merchant.secret, -self._key_gap_s) < self._key_gap_s

    async def _ask_key(self, merchant: Merchant) -> ec.EllipticCurvePublicKey:
        self._asked_at[merchant.secret] = time.monotonic()
        answer = await self._call(merchant, "GET", "/pubkey", None, acts=False)
        try:
            key = load_pem_public_key(base64.b64decode(_text(answer, "key"), validate=True))
        except (KeyError, ValueError):
            raise Silent("a key that is none") from None
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise Silent("a key of another kind")
        self._keys[merchant.secret] = key
        return key

    async def _call(
        self,
        merchant: Merchant,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        *,
        acts: bool,
        params: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        headers = {"X-Token": merchant.secret}
        try:
            answer = await self._http.request(method, f"/api/merchant{path}", json=body, headers=headers, params=params)
        except CallFailed as failed:
            raise Silent(failed.cause, may_have_acted=acts and failed.reached is Reached.UNKNOWN) from failed
        if answer.status == 429:
            raise Silent("TMR")
        if answer.status >= 500:
            raise Silent(f"HTTP {answer.status}", may_have_acted=acts)
        said = answered(answer, acted=acts)
        if answer.status >= 400:
            raise Declined(f"{said.get('errCode', answer.status)}: {said.get('errText', '')}"[:500])
        return said


def _is_signed(key: ec.EllipticCurvePublicKey, given: bytes, body: bytes) -> bool:
    try:
        key.verify(given, body, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _understood(said: dict[str, Any]) -> Said:
    amount, word = said["amount"], _WORDS.get(str(said["status"]), Word.WAITING)
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise ValueError("amount")
    paid, refunded = said.get("finalAmount"), _refunded(said, "success")
    if word is Word.PAID and isinstance(paid, int) and not isinstance(paid, bool) and paid > 0:
        amount = paid + refunded  # what was really taken from the card, and what of it went back since
    return Said(
        order_id=str(said.get("reference", "")),
        word=word,
        amount=amount,
        currency=HRYVNIA if said["ccy"] == HRYVNIA_NUMBER else str(said["ccy"]),
        provider_payment_id=_text(said, "invoiceId"),
        at=_moment(said),
        text=str(said["failureReason"])[:500] if said.get("failureReason") else None,
        refunded=None if _refunded(said, "processing") else refunded,
    )


def _refunded(said: dict[str, Any], status: str) -> int:
    """The sum of the refunds that stand so."""
    back = said.get("cancelList")
    found = [one for one in back if isinstance(one, dict)] if isinstance(back, list) else []
    amounts = [one.get("amount") for one in found if one.get("status") == status]
    return sum(amount for amount in amounts if isinstance(amount, int) and not isinstance(amount, bool))


def _answer(said: dict[str, Any]) -> Said:
    try:
        return _understood(said)
    except (ValueError, KeyError, TypeError):
        raise Silent("an answer that is none") from None


def _moment(said: dict[str, Any]) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(said.get("modifiedDate")))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _text(said: dict[str, Any], name: str) -> str:
    value = said[name]
    if not isinstance(value, str) or not value:
        raise ValueError(name)
    return value
