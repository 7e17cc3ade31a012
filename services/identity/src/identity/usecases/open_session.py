"""Open a session on a device."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from identity import queries
from identity.domain import refresh
from identity.sign_in_tables import RefreshToken, Session
from identity.tables import User
from kit.db import Tx
from kit.ids import new_id

from .second_factor.judge_factor import factor_in_force


@dataclass(frozen=True)
class OpenedSession:
    """What the device gets: the refresh token is nowhere else in clear."""

    session_id: UUID
    refresh_token: str
    expires_at: datetime
    confirmed_at: datetime | None
    has_second_factor: bool


async def open_session(user: User, device: str, tx: Tx, now: datetime, *, is_confirmed: bool = True) -> OpenedSession:
    """A new session of the user with its first refresh token; unconfirmed it is no good for dangerous acts."""
    confirmed_at = now if is_confirmed else None
    session_id, token = new_id(), refresh.first_token()
    expires_at = refresh.session_end(now, is_staff=await queries.works_somewhere(tx, user.id))
    tx.add(
        Session(
            id=session_id,
            user_id=user.id,
            device=device,
            created_at=now,
            last_used_at=now,
            confirmed_at=confirmed_at,
            expires_at=expires_at,
        )
    )
    await tx.flush()
    tx.add(new_token(token, session_id, now))
    has_factor = await factor_in_force(user.id, tx, now) is not None
    return OpenedSession(session_id, token, expires_at, confirmed_at, has_factor)


def new_token(token: str, session_id: UUID, now: datetime) -> RefreshToken:
    """The row of a token."""
    salt = secrets.token_bytes(refresh.SALT_BYTES)
    return RefreshToken(hash=refresh.hash_of(token), session_id=session_id, salt=salt, issued_at=now)
