"""Exchange a login code for a session."""

from dataclasses import dataclass
from datetime import datetime

from contracts.base import Language
from identity.tables import User
from kit.db import Tx
from kit.errors import Problem

from .judge_code import judge_code
from .open_session import OpenedSession, open_session
from .register_user import register_user


@dataclass(frozen=True)
class SignedIn:
    """The person and the session that was opened."""

    user: User
    opened: OpenedSession


async def sign_in(
    phone_e164: str,
    code: str,
    secret: str | None,
    device: str,
    tx: Tx,
    now: datetime,
    *,
    pepper: bytes,
    language: Language,
) -> SignedIn | Problem:
    """Open a session for whoever holds the phone's live code, and make the user at the first time.

    A refusal is answered, not raised: the try it cost must be committed.
    """
    refusal = await judge_code(phone_e164, code, secret, tx, now, pepper=pepper)
    if refusal is not None:
        return refusal
    user = await register_user(phone_e164, tx, now, language=language)
    return SignedIn(user, await open_session(user, device, tx, now))
