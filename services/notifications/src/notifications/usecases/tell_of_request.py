"""Requests for access: told to those who can decide, and the decision to whoever asked."""

from __future__ import annotations

from datetime import datetime

from contracts.identity import AccessRequested
from kit.db import Tx
from kit.texts import Texts
from notifications.domain.facts import Kind
from notifications.domain.staff_news import News
from notifications.rules import House
from notifications.situation import zone_of
from notifications.tables import AccountCopy
from notifications.views import manage_page
from notifications.wording import shortened

from .tell_staff import Telling, tell_staff

_DECIDED = frozenset({"granted", "declined"})


async def tell_of_request(
    event: AccessRequested, tx: Tx, *, texts: Texts, public_url: str, house: House, now: datetime
) -> None:
    """Once to each, whatever repeats; nobody hears of a request that has ended by itself."""
    assert event.account_id is not None
    if event.state != "open" and event.state not in _DECIDED:
        return
    is_open = event.state == "open"
    key = "sms.staff.access_request" if is_open else f"sms.staff.access_request.{event.state}"
    params = {
        "name": event.asked_by_name,
        "note": f"«{shortened(event.note)}»" if event.note else "",
        "link": manage_page(public_url, event.account_id, "rights" if is_open else ""),
    }
    readers = frozenset(event.ask_user_ids) if is_open else frozenset({event.asked_by})
    account = await tx.get(AccountCopy, event.account_id)
    news = News(
        Kind.ACCESS_REQUEST,
        f"request {event.request_id} {event.state}",
        now,
        event.expires_at,
        zone_of(account.time_zone if account else "Europe/Kyiv"),
    )
    telling = Telling(
        news,
        lambda language: " ".join(texts.get(language, key, params).split()),
        readers=lambda member: member.user_id in readers,
    )
    await tell_staff(tx, event.account_id, telling, house, now)
