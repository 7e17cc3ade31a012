"""Tell the old phone of a person that another one is to take its place."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from contracts.identity import PhoneChangeRequested
from kit import telemetry
from kit.db import Tx
from kit.secrets import SecretBox
from kit.texts import Texts
from kit.wakeups import notify
from notifications.tables import LoginCodeMessage

from .queue_login_code import WAKE_CHANNEL, sealed_for


async def queue_phone_notice(
    event: PhoneChangeRequested, tx: Tx, *, texts: Texts, box: SecretBox, now: datetime
) -> None:
    """It goes the way of login codes: at once, through the platform's own account, and not after the change."""
    told = {"phone": event.new_phone_masked, "domain": event.domain}
    text = texts.get(event.language, "sms.phone_change", told)
    is_over = event.effective_at <= now
    row = insert(LoginCodeMessage).values(
        attempt_id=event.change_id,
        version=event.version,
        phone_e164=event.old_phone_e164,
        sealed_text=None if is_over else box.seal(text, sealed_for(event.change_id)),
        expires_at=event.effective_at,
        state="expired" if is_over else "planned",
        reason_code="expired" if is_over else None,
        due_at=None if is_over else now,
        trace=telemetry.carry(),
        created_at=now,
    )
    await tx.execute(row.on_conflict_do_nothing())
    await notify(tx, WAKE_CHANNEL)
