"""What a member may do with a booking now, and for the rest why not and who could change that."""

from __future__ import annotations

from booking import words
from booking.domain.lifecycle import Act, State, is_possible
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
    return [_action(act, visit, member) for act in Act]


def _action(act: Act, visit: Visit, member: Member) -> Action:
    state = State(visit.booking.state)
    if not is_possible(act, state):
        return Action(action=act, allowed=False, reason=_reason("booking.wrong_state", action=act, state=state))
    needed = [PERMISSIONS[act]]
    if act is Act.CANCEL and visit.booking.payment_state == "settled":
        needed.append(Permission.BOOKING_CANCEL_PAID)
    for permission in needed:
        if not member.may(permission):
            holders = list(member.holders)
            reason = _reason("access.missing_permission", permission=permission, holders=holders)
            return Action(action=act, allowed=False, reason=reason, permission=permission, holders=holders)
    return Action(action=act, allowed=True)


def _reason(code: str, **params: object) -> Reason:
    language = context.current().language
    fix = words.TEXTS.find(language, f"{code}.fix", params)
    return Reason(
        code=code,
        text=words.TEXTS.find(language, f"{code}.detail", params) or words.TEXTS.get(language, code, params),
        fix=Fix(text=fix, url=f"/help/{code}") if fix else None,
    )
