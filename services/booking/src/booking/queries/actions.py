"""What a member may do with a booking now, and for the rest why not and who could change that."""

from __future__ import annotations

from collections.abc import Iterable

from booking import words
from booking.domain.lifecycle import ACTIVE, CANCELLED, Act, Payment, State, is_possible
from booking.queries.visits import Visit
from contracts.http.booking import Action, Fix, Reason
from contracts.permissions import Permission
from kit import context
from kit.access import Member

PERMISSIONS = {
    Act.CONFIRM: Permission.BOOKING_CREATE,
    Act.ARRIVE: Permission.BOOKING_CREATE,
    Act.COMPLETE: Permission.BOOKING_CREATE,
    Act.NO_SHOW: Permission.BOOKING_CREATE,
    Act.CANCEL: Permission.BOOKING_CANCEL,
    Act.RESCHEDULE: Permission.BOOKING_RESCHEDULE,
    Act.EDIT_PRICE: Permission.BOOKING_EDIT_PRICE,
}


def actions_of(visit: Visit, member: Member) -> list[Action]:
    """Every act, allowed or with the reason against it: first the booking's state, then the member's rights."""
    away = "delete" if visit.booking.deleted_at is None else "restore"
    return [*(_action(act, visit, member) for act in Act), _by_right(away, needed_to_put_away(visit), member)]


def needed_to_cancel(visit: Visit) -> list[Permission]:
    """What is settled needs a right of its own; a visit that costs nothing is settled too."""
    needed = [Permission.BOOKING_CANCEL]
    if visit.booking.payment_state == Payment.SETTLED:
        needed.append(Permission.BOOKING_CANCEL_PAID)
    return needed


def needed_to_put_away(visit: Visit) -> list[Permission]:
    """Who may only cancel puts away what could be cancelled or was: never a visit that took place or was missed."""
    booking = visit.booking
    state, is_settled = State(booking.state), booking.payment_state == Payment.SETTLED
    needed = [Permission.BOOKING_CANCEL]
    if booking.paid > 0 or is_settled or state not in ACTIVE | CANCELLED:
        needed.append(Permission.BOOKING_DELETE_PAID)
    if is_settled and state in ACTIVE:
        needed.append(Permission.BOOKING_CANCEL_PAID)
    return needed


def _action(act: Act, visit: Visit, member: Member) -> Action:
    state = State(visit.booking.state)
    if not is_possible(act, state):
        return Action(action=act, allowed=False, reason=_reason("booking.wrong_state", action=act, state=state))
    return _by_right(act, needed_to_cancel(visit) if act is Act.CANCEL else [PERMISSIONS[act]], member)


def _by_right(act: str, needed: Iterable[Permission], member: Member) -> Action:
    for permission in needed:
        if not member.may(permission):
            holders = list(member.holders)
            reason = _reason("access.missing_permission", permission=permission, holders=holders)
            return Action(action=act, allowed=False, reason=reason, permission=permission, holders=holders)
    return Action(action=act, allowed=True)


def _reason(code: str, **params: object) -> Reason:
    language = context.current().language
    if "permission" in params:
        named = words.TEXTS.find(language, f"permission.{params['permission']}")
        params["permission"] = named or params["permission"]
    fix = words.TEXTS.find(language, f"{code}.fix", params)
    return Reason(
        code=code,
        text=words.TEXTS.find(language, f"{code}.detail", params) or words.TEXTS.get(language, code, params),
        fix=Fix(text=fix, url=f"/help/{code}") if fix else None,
    )
