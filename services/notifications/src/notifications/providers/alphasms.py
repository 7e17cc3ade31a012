"""AlphaSMS by its JSON API: success is judged twice, for the package and for the item; ids are ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.providers import Answer, CallFailed, HttpClient, Reached
from notifications.domain.carriers import Channel
from notifications.domain.outcomes import Accepted, Delivery, ErrorClass, NotSent, Outcome, Refused, Unknown

from .protocol import VIBER_LIFE_S, Checked, OutgoingSms, StatusSeen

PATH = "/api/json.php"
_DENIED = "access denied"
MOST_PARTS = 100
"""An SMS has ten parts at most; a larger number is no number of parts."""
_NOT_FOUND = "not found"

# The words for these are not in the documents: the fragments are what such texts must contain in some form.
_ITEM_FRAGMENTS = (
    (ErrorClass.SENDER, ("alpha-name", "signature")),
    (ErrorClass.NO_FUNDS, ("balance", "billing", "money", "funds")),
    (ErrorClass.STOP_LIST, ("stop list", "stop-list", "stoplist", "blacklist")),
    (ErrorClass.BAD_RECIPIENT, ("phone", "recipient", "number")),
)
_REPEATED_ID = ("already exists", "already used", "duplicate")

_STATUSES = {
    Delivery.QUEUED: ("QUEUED", "ROUTING"),
    Delivery.SENT: ("ACCEPTED", "PARTIALLY DELIVERED"),
    Delivery.DELIVERED: ("DELIVERED",),
    Delivery.READ: ("READ", "REPLIED"),
    Delivery.CANCELLED: ("DELETED",),
    Delivery.EXPIRED: ("EXPIRED",),
    Delivery.UNDELIVERED: ("UNDELIVERABLE", "SIM FULL", "NO ROUTE", "INVALID DESTINATION ADDRESS"),
    Delivery.REJECTED: ("INVALID SOURCE ADDRESS", "FILTERED", "REJECTED"),
}
_DELIVERY_OF = {word: delivery for delivery, words in _STATUSES.items() for word in words}


@dataclass(frozen=True)
class AlphaSms:
    """One account of AlphaSMS; a message is known there by our own number."""

    http: HttpClient
    key: str
    hook_url: str | None = None

    async def send(self, sms: OutgoingSms) -> Outcome:
        """Hand over under our number, which makes an unknown outcome one that can be looked up."""
        item = _item_of(sms)
        if self.hook_url:
            item["hook"] = self.hook_url
        try:
            answer = await self._call(item)
        except CallFailed as failed:
            return NotSent(failed.cause) if failed.reached is Reached.NOT_SENT else Unknown(failed.cause)
        package = _package(answer)
        if package is None:
            return Unknown("an answer without a verdict", f"HTTP {answer.status}")
        if not package["success"]:
            return _package_refusal(package)
        said = _item(package)
        if said is None:
            return Unknown("a package without the item's verdict")
        if not said.get("success"):
            return _item_refusal(str(said.get("error", "")))
        taken = said.get("data")
        parts = taken.get("parts") if isinstance(taken, dict) else None
        return Accepted(
            str(sms.number), "QUEUED", parts if isinstance(parts, int) and 0 < parts <= MOST_PARTS else None
        )

    async def check(self, sender_name: str) -> Checked:  # noqa: ARG002 - names cannot be asked about
        """Ask for the balance: it takes the key and costs nothing."""
        try:
            answer = await self._call({"type": "balance"})
        except CallFailed as failed:
            return Checked(NotSent(failed.cause) if failed.reached is Reached.NOT_SENT else Unknown(failed.cause))
        package = _package(answer)
        if package is None:
            return Checked(Unknown("an answer without a verdict", f"HTTP {answer.status}"))
        if not package["success"]:
            refusal = _package_refusal(package)
            return Checked(refusal if isinstance(refusal, Refused) else Unknown(str(package.get("error"))))
        said = (_item(package) or {}).get("data")
        amount = said.get("amount") if isinstance(said, dict) else None
        if isinstance(amount, int | float) and amount <= 0:
            return Checked(Refused(ErrorClass.NO_FUNDS, "", f"balance {amount}"), str(amount))
        return Checked(None, None if amount is None else str(amount))

    async def statuses(self, message_ids: Sequence[str]) -> Mapping[str, StatusSeen]:
        """One package for all; answers are matched by position, as the documents demand."""
        ids = [message_id for message_id in message_ids if message_id.isdigit()]
        try:
            answer = await self._call(*({"type": "status", "id": int(message_id)} for message_id in ids))
        except CallFailed:
            return {}
        package = _package(answer)
        if package is None or not package["success"] or not isinstance(package.get("data"), list):
            return {}
        items = zip(ids, package["data"], strict=False)
        return {message_id: seen for message_id, item in items if (seen := _status(item)) is not None}

    async def look_up(self, number: int) -> StatusSeen | Unknown | None:
        """The message with our number; none when AlphaSMS says that it has no such message."""
        try:
            answer = await self._call({"type": "status", "id": number})
        except CallFailed as failed:
            return Unknown(failed.cause)
        package = _package(answer)
        item = _item(package) if package is not None and package["success"] else None
        if item is None:
            return Unknown("no answer about the message")
        seen = _status(item)
        if seen is not None:
            return seen
        is_missing = not item.get("success") and _NOT_FOUND in str(item.get("error", "")).lower()
        return None if is_missing else Unknown(str(item.get("error", "")))

    async def _call(self, *items: dict[str, Any]) -> Answer:
        return await self.http.request("POST", PATH, json={"auth": self.key, "data": list(items)})


def _item_of(sms: OutgoingSms) -> dict[str, Any]:
    """The command for one message: by SMS, by Viber with the SMS behind it, or read aloud."""
    item: dict[str, Any] = {"type": "sms", "id": sms.number, "phone": int(sms.phone_e164.lstrip("+"))}
    if sms.channel is Channel.VOICE:
        return item | {"type": "voice", "message": sms.text, "voice": {"gender": "female", "language": "uk"}}
    item |= {"sms_signature": sms.sender_name, "sms_message": sms.text}
    if sms.viber_sender_name:
        item |= {
            "type": "viber+sms",
            "viber_type": "text",
            "viber_signature": sms.viber_sender_name,
            "viber_message": sms.text,
            "viber_lifetime": VIBER_LIFE_S,
        }
    return item


def _package(answer: Answer) -> dict[str, Any] | None:
    try:
        said = answer.json()
    except ValueError:
        return None
    return said if isinstance(said, dict) and isinstance(said.get("success"), bool) else None


def _item(package: dict[str, Any]) -> dict[str, Any] | None:
    items = package.get("data")
    return items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else None


def _package_refusal(package: dict[str, Any]) -> Outcome:
    text = str(package.get("error", ""))[:200]
    if _DENIED in text.lower():
        return Refused(ErrorClass.AUTH, "", text)
    if "format" in text.lower():
        return Refused(ErrorClass.BUG, "", text)
    if "too many" in text.lower() or "too fast" in text.lower():
        return Refused(ErrorClass.LIMIT, "", text, 1.0)
    return Unknown(text)


def _item_refusal(error: str) -> Outcome:
    text = error[:200]
    lowered = text.lower()
    if any(fragment in lowered for fragment in _REPEATED_ID):
        return Unknown(text)  # our number is known there: whether from this message is looked up
    for refusal, fragments in _ITEM_FRAGMENTS:
        if any(fragment in lowered for fragment in fragments):
            return Refused(refusal, "", text)
    return Refused(ErrorClass.CONTENT, "", text)


def _status(item: Any) -> StatusSeen | None:
    said = item.get("data") if isinstance(item, dict) and item.get("success") else None
    status = said.get("status") if isinstance(said, dict) else None
    if not status:
        return None
    replies = said.get("replies") if isinstance(said, dict) else None
    texts = [str(reply.get("message", "")) for reply in replies if isinstance(reply, dict)] if replies else []
    delivery = _DELIVERY_OF.get(str(status).strip().upper(), Delivery.UNKNOWN)
    return StatusSeen(delivery, str(status)[:100], tuple(text[:1000] for text in texts if text))


def delivery_of(status: object) -> Delivery:
    """Our word for a status of AlphaSMS; whole words, because `UNDELIVERABLE` holds `DELIVER`."""
    return _DELIVERY_OF.get(str(status).strip().upper(), Delivery.UNKNOWN)
