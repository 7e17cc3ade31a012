"""Send a refused person's wish to whoever can fulfil it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from contracts.http.access import AccessRequestBody
from contracts.identity import AccessRequested
from identity.domain.requests import WAITS
from identity.roles import EVERYTHING
from identity.tables import AccessRequest, Membership
from kit.access import GRANTING_PERMISSION, Member
from kit.db import Tx
from kit.errors import FieldError, InvalidInput, NotFound

from .audit import Actor, audit_request
from .members import check_locations

MOST_OPEN = 20


async def ask_for_access(command: AccessRequestBody, actor: Member, tx: Tx, now: datetime) -> AccessRequest:
    """The request, or the one like it that waits already.

    Raises `InvalidInput` for rights and locations that do not exist and past the limit of open requests, `NotFound`
    for somebody to ask who is no member.
    """
    wrong = [FieldError("/permissions", "permission", {}) for key in command.permissions if key not in EVERYTHING]
    if wrong:
        raise InvalidInput(wrong)
    if command.act is not None and len(command.permissions) != 1:
        raise InvalidInput.of("/permissions", "one_permission")
    await check_locations(frozenset(command.location_ids), actor.account_id, tx)
    deciding = await who_can_decide(actor, tx, command.permissions if command.act else (GRANTING_PERMISSION,))
    if command.to is not None and command.to not in {member.id for member in deciding}:
        raise NotFound("member")
    own = await _own(actor, tx)
    waiting = select(AccessRequest).where(AccessRequest.member_id == own.id, AccessRequest.state == "open")
    for request in await tx.scalars(waiting.with_for_update()):
        if _is_same(request, command) and request.expires_at > now:
            return request
    if (await tx.scalar(select(func.count()).select_from(waiting.subquery())) or 0) >= MOST_OPEN:
        raise InvalidInput.of("", "too_many_requests", max=MOST_OPEN)
    request = AccessRequest(
        account_id=actor.account_id,
        version=1,
        member_id=own.id,
        member_name=actor.name,
        asked_member_id=command.to,
        rule=command.rule,
        permissions=sorted(command.permissions),
        location_ids=sorted(command.location_ids),
        all_locations=command.all_locations,
        act=command.act,
        note=command.note,
        state="open",
        created_at=now,
        expires_at=now + WAITS,
    )
    tx.add(request)
    await tx.flush()
    audit_request("request.made", request, Actor(actor.caller.user_id, actor.name), tx, now)
    asked = [member for member in deciding if command.to in (None, member.id)]
    tell_request(request, own, asked, tx)
    return request


async def who_can_decide(actor: Member, tx: Tx, permissions: Iterable[str]) -> list[Membership]:
    """Members but the actor who hold the rights that a decision needs."""
    active = select(Membership).where(Membership.account_id == actor.account_id, Membership.removed_at.is_(None))
    needed = frozenset(permissions)
    members = (await tx.scalars(active.order_by(Membership.added_at))).all()
    return [one for one in members if one.user_id != actor.caller.user_id and needed <= one.permissions]


def tell_request(request: AccessRequest, asker: Membership, deciding: Iterable[Membership], tx: Tx) -> None:
    """Say how a request stands."""
    tx.emit(
        AccessRequested(
            account_id=request.account_id,
            version=request.version,
            request_id=request.id,
            rule=request.rule,
            permissions=tuple(request.permissions),
            location_ids=tuple(request.location_ids),
            all_locations=request.all_locations,
            act=request.act,
            note=request.note,
            state=request.state,
            asked_by=asker.user_id,
            asked_by_name=request.member_name,
            ask_user_ids=tuple(member.user_id for member in deciding),
            expires_at=request.expires_at,
        )
    )


async def _own(actor: Member, tx: Tx) -> Membership:
    mine = select(Membership).where(
        Membership.account_id == actor.account_id,
        Membership.user_id == actor.caller.user_id,
        Membership.removed_at.is_(None),
    )
    found = (await tx.scalars(mine)).first()
    if found is None:
        raise NotFound("member")
    return found


def _is_same(request: AccessRequest, command: AccessRequestBody) -> bool:
    return (request.permissions, request.location_ids, request.all_locations, request.act, request.asked_member_id) == (
        sorted(command.permissions),
        sorted(command.location_ids),
        command.all_locations,
        command.act,
        command.to,
    )
