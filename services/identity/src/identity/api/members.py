"""Members of an account and their rights."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from contracts.base import Language
from contracts.http.identity import (
    MemberAnswer,
    MemberBody,
    MemberChangeBody,
    MembersAnswer,
    PermissionAnswer,
    PermissionsAnswer,
    RoleAnswer,
)
from contracts.identity import VisitsChoice
from contracts.permissions import Permission
from identity import queries
from identity.domain import grants
from identity.roles import DANGEROUS, EVERYTHING, MARKABLE, PRESETS
from identity.tables import LocationCopy, Membership, User
from identity.usecases.add_member import add_member
from identity.usecases.change_member import change_member
from identity.usecases.register_user import register_user
from identity.usecases.remove_member import remove_member
from identity.usecases.restore_member import restore_member
from identity.wiring import WiringDep
from kit import context
from kit.access import Member
from kit.db import Database, Tx
from kit.edge import DbDep, MemberDep
from kit.errors import FieldError, InvalidInput
from kit.freshness import wait_for_copy
from kit.idempotency import OnceDep
from kit.messaging import now_utc
from kit.second_person import Safeguard, SafeguardDep
from kit.texts import Texts

from .answers import member_answer
from .etags import ExpectedVersionDep, set_etag
from .phones import allowed_phone
from .words import WordsDep

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["Members and rights"])

_RIGHTS = {"role", "permissions", "location_ids", "permission_expiries", "ends_at"}
OnConflict = Annotated[
    Literal["keep"] | None, Query(description="What to do about clients who are awaited: keep their visits.")
]
_NEEDED: dict[str, tuple[Permission, ...]] = {
    "move": (Permission.BOOKING_RESCHEDULE,),
    "cancel": (Permission.BOOKING_CANCEL, Permission.BOOKING_CANCEL_PAID),
}
"""Rights over the visits, beside the one to remove: some of them may be paid, which only the calendar knows."""
_STALE: dict[int | str, dict[str, Any]] = {412: {"description": "Somebody changed the member meanwhile"}}


@router.get("/members", operation_id="list_members")
async def get_members(
    account_id: UUID,
    member: MemberDep,
    db: DbDep,
    with_removed: Annotated[bool, Query(description="Former members too.")] = False,
) -> MembersAnswer:
    """Everybody who works in the account."""
    async with db.tx(account_id) as tx:
        found = await queries.members(tx, with_removed=with_removed)
    return MembersAnswer(items=tuple(_seen_by(member, membership, user) for membership, user in found))


@router.post(
    "/members",
    status_code=201,
    response_model=MemberAnswer,
    operation_id="add_member",
    responses={
        403: {"description": "Right missing, or more granted than held"},
        409: {"description": "A member already, or a former one to be restored"},
    },
)
async def post_member(
    account_id: UUID,
    body: MemberBody,
    member: MemberDep,
    db: DbDep,
    wiring: WiringDep,
    once: OnceDep,
    guard: SafeguardDep,
    words: WordsDep,
) -> Response:
    """Add a person by phone; somebody unknown signs in later with a code."""
    member.require(Permission.STAFF_EDIT)
    if body.permissions or body.permission_expiries or body.ends_at:
        member.require(Permission.PERMISSIONS_EDIT)
    member.require_fresh()
    _check_keys(body.permissions)
    phone_e164 = allowed_phone(body.phone, wiring.settings)
    await wait_for_locations(db, account_id, body.location_ids)
    async with db.system_tx() as tx:
        # A person is nobody's row, so the account's own transaction could neither find nor make one.
        language = cast(Language, context.current().language)
        user = await register_user(phone_e164, tx, now_utc(), language=language)
    async with db.tx(account_id) as tx:

        async def add() -> MemberAnswer:
            await _check_alone(guard, member, body, tx)
            added = await add_member(body, user.id, member, tx, now_utc(), reasons=words.of_danger)
            return _seen_by(member, *added)

        return await once.run(tx, add)


@router.patch(
    "/members/{member_id}",
    operation_id="change_member",
    responses={
        403: {"description": "Right missing, or more granted than held"},
        409: {"description": "The last owner stays"},
        **_STALE,
    },
)
async def patch_member(
    account_id: UUID,
    member_id: UUID,
    body: MemberChangeBody,
    member: MemberDep,
    db: DbDep,
    response: Response,
    expected: ExpectedVersionDep,
    guard: SafeguardDep,
    words: WordsDep,
    on_conflict: OnConflict = None,
) -> MemberAnswer:
    """Change name and column with the right to edit staff; role, rights and scope with the right to edit rights."""
    if body.model_fields_set & _RIGHTS:
        member.require(Permission.PERMISSIONS_EDIT)
        member.require_fresh()
    if body.model_fields_set - _RIGHTS - {"confirmed"} or not body.model_fields_set:
        member.require(Permission.STAFF_EDIT)
    _check_keys(body.permissions)
    await wait_for_locations(db, account_id, body.location_ids)
    async with db.tx(account_id) as tx:
        now = now_utc()
        if body.model_fields_set & _RIGHTS:
            await _check_alone(guard, member, body, tx)
        membership, user = await change_member(
            member_id,
            body,
            member,
            tx,
            now,
            expected=expected,
            reasons=words.of_danger,
            keep_visits=on_conflict == "keep",
        )
    set_etag(response, membership.version)
    return _seen_by(member, membership, user)


@router.delete(
    "/members/{member_id}",
    operation_id="remove_member",
    responses={409: {"description": "The last owner stays, or clients are awaited"}, **_STALE},
)
async def delete_member(
    account_id: UUID,
    member_id: UUID,
    member: MemberDep,
    db: DbDep,
    expected: ExpectedVersionDep,
    guard: SafeguardDep,
    on_conflict: Annotated[
        VisitsChoice | None, Query(description="What becomes of the visits of clients who are awaited.")
    ] = None,
) -> MemberAnswer:
    """End a membership; it can be restored with everything that belonged to it.

    While clients are awaited at the person, 409 lists their visits until `on_conflict` says what becomes of them.
    """
    member.require(Permission.STAFF_DELETE)
    for permission in _NEEDED.get(on_conflict or "keep", ()):
        member.require(permission)
    async with db.tx(account_id) as tx:
        now = now_utc()
        await guard.check(member, Permission.STAFF_DELETE, tx, now)
        removed = await remove_member(member_id, member, tx, now, expected=expected, visits=on_conflict)
        return _seen_by(member, *removed)


@router.post("/members/{member_id}/restore", operation_id="restore_member")
async def post_restore(account_id: UUID, member_id: UUID, member: MemberDep, db: DbDep) -> MemberAnswer:
    """Bring a removed member back as they were."""
    member.require(Permission.STAFF_RESTORE)
    async with db.tx(account_id) as tx:
        return _seen_by(member, *await restore_member(member_id, member, tx, now_utc()))


@router.get("/permissions", operation_id="list_permissions")
async def get_permissions(
    account_id: UUID,  # noqa: ARG001 - named for the OpenAPI document
    member: MemberDep,
    request: Request,
) -> PermissionsAnswer:
    """Every right with its name and, where it is dangerous, the reason; every role as a preset."""
    texts: Texts = request.app.state.texts
    language = context.current().language
    return PermissionsAnswer(
        items=tuple(
            PermissionAnswer(
                key=key,
                name=texts.get(language, f"permission.{key}"),
                dangerous=key in DANGEROUS,
                why=texts.get(language, f"permission.{key}.why") if key in DANGEROUS else None,
                held=member.may(key),
            )
            for key in Permission
        ),
        roles=tuple(
            RoleAnswer(key=key, name=texts.get(language, f"role.{key}"), permissions=tuple(sorted(preset)))
            for key, preset in PRESETS.items()
        ),
    )


async def _check_alone(guard: Safeguard, member: Member, body: MemberBody | MemberChangeBody, tx: Tx) -> None:
    """Raise `SecondPersonNeeded` when one person alone may not give these rights.

    Where an act needs two people, so does making somebody one of the two.
    """
    preset = PRESETS[body.role] if "role" in body.model_fields_set else frozenset[str]()
    given = grants.effective(preset, {key: bool(is_given) for key, is_given in body.permissions.items()}) & MARKABLE
    if isinstance(body, MemberChangeBody) or body.permissions:
        given |= {Permission.PERMISSIONS_EDIT}
    for key in sorted(given):
        if await guard.check(member, key, tx, now_utc()) is not None:
            return  # one approval of the act is enough, whatever it gives


async def wait_for_locations(db: Database, account_id: UUID, location_ids: Iterable[UUID] | None) -> None:
    """Give the word of a location that was made a moment ago the time to arrive."""
    for location_id in location_ids or ():

        async def look_up(location_id: UUID = location_id) -> LocationCopy | None:
            async with db.tx(account_id) as tx:
                return await tx.get(LocationCopy, (account_id, location_id))

        await wait_for_copy(location_id, look_up)


def _seen_by(viewer: Member, membership: Membership, user: User) -> MemberAnswer:
    is_own = membership.user_id == viewer.caller.user_id
    return member_answer(membership, user, sees_phone=is_own or viewer.may(Permission.STAFF_EDIT))


def _check_keys(keys: Iterable[str]) -> None:
    unknown = [FieldError(f"/permissions/{key}", "permission", {}) for key in keys if key not in EVERYTHING]
    if unknown:
        raise InvalidInput(unknown)
