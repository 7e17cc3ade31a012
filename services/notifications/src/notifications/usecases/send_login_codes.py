"""Hand login codes to the platform's own TurboSMS account: at once, and never past their end."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, update

from kit import telemetry
from kit.db import Database
from kit.ids import new_id
from kit.loops import outlast
from kit.secrets import SecretBox
from notifications.clock import Clock
from notifications.domain.login_codes import pause_before_retry
from notifications.domain.outcomes import Accepted, ErrorClass, NotSent, Outcome, Refused, Unknown
from notifications.measures import LOGIN_CODES, Measures
from notifications.providers import OutgoingSms, SmsProvider
from notifications.tables import LoginCodeMessage

from .queue_login_code import sealed_for

log = structlog.get_logger("login_codes")


@dataclass(frozen=True)
class ClaimedCode:
    """A code that this process alone may send now."""

    attempt_id: UUID
    version: int
    claim_id: UUID
    phone_e164: str
    text: str
    attempts: int
    expires_at: datetime
    trace: dict[str, str]

    @property
    def lane(self) -> Hashable:
        """All codes share their slots."""
        return "login codes"


@dataclass(frozen=True)
class LoginCodeSender:
    """Claim and commit, call, record and commit."""

    db: Database
    clock: Clock
    provider: SmsProvider
    sender_name: str
    box: SecretBox
    lease_s: float
    measures: Measures

    async def claim(self, room: int, _: frozenset[Hashable]) -> Sequence[ClaimedCode]:
        """Take what is due; end what is over, and what a dead sender left: nobody knows whether that went out."""
        row = LoginCodeMessage
        async with self.db.system_tx() as tx:
            now = await self.clock.now(tx)
            await tx.execute(
                update(row)
                .where(row.state == "sending", row.leased_until <= now)
                .values(state="unknown", reason_code="unknown_outcome", leased_until=None, sealed_text=None)
            )
            await tx.execute(
                update(row)
                .where(row.state == "planned", row.due_at.is_not(None), row.expires_at <= now)
                .values(state="expired", reason_code="expired", due_at=None, sealed_text=None)
            )
            due = await tx.scalars(
                select(row).where(row.due_at <= now).order_by(row.due_at).limit(room).with_for_update(skip_locked=True)
            )
            claims = [self._claimed(code, now) for code in due]
        return [claim for claim in claims if claim is not None]

    def _claimed(self, code: LoginCodeMessage, now: datetime) -> ClaimedCode | None:
        text = self._text(code)
        if text is None:  # it must not hold up the codes of others
            code.state, code.reason_code, code.due_at, code.sealed_text = "failed", "provider_rejected", None, None
            log.error("a login code that cannot be opened", attempt_id=str(code.attempt_id))
            return None
        code.state, code.due_at = "sending", None
        code.claim_id, code.attempts = new_id(), code.attempts + 1
        code.leased_until = now + timedelta(seconds=self.lease_s)
        return ClaimedCode(
            code.attempt_id,
            code.version,
            code.claim_id,
            code.phone_e164,
            text,
            code.attempts,
            code.expires_at,
            code.trace,
        )

    def _text(self, code: LoginCodeMessage) -> str | None:
        try:
            return self.box.open(code.sealed_text, sealed_for(code.attempt_id)) if code.sealed_text else None
        except ValueError:
            return None

    async def work(self, claim: ClaimedCode) -> None:
        """Send and write down what came of it."""
        with telemetry.continued(claim.trace, "send login code"):
            sms = OutgoingSms(0, claim.phone_e164, self.sender_name, claim.text)
            with self.measures.call(LOGIN_CODES):
                outcome = await self.provider.send(sms)
            self.measures.count(LOGIN_CODES, outcome)
            await outlast(lambda: self._record(claim, outcome), self.lease_s)

    async def _record(self, claim: ClaimedCode, outcome: Outcome) -> None:
        async with self.db.system_tx() as tx:
            now = await self.clock.now(tx)
            code = (
                await tx.scalars(
                    select(LoginCodeMessage)
                    .where(
                        LoginCodeMessage.attempt_id == claim.attempt_id,
                        LoginCodeMessage.version == claim.version,
                        LoginCodeMessage.claim_id == claim.claim_id,
                        LoginCodeMessage.state.in_(("sending", "unknown")),
                    )
                    .with_for_update()
                )
            ).first()
            if code is None:
                log.warning("an answer for a login code that has moved on", attempt_id=str(claim.attempt_id))
                return
            code.leased_until = None
            # Past its lease the text is gone: then what came of it can be written down, and no more.
            pause = pause_before_retry(outcome, claim.attempts) if code.sealed_text else None
            if pause is not None and now + pause < code.expires_at:
                code.state, code.due_at = "planned", now + pause
            else:
                code.sealed_text = None
                _end(code, outcome, now)
            code.provider_error = None if isinstance(outcome, Accepted) else _said(outcome)
        log.info(
            "login code handed over" if code.state == "sent" else "login code not handed over",
            state=code.state,
            reason=code.reason_code,
            provider_error=code.provider_error,
            attempts=claim.attempts,
        )


def _end(code: LoginCodeMessage, outcome: Outcome, now: datetime) -> None:
    match outcome:
        case Accepted(message_id):
            code.state, code.sent_at, code.provider_message_id = "sent", now, message_id
        case Refused(error=ErrorClass.DUPLICATE):
            code.state, code.sent_at = "sent", now
        case Unknown():
            code.state, code.reason_code = "unknown", "unknown_outcome"
        case _:
            code.state, code.reason_code = "failed", "provider_rejected"


def _said(outcome: Refused | NotSent | Unknown) -> str:
    return outcome.cause if isinstance(outcome, NotSent) else outcome.said
