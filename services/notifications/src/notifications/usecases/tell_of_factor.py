"""Tell a person what happened to their second factor, on every way that reaches them.

The SMS alone would tell it to a thief of the phone's number: mail, chat and browsers hear of it too.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from contracts.identity import SecondFactorChanged
from kit import telemetry
from kit.db import Tx
from kit.secrets import SecretBox
from kit.tables import MemberCopy
from kit.texts import Texts
from kit.wakeups import notify
from notifications.domain.channels import EMAIL, TELEGRAM, WEB_PUSH
from notifications.domain.facts import Kind
from notifications.domain.staff_news import News
from notifications.rules import House
from notifications.situation import zone_of
from notifications.tables import AccountCopy, LoginCodeMessage

from .queue_login_code import WAKE_CHANNEL, sealed_for
from .tell_staff import Telling, tell_staff

USEFUL = timedelta(hours=24)
BESIDE_SMS = (EMAIL, TELEGRAM, WEB_PUSH)


async def tell_of_factor(
    event: SecondFactorChanged, tx: Tx, *, texts: Texts, box: SecretBox, house: House, now: datetime
) -> None:
    """Once per channel, at any hour. Needs a transaction of the system."""
    is_later = event.change == "set_up" and event.effective_at is not None and event.effective_at > event.at
    key = f"sms.second_factor.{event.change}{'_later' if is_later else ''}"
    told = {"domain": event.domain}
    await _queue_sms(event, texts.get(event.language, key, told), tx, box, now)
    of_person = select(MemberCopy).where(MemberCopy.user_id == event.user_id, MemberCopy.is_active)
    place = (await tx.scalars(of_person.order_by(MemberCopy.account_id).limit(1))).first()
    if place is None:
        return
    account = await tx.get(AccountCopy, place.account_id)
    for channel in BESIDE_SMS:
        news = News(
            Kind.SECURITY,
            f"second factor {event.change_id} {channel}",
            now,
            event.at + USEFUL,
            zone_of(account.time_zone if account else "Europe/Kyiv"),
            keeps_quiet=False,
            channel=channel,
        )
        telling = Telling(
            news,
            lambda language: texts.get(language, key, told),
            readers=lambda member: member.user_id == event.user_id,
        )
        await tell_staff(tx, place.account_id, telling, house, now)


async def _queue_sms(event: SecondFactorChanged, text: str, tx: Tx, box: SecretBox, now: datetime) -> None:
    """The way of login codes: at once, through the platform's own account."""
    is_over = event.at + USEFUL <= now
    row = insert(LoginCodeMessage).values(
        attempt_id=event.change_id,
        version=event.version,
        phone_e164=event.phone_e164,
        sealed_text=None if is_over else box.seal(text, sealed_for(event.change_id)),
        expires_at=event.at + USEFUL,
        state="expired" if is_over else "planned",
        reason_code="expired" if is_over else None,
        due_at=None if is_over else now,
        trace=telemetry.carry(),
        created_at=now,
    )
    await tx.execute(row.on_conflict_do_nothing())
    await notify(tx, WAKE_CHANNEL)
