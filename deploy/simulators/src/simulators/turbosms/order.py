"""What a `send` call asks for, read and checked as the gateway does before it looks at the recipients."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from simulators.journal import phone_digits
from simulators.segments import sms_parts
from simulators.turbosms.accounts import Account
from simulators.turbosms.codes import Refused

KYIV = ZoneInfo("Europe/Kyiv")
SMS_PRICE, VIBER_PRICE = 100, 60  # hundredths of a credit
VIBER_TEXT_LIMIT, CAPTION_LIMIT, DEFAULT_TTL_S = 1000, 30, 3600
SCHEDULE_LIMIT = timedelta(days=14)

# The ranges that belong to Ukrainian mobile operators.
_OPERATORS = frozenset(
    {
        "39",
        "67",
        "68",
        "77",
        "96",
        "97",
        "98",
        "50",
        "66",
        "75",
        "95",
        "99",
        "63",
        "73",
        "93",
        "91",
        "92",
        "94",
        "71",
        "72",
    }
)
_START_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")


@dataclass(frozen=True)
class Body:
    """One channel of a message."""

    sender: str
    text: str


@dataclass(frozen=True)
class Order:
    """A checked call: who should get what, and not before when."""

    recipients: list[str]
    sms: Body | None
    viber: Body | None
    viber_ttl_s: int
    starts_at: datetime | None

    @property
    def price(self) -> int:
        """Of one recipient at acceptance: Viber is paid first, its SMS only when it takes over."""
        if self.viber is not None:
            return VIBER_PRICE
        return self.parts * SMS_PRICE

    @property
    def parts(self) -> int:
        return sms_parts(self.sms.text) if self.sms else 1


def read_order(
    wanted: Mapping[str, Any],
    account: Account,
    now: datetime,
    *,
    limit: int,
    part_limit: int,
    transactional_refusal: int = 0,
) -> Order:
    """The order in the parameters of `message/send`; `Refused` with the first thing that is wrong."""
    recipients = wanted.get("recipients")
    if not recipients:
        raise Refused(202)
    if not isinstance(recipients, list):
        recipients = [recipients]
    if len(recipients) > limit:
        raise Refused(405)
    wants_viber = isinstance(wanted.get("viber"), Mapping)
    sms = _body(wanted, "sms", account) if isinstance(wanted.get("sms"), Mapping) or not wants_viber else None
    viber = _body(wanted, "viber", account) if wants_viber else None
    if sms and sms_parts(sms.text) > part_limit:
        raise Refused(413)
    ttl_s = _viber_extras(wanted["viber"]) if viber else DEFAULT_TTL_S
    if viber and wanted["viber"].get("is_transactional"):
        if transactional_refusal:
            raise Refused(transactional_refusal)
        if wanted["viber"].get("image_url") or wanted["viber"].get("file_id") or wanted["viber"].get("caption"):
            raise Refused(410)
    if viber and len(viber.text) > VIBER_TEXT_LIMIT:
        raise Refused(413)
    return Order([str(phone) for phone in recipients], sms, viber, ttl_s, _start(wanted, now))


def _body(wanted: Mapping[str, Any], channel: str, account: Account) -> Body:
    own = wanted.get(channel)
    own = own if isinstance(own, Mapping) else {}
    text = own.get("text", wanted.get("text"))
    if text is None or text == "":
        raise Refused(201)
    if not isinstance(text, str):
        raise Refused(304)
    return Body(account.may_use(own.get("sender", wanted.get("sender"))), text)


def _viber_extras(viber: Mapping[str, Any]) -> int:
    caption, action = viber.get("caption"), viber.get("action")
    if caption and len(str(caption)) > CAPTION_LIMIT:
        raise Refused(408)
    if action and not caption:
        raise Refused(205)
    if caption and not action:
        raise Refused(206)
    ttl = viber.get("ttl", DEFAULT_TTL_S)
    if not isinstance(ttl, int) or isinstance(ttl, bool):
        raise Refused(306)
    if not 60 <= ttl <= 86400:
        raise Refused(409)
    return ttl


def _start(wanted: Mapping[str, Any], now: datetime) -> datetime | None:
    sms = wanted.get("sms")
    value = sms.get("start_time") if isinstance(sms, Mapping) else None
    value = value or wanted.get("start_time")
    if not value:
        return None
    if not isinstance(value, str) or not _START_TIME.fullmatch(value):
        raise Refused(303)
    try:
        moment = datetime.fromisoformat(value).replace(tzinfo=KYIV)
    except ValueError as error:
        raise Refused(303) from error
    if not now - timedelta(minutes=1) <= moment <= now + SCHEDULE_LIMIT:
        raise Refused(403)
    return moment


def recipient_digits(spelling: str) -> str:
    """The number of a recipient in digits; `Refused` where its country or operator is not known, or it is barred."""
    digits = phone_digits(spelling)
    if digits.endswith("0305") or not 10 <= len(digits) <= 15:
        raise Refused(305)
    if not digits.startswith("380"):
        raise Refused(406)
    if len(digits) != 12 or digits[3:5] not in _OPERATORS:
        raise Refused(305)
    if digits.endswith("0404"):
        raise Refused(404)
    return digits
