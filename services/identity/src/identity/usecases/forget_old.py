"""Drop what has lost its use: codes, sessions and frozen addresses."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func

from identity.domain import codes, guard, vanity
from identity.second_factor_tables import WaitingSignIn
from identity.sign_in_tables import LoginCode, LoginPhone, LoginSend, Session, UsedCaptcha
from identity.tables import VanityAddress, VisitCopy
from kit.db import Tx

KEEP_CODES = timedelta(days=7)
KEEP_VISITS = timedelta(days=2)
KEEP_ENDED_SESSIONS = timedelta(days=30)


async def forget_old(tx: Tx, now: datetime) -> None:
    """Delete rows whose time has passed. Needs a transaction of the system."""
    await tx.execute(delete(LoginCode).where(LoginCode.created_at < now - KEEP_CODES))
    last_sent = LoginPhone.sent_at[func.cardinality(LoginPhone.sent_at)]
    await tx.execute(delete(LoginPhone).where(last_sent < now - codes.LONGEST_SPAN))
    await tx.execute(delete(LoginSend).where(LoginSend.at < now - guard.DAY))
    await tx.execute(delete(WaitingSignIn).where(WaitingSignIn.expires_at < now))
    await tx.execute(delete(UsedCaptcha).where(UsedCaptcha.expires_at < now))
    before = now - KEEP_ENDED_SESSIONS
    await tx.execute(delete(Session).where((Session.expires_at < before) | (Session.ended_at < before)))
    await tx.execute(delete(VisitCopy).where(VisitCopy.ends_at < now - KEEP_VISITS))
    await tx.execute(delete(VanityAddress).where(VanityAddress.released_at < now - vanity.FROZEN))
