"""The code from the SMS: sent, waited for, traded for a session.

The phone and what was typed beside it travel in a signed cookie: addresses end up in histories and logs of others. So
does the secret that binds the code to this browser. A browser that signed in before is remembered by a mark: strangers
cannot use up its codes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from contracts.http.identity import LoginCodeBody, SecondStepBody, SignedInAnswer, SignInBody, StepUpBody
from gateway.clients import Refused

from .visit import Visit

_COOKIE = "code"
_DEVICE = "device"
_KEPT_S = 30 * 60
_TOO_SOON = 429
_TICKET = "second"
_TICKET_KEPT_S = 10 * 60
SECOND_STEP = "identity.second_factor_required"
"""The code from the SMS was right, and one of the second factor comes next."""


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
    entered = {
        "phone": phone,
        "code": code,
        "device": visit.device,
        "attempt": attempt or None,
        "device_token": visit.cookies.get(_DEVICE),
    }
    try:
        session = await visit.api.identity.sign_in(visit.body(SignInBody, entered))
    except Refused as refused:
        if refused.code == SECOND_STEP:
            visit.cookies.put(_TICKET, str(refused.problem["ticket"]), max_age_s=_TICKET_KEPT_S)
        raise
    _welcome(visit, session)


async def sign_in_second(visit: Visit, code: str) -> None:
    """Trade a code of the second factor for the session that waits for it. Raises `Refused`."""
    entered = {"ticket": visit.cookies.get(_TICKET) or "", "code": code, "device": visit.device}
    session = await visit.api.identity.sign_in_second(visit.body(SecondStepBody, entered))
    visit.cookies.drop(_TICKET)
    _welcome(visit, session)


def has_second_step(visit: Visit) -> bool:
    """Whether a sign-in of this browser waits for the second factor."""
    return visit.cookies.get(_TICKET) is not None


def keep_device(visit: Visit, token: str) -> None:
    """Let the browser keep what tells it apart from a new one."""
    visit.cookies.put(_DEVICE, token)


def _welcome(visit: Visit, session: SignedInAnswer) -> None:
    if session.device_token:
        keep_device(visit, session.device_token)
    visit.signed_in(session)


async def confirm(visit: Visit, code: str) -> None:
    """Trade the code for an access token that is good for dangerous acts. Raises `Refused`."""
    waiting = pending(visit)
    attempt = waiting.attempt if waiting is not None else ""
    fresh = await visit.api.identity.step_up(visit.body(StepUpBody, {"code": code, "attempt": attempt or None}))
    visit.confirmed(fresh)
