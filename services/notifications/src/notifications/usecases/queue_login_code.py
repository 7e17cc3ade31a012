"""Write down the SMS with a login code; the sender picks it up in the same moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from contracts.identity import LoginCodeRequested
from kit import telemetry
from kit.db import Tx
from kit.secrets import SecretBox
from kit.texts import Texts
from kit.wakeups import notify
from notifications.tables import LoginCodeMessage

WAKE_CHANNEL = "login_codes"


async def queue_login_code(event: LoginCodeRequested, tx: Tx, *, texts: Texts, box: SecretBox, now: datetime) -> None:
    """One row per attempt and version; a code that is over already is only noted as such.

    The last line binds the code to its origin (`@domain #code`), so that a phone offers it to that site alone.
    """
    # A provider drops the same text to the same phone within 90 s, so a code that is sent again says so.
    key = "sms.login_code" if event.version % 2 else "sms.login_code_again"
    words = texts.get(event.language, key, {"code": event.code})
    text = f"{words}\n\n@{event.domain} #{event.code}"
    is_over = event.expires_at <= now
    row = insert(LoginCodeMessage).values(
        attempt_id=event.attempt_id,
        version=event.version,
        phone_e164=event.phone_e164,
        sealed_text=None if is_over else box.seal(text, sealed_for(event.attempt_id)),
        expires_at=event.expires_at,
        state="expired" if is_over else "planned",
        reason_code="expired" if is_over else None,
        due_at=None if is_over else now,
        trace=telemetry.carry(),
        created_at=now,
    )
    await tx.execute(row.on_conflict_do_nothing())
    await notify(tx, WAKE_CHANNEL)


def sealed_for(attempt_id: object) -> str:
    """What the sealed text belongs to."""
    return f"login-code:{attempt_id}"
