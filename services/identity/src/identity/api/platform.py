"""The door of those who work for the platform: into an account only with a reason, for a while, seen by its owner."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import select

from contracts.http.access import SupportVisitAnswer, SupportVisitBody, SupportVisitsAnswer
from contracts.http.identity import SecondFactorResetAnswer, SecondFactorResetBody
from contracts.permissions import Permission
from identity.tables import Account, SupportVisit
from identity.usecases.second_factor.reset_factor import ask_reset
from identity.usecases.visit_account import account_named, leave_account, platform_staff_of, visit_account
from identity.wiring import WiringDep
from kit.edge import CallerDep, DbDep, FreshCallerDep, MemberDep
from kit.errors import NotFound
from kit.idempotency import OnceDep
from kit.messaging import now_utc

from .phones import allowed_phone

router = APIRouter(tags=["Platform"])


@router.post(
    "/api/v1/platform/visits",
    operation_id="begin_support_visit",
    status_code=201,
    response_model=SupportVisitAnswer,
    responses={403: {"description": "Not of the platform, or no fresh code"}, 409: {"description": "A member anyway"}},
)
async def post_visit(body: SupportVisitBody, caller: FreshCallerDep, db: DbDep, once: OnceDep) -> Response:
    """Enter an account as support or operator; the reason and the end stand in the owner's journal."""
    async with db.system_tx() as tx:
        staff = await platform_staff_of(caller.user_id, tx)
        account = await account_named(body.account, tx)
    async with db.tx(account.id) as tx:

        async def enter() -> SupportVisitAnswer:
            visit = await visit_account(account.id, staff, body.reason, body.minutes, tx, now_utc())
            return _answer(visit, account.name)

        return await once.run(tx, enter)


@router.post(
    "/api/v1/platform/second-factor-resets",
    operation_id="reset_second_factor",
    status_code=202,
    responses={
        403: {"description": "Not of the platform, or no fresh code"},
        404: {"description": "Nobody with this phone has a second factor"},
    },
)
async def post_reset(
    body: SecondFactorResetBody, caller: FreshCallerDep, db: DbDep, wiring: WiringDep
) -> SecondFactorResetAnswer:
    """Take somebody's lost second factor off in three days; they hear of it at once and may say no until then."""
    phone_e164 = allowed_phone(body.phone, wiring.settings)
    async with db.system_tx() as tx:
        staff = await platform_staff_of(caller.user_id, tx)
        domain = wiring.settings.public_host
        reset_at = await ask_reset(phone_e164, staff, body.reason, tx, now_utc(), domain=domain)
    return SecondFactorResetAnswer(reset_at=reset_at)


@router.get("/api/v1/platform/visits", operation_id="list_own_support_visits")
async def get_own_visits(caller: CallerDep, db: DbDep) -> SupportVisitsAnswer:
    """The caller's own visits, newest first; at most a hundred."""
    async with db.system_tx() as tx:
        await platform_staff_of(caller.user_id, tx)
        found = await tx.execute(
            select(SupportVisit, Account.name)
            .join(Account, Account.id == SupportVisit.account_id)
            .where(SupportVisit.user_id == caller.user_id)
            .order_by(SupportVisit.started_at.desc())
            .limit(100)
        )
        return SupportVisitsAnswer(items=tuple(_answer(visit, name) for visit, name in found))


@router.delete("/api/v1/platform/visits/{visit_id}", operation_id="end_support_visit")
async def delete_visit(visit_id: UUID, caller: CallerDep, db: DbDep) -> SupportVisitAnswer:
    """Leave before the time is over."""
    async with db.system_tx() as tx:
        own = select(SupportVisit).where(SupportVisit.id == visit_id, SupportVisit.user_id == caller.user_id)
        found = (await tx.scalars(own)).first()
    if found is None:
        raise NotFound("visit")
    async with db.tx(found.account_id) as tx:
        visit = await leave_account(found.account_id, visit_id, caller.user_id, tx, now_utc())
        account = await tx.get_one(Account, found.account_id)
    return _answer(visit, account.name)


@router.get("/api/v1/accounts/{account_id}/support-visits", operation_id="list_support_visits")
async def get_visits(account_id: UUID, member: MemberDep, db: DbDep) -> SupportVisitsAnswer:
    """Who of the platform was here, when and why; newest first, at most two hundred."""
    member.require(Permission.AUDIT_VIEW)
    async with db.tx(account_id) as tx:
        account = await tx.get_one(Account, account_id)
        rows = await tx.scalars(select(SupportVisit).order_by(SupportVisit.started_at.desc()).limit(200))
        return SupportVisitsAnswer(items=tuple(_answer(visit, account.name) for visit in rows))


def _answer(visit: SupportVisit, account_name: str) -> SupportVisitAnswer:
    return SupportVisitAnswer(
        id=visit.id,
        account_id=visit.account_id,
        account_name=account_name,
        name=visit.name,
        role=visit.role,
        reason=visit.reason,
        started_at=visit.started_at,
        ends_at=visit.ends_at,
        ended_at=visit.ended_at,
    )
