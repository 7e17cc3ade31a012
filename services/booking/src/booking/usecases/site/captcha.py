"""Who books without signing in shows that they are no machine; one answer opens one booking."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from booking.domain import puzzle
from booking.errors import CaptchaNeeded
from booking.records import CaptchaUsed, ServiceKey
from kit.db import Tx

LIFE = timedelta(minutes=20)


async def new_challenge(tx: Tx, now: datetime) -> puzzle.Puzzle:
    """A puzzle that nobody had before."""
    return puzzle.make(await _key(tx), secrets.token_hex(12), secrets.randbelow(puzzle.HARDEST + 1), now + LIFE)


async def require_answer(tx: Tx, written: str | None, now: datetime) -> None:
    """Raise `CaptchaNeeded` unless the answer is right, in time and new. It is used up with this transaction."""
    if not written:
        raise CaptchaNeeded("missing")
    solved = puzzle.judge(await _key(tx), written, now)
    if isinstance(solved, str):
        raise CaptchaNeeded(solved)
    used = insert(CaptchaUsed).values(challenge=solved.challenge, expires_at=solved.expires_at)
    claimed = await tx.execute(used.on_conflict_do_nothing().returning(CaptchaUsed.challenge))
    if claimed.first() is None:
        raise CaptchaNeeded("used")


async def forget_used(tx: Tx, now: datetime) -> None:
    """Answers that are too old anyway need not be remembered."""
    await tx.execute(delete(CaptchaUsed).where(CaptchaUsed.expires_at <= now))


async def _key(tx: Tx) -> bytes:
    return (await tx.get_one(ServiceKey, "captcha")).key
