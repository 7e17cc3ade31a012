"""Grant or decline what somebody asked for."""

from datetime import datetime
from uuid import UUID

from contracts.http.identity import MemberChangeBody
from contracts.identity import ActApproved
from contracts.permissions import Permission
from identity.domain.requests import APPROVAL_LIFE
from identity.errors import OwnRequest, RequestDecided
from identity.tables import AccessRequest, Membership
from kit import second_person
from kit.access import Member
from kit.db import Tx
from kit.errors import InvalidInput, NotFound

from .ask_for_access import tell_request
from .audit import Action, Actor, audit_request
from .change_member import change_member
from .confirm_danger import Reasons


async def grant_request(
    request_id: UUID, actor: Member, tx: Tx, now: datetime, *, expires_at: datetime | None, reasons: Reasons
) -> AccessRequest:
    """Give what was asked for, by the same rules as any change of a member; or approve the one act.

    Raises `NotFound`, `RequestDecided`, `OwnRequest`, `MissingPermission`, what `change_member` raises, `InvalidInput`
    for an end where locations are asked for, and `PersonRequired` for a program: its key may be the asker's own.
    """
    actor.caller.require_person()
    request, asker = await _to_decide(request_id, actor, tx, now)
    if request.act is not None:
        [permission] = request.permissions
        actor.require(permission)
        request.expires_at = now + APPROVAL_LIFE
        approved = ActApproved(
            account_id=request.account_id,
            version=1,
            approval_id=request.id,
            user_id=asker.user_id,
            permission=permission,
            act=request.act,
            approved_by=actor.caller.user_id,
            expires_at=request.expires_at,
        )
        tx.emit(approved)
        await second_person.copy_approval(approved, tx)
    else:
        actor.require(Permission.PERMISSIONS_EDIT)
        actor.require_fresh()  # as for the same change made without a request
        if expires_at is not None and (request.all_locations or request.location_ids):
            raise InvalidInput.of("/expires_at", "places_stay")
        change = _change(request, asker, expires_at)
        if change.model_fields_set:
            await change_member(asker.id, change, actor, tx, now, expected=None, reasons=reasons, keep_visits=True)
    _decide(request, "granted", actor, now)
    action: Action = "act.approved" if request.act else "request.granted"
    audit_request(action, request, Actor(actor.caller.user_id, actor.name), tx, now)
    tell_request(request, asker, (), tx)
    return request


async def decline_request(request_id: UUID, actor: Member, tx: Tx, now: datetime) -> AccessRequest:
    """Leave everything as it is. Raises `NotFound`, `RequestDecided`, `OwnRequest`, `MissingPermission`."""
    request, asker = await _to_decide(request_id, actor, tx, now)
    actor.require(request.permissions[0] if request.act else Permission.PERMISSIONS_EDIT)
    _decide(request, "declined", actor, now)
    audit_request("request.declined", request, Actor(actor.caller.user_id, actor.name), tx, now)
    tell_request(request, asker, (), tx)
    return request


async def _to_decide(request_id: UUID, actor: Member, tx: Tx, now: datetime) -> tuple[AccessRequest, Membership]:
    request = await tx.get(AccessRequest, (actor.account_id, request_id), with_for_update=True)
    if request is None:
        raise NotFound("access_request")
    asker = await tx.get_one(Membership, (actor.account_id, request.member_id))
    if asker.user_id == actor.caller.user_id:
        raise OwnRequest([name for name in actor.holders if name != actor.name])
    if request.state != "open" or request.expires_at <= now:
        raise RequestDecided(request.state if request.state != "open" else "expired")
    return request, asker


def _change(request: AccessRequest, asker: Membership, expires_at: datetime | None) -> MemberChangeBody:
    wanted: dict[str, object] = {}
    missing = sorted(set(request.permissions) - asker.permissions)
    if missing:
        wanted["permissions"] = dict.fromkeys(missing, True)
        if expires_at is not None:
            wanted["permission_expiries"] = dict.fromkeys(missing, expires_at)
    if request.all_locations:
        wanted["location_ids"] = None
    elif request.location_ids and asker.scope is not None:
        wanted["location_ids"] = sorted(asker.scope | set(request.location_ids))
    if wanted:
        wanted["confirmed"] = True  # the request names every right, and granting it is the answer to that
    return MemberChangeBody.model_validate(wanted)


def _decide(request: AccessRequest, state: str, actor: Member, now: datetime) -> None:
    request.state = state
    request.version += 1
    request.decided_at = now
    request.decided_by = actor.caller.user_id
    request.decided_by_name = actor.name
