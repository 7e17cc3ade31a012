"""What a kept time has become in this browser: who goes back sees the booking, not an offer to book it once more."""

from __future__ import annotations

from gateway.pages.visit import Visit

from .choice import Choice

_COOKIE = "booked"
_KEPT_S = 60 * 60


def done_address(choice: Choice, code: str) -> str:
    """Where a visit is shown once it is booked; inside a frame of another site that is a page of the same firm."""
    return f"/{choice.vanity}/done/{code}?embed=1" if choice.embed else f"/b/{code}?new=1"


def remember(visit: Visit, choice: Choice, code: str) -> None:
    """The time that `choice` kept is booked under this code."""
    kept = {"hold": str(choice.hold_id), "code": code}
    visit.cookies.put(_COOKIE, visit.seals.close(_COOKIE, kept), max_age_s=_KEPT_S)


def found(visit: Visit, choice: Choice) -> str | None:
    """Where the booking is that the kept time of `choice` has become; none where it has not become one."""
    if choice.hold_id is None:
        return None
    kept = visit.seals.open(_COOKIE, visit.cookies.get(_COOKIE), max_age_s=_KEPT_S)
    if not isinstance(kept, dict) or kept.get("hold") != str(choice.hold_id):
        return None
    return done_address(choice, str(kept.get("code")))
