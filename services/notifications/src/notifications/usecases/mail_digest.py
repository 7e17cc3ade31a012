"""The week's doings with money, mailed to the owners."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from contracts.fiscal import DigestLine, WeeklyDigestPrepared
from kit.db import Tx
from kit.texts import Texts
from notifications.domain.channels import EMAIL
from notifications.domain.facts import Kind
from notifications.domain.reports import DIGEST, OWNER
from notifications.domain.staff_news import News
from notifications.rules import House
from notifications.situation import zone_of
from notifications.tables import AccountCopy
from notifications.views import manage_page
from notifications.wording import money

from .tell_staff import Telling, tell_staff

USEFUL = timedelta(days=3)


async def mail_digest(
    event: WeeklyDigestPrepared, tx: Tx, *, texts: Texts, public_url: str, house: House, now: datetime
) -> None:
    """Once for each week to each owner, however often it is told."""
    assert event.account_id is not None
    account = await tx.get(AccountCopy, event.account_id)
    link = manage_page(public_url, event.account_id, f"finance/day?from={event.since}&to={event.until}")
    params = {
        "account": account.name if account else "",
        "since": _shown(event.since),
        "until": _shown(event.until),
        "back_dated": event.back_dated,
        "taken_back": event.taken_back,
        "shortages": event.shortages,
        "alone": event.without_second_person,
        "link": link,
    }

    def text(language: str) -> str:
        lines = [_line(texts, language, line) for line in event.lines]
        return "\n".join([texts.get(language, "mail.digest", params), *lines, "", link])

    telling = Telling(
        news=News(
            kind=Kind.REPORT,
            occasion=f"digest {event.since}",
            planned_at=now,
            useful_until=now + USEFUL,
            zone=zone_of(account.time_zone if account else "Europe/Kyiv"),
            keeps_quiet=False,
            channel=EMAIL,
        ),
        text=text,
        facts={"report": DIGEST},
        readers=lambda member: member.role == OWNER,
    )
    await tell_staff(tx, event.account_id, telling, house, now)


def _line(texts: Texts, language: str, line: DigestLine) -> str:
    params = {
        "day": _shown(line.day),
        "amount": f"{'-' if line.amount.amount < 0 else ''}{money(abs(line.amount.amount))} {line.amount.currency}",
        "register": line.register_name,
        "name": line.by_name,
        "reason": f"({line.reason})" if line.reason else "",
    }
    return " ".join(texts.get(language, f"mail.digest.{line.what}", params).split())


def _shown(day: str) -> str:
    return f"{date.fromisoformat(day):%d.%m.%Y}"
