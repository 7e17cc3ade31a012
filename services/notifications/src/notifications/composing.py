"""What a text costs before it is sent: filled in with an example, and with the longest values that really occur."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from string import Formatter
from uuid import UUID

from sqlalchemy import text

from kit.db import Tx
from kit.texts import Texts

from .domain.segments import Alphabet, measure
from .domain.transliteration import transliterate
from .wording import OwnText, Words, fill, money, shortened

_TIMES = {"date": "23.11", "time": "14:00", "old_date": "22.11", "old_time": "09:30"}
_INVENTED = ("location", "address", "client", "service", "staff")
SAMPLE_CODE = "7KQ2MX"
_LOOKED_AT = 2000
"""Of how many bookings, the latest by their time, the longest values are taken."""

_REAL = text(
    """
    SELECT (SELECT string_agg(DISTINCT item->>'service_name', ', ') FROM jsonb_array_elements(body->'items') AS item),
           (SELECT string_agg(DISTINCT item->>'staff_member_name', ', ')
            FROM jsonb_array_elements(body->'items') AS item),
           body->'client'->>'name', (body->'price'->>'amount')::bigint, body->>'code', body->>'link_key'
    FROM (SELECT body FROM booking_copy WHERE account_id = :account_id ORDER BY starts_at DESC LIMIT :looked_at) AS own
    """
)
_PLACES = text(
    "SELECT name, coalesce(nullif(address, ''), name), coalesce(phone_e164, '') FROM location_copy "
    "WHERE account_id = :account_id"
)

Values = Mapping[str, Sequence[str]]
"""For each variable the values that occur."""


def invented(texts: Texts, language: str, account_name: str | None, public_url: str) -> dict[str, str]:
    """An invented visit at the account, for the example."""
    values = {name: texts.get(language, f"sample.{name}") for name in _INVENTED}
    account = account_name or texts.get(language, "sample.account")
    link = f"{public_url.rstrip('/')}/b/{SAMPLE_CODE}"
    return {**values, **_TIMES, "account": account, "phone": "+380441234567", "price": "450", "link": link}


async def real_values(
    tx: Tx, account_id: UUID, example: Mapping[str, str], account_name: str | None, public_url: str, *, for_client: bool
) -> dict[str, list[str]]:
    """What the variables hold in this account's own bookings and places; the example's value where there is none."""
    values: dict[str, set[str]] = {name: set() for name in example}
    rows = await tx.execute(_REAL, {"account_id": account_id, "looked_at": _LOOKED_AT})
    for service, staff, client, price, code, key in rows:
        values["service"].add(service or "")
        values["staff"].add(staff or "")
        values["client"].add(client or "")
        values["price"].add(money(price or 0))
        link = f"{public_url.rstrip('/')}/b/{code}"
        values["link"].add(f"{link}?key={key}" if for_client and key else link)
    for name, address, phone in await tx.execute(_PLACES, {"account_id": account_id}):
        values["location"].add(name)
        values["address"].add(address)
        values["phone"].add(phone)
    values["account"].add(account_name or "")
    return {
        name: sorted({value if name == "link" else shortened(value) for value in found if value}) or [example[name]]
        for name, found in values.items()
    }


def worst_case(template: OwnText, values: Values) -> Words:
    """The filling that takes the most parts.

    One sign outside GSM moves the whole text to UCS-2, so beside the longest value of every variable each variable is
    also tried with the longest value that would do that.
    """
    used = {name for _, name, _, _ in Formatter().parse(template.text) if name}
    longest = {name: max(found, key=_length(template)) for name, found in values.items()}
    tries = [longest]
    for name in sorted(used):
        foreign = [value for value in values[name] if measure(_sent(template, value)).alphabet is Alphabet.UCS2]
        if foreign:
            tries.append({**longest, name: max(foreign, key=_length(template))})
    return max((fill(template, one) for one in tries), key=lambda words: (words.parts, len(words.text)))


def _sent(template: OwnText, value: str) -> str:
    return transliterate(value) if template.transliterated else value


def _length(template: OwnText) -> Callable[[str], int]:
    """Units that a value takes once it is sent, were it in UCS-2: what the comparison of values needs."""
    return lambda value: len(_sent(template, value).encode("utf-16-le"))
