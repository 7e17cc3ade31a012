"""Exchange a refresh token for its successor."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from identity import queries
from identity.domain import refresh
from identity.domain.refresh import Seen, Verdict
from identity.errors import RefreshTokenReused, SessionExpired
from identity.second_factor_tables import SecondFactor
from identity.sign_in_tables import RefreshToken, Session
from identity.tables import User
from kit.db import Tx
from kit.errors import Problem

from .end_sessions import end_sessions
from .open_session import OpenedSession, new_token
from .second_factor.judge_factor import factor_in_force


@dataclass(frozen=True)
class Refreshed:
    """The person and the continued session."""

    user: User
    opened: OpenedSession


async def refresh_session(token: str, tx: Tx, now: datetime, *, pepper: bytes) -> Refreshed | Problem:
    """Rotate the token. A used one ends its session, but for the moment in which parallel tabs send the same.

    Requests of one family queue at its session's row. A refusal is answered, not raised: the end must be committed.
    """
    found = await tx.scalar(
        select(Session)
        .join(RefreshToken, RefreshToken.session_id == Session.id)
        .where(RefreshToken.hash == refresh.hash_of(token))
        .with_for_update(of=Session)
    )
    if found is None:
        return SessionExpired()
    row = await tx.get_one(RefreshToken, refresh.hash_of(token))
    following = refresh.successor(token, row.salt, pepper)
    next_row = await tx.get(RefreshToken, refresh.hash_of(following))
    expires_at = refresh.session_end(found.created_at, is_staff=await queries.works_somewhere(tx, found.user_id))
    seen = Seen(
        used_at=row.used_at,
        is_successor_used=row.used_at is not None and (next_row is None or next_row.used_at is not None),
        session_ended=found.ended_at is not None,
        session_expires_at=expires_at,
    )
    match refresh.judge(seen, now):
        case Verdict.OVER:
            return SessionExpired()
        case Verdict.STOLEN:
            await end_sessions(found.user_id, [found.id], "refresh_token_reused", tx, now)
            return RefreshTokenReused()
        case Verdict.ROTATE:
            row.used_at = now
            tx.add(new_token(following, found.id, now))
        case Verdict.REPEAT:
            pass  # another tab was first; both get the same successor
    found.last_used_at, found.expires_at = now, expires_at
    factor = await factor_in_force(found.user_id, tx, now)
    opened = OpenedSession(found.id, following, expires_at, _still_confirmed(found, factor), factor is not None)
    return Refreshed(await tx.get_one(User, found.user_id), opened)


def _still_confirmed(session: Session, factor: SecondFactor | None) -> datetime | None:
    """A code from the SMS that was entered before the second factor was in force confirms nothing since."""
    since = None if factor is None else factor.effective_at
    is_outdated = since is not None and session.confirmed_at is not None and session.confirmed_at < since
    return None if is_outdated else session.confirmed_at
