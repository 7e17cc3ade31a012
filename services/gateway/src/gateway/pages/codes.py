"""The code from the SMS: sent, waited for, traded for a session.

The phone and what was typed beside it travel in a signed cookie: addresses end up in histories and logs of others. So
does the secret that binds the code to this browser. A browser that signed in before is remembered by a mark: strangers
cannot use up its codes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from contracts.http.identity import LoginCodeBody, SignInBody, StepUpBody
from gateway.clients import Refused

from .visit import Visit

_COOKIE = "code"
_DEVICE = "device"
_KEPT_S = 30 * 60
_TOO_SOON = 429


@dataclass(frozen=True)
class Pending:
    """A sign-in under way; `name` and `comment` belong to the booking it is for."""

    phone: str
    resend_at: str = ""
    name: str = ""
    comment: str = ""
    attempt: str = ""

    @property
    def resend(self) -> datetime | None:
        """From when another code may be asked for."""
        return datetime.fromisoformat(self.resend_at) if self.resend_at else None


def pending(visit: Visit) -> Pending | None:
    """The sign-in under way in this browser."""
    kept = visit.seals.open("code", visit.cookies.get(_COOKIE), max_age_s=_KEPT_S)
    return Pending(**kept) if isinstance(kept, dict) else None


def remember(visit: Visit, state: Pending) -> None:
    """Keep it in the browser."""
    visit.cookies.put(_COOKIE, visit.seals.close("code", asdict(state)), max_age_s=_KEPT_S)


def done(visit: Visit) -> None:
    """Forget it."""
    visit.cookies.drop(_COOKIE)


async def send(
    visit: Visit, phone: str, *, name: str = "", comment: str = "", page: str | None = None, captcha: str | None = None
) -> None:
    """Have a code sent and remember for whom. `page` is the address of the firm, `captcha` a solved puzzle.

    Raises `Refused`; but when a code went to the same phone a moment ago, that one is still good and is waited for.
    """
    before = pending(visit)
    attempt = before.attempt if before is not None and before.phone == phone else ""
    asked = {
        "phone": phone,
        "bound": True,
        "attempt": attempt or None,
        "device_token": visit.cookies.get(_DEVICE),
        "page": page,
        "captcha": captcha,
    }
    try:
        answer = await visit.api.identity.ask_for_code(visit.body(LoginCodeBody, asked))
        resend_at, attempt = answer.resend_at.isoformat(), answer.attempt or ""
    except Refused as refused:
        if refused.status != _TOO_SOON or before is None or before.phone != phone:
            raise
        resend_at = before.resend_at
    remember(visit, Pending(phone, resend_at, name, comment, attempt))


async def sign_in(visit: Visit, phone: str, code: str) -> None:
    """Trade the code for a session of this browser. Raises `Refused`."""
    waiting = pending(visit)
    attempt = waiting.attempt if waiting is not None and waiting.phone == phone else ""
    entered = {"phone": phone, "code": code, "device": visit.device, "attempt": attempt or None}
    body = visit.body(SignInBody, entered)
    session = await visit.api.identity.sign_in(body)
    if session.device_token:
        visit.cookies.put(_DEVICE, session.device_token)
    visit.signed_in(session)


async def confirm(visit: Visit, code: str) -> None:
    """Trade the code for an access token that is good for dangerous acts. Raises `Refused`."""
    waiting = pending(visit)
    attempt = waiting.attempt if waiting is not None else ""
    fresh = await visit.api.identity.step_up(visit.body(StepUpBody, {"code": code, "attempt": attempt or None}))
    visit.confirmed(fresh)
