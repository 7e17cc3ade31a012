"""Whether the account demands a second factor for dangerous acts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from contracts.http.identity import MemberWithoutFactor, SecondFactorDemand, SecondFactorDemandBody
from contracts.permissions import Permission
from identity.tables import Account
from identity.usecases.second_factor.demand_factor import Concerned, demand_factor, find_concerned
from kit.edge import DbDep, MemberDep
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/accounts/{account_id}/settings/second-factor", tags=["Accounts"])


@router.get("", operation_id="read_second_factor_demand")
async def get_demand(account_id: UUID, member: MemberDep, db: DbDep) -> SecondFactorDemand:
    """Whether dangerous acts need an authenticator app here, and who holds such rights without one."""
    member.require(Permission.PERMISSIONS_EDIT)
    async with db.tx(account_id) as tx:
        account = await tx.get_one(Account, account_id)
    return _answer(account, await find_concerned(db, account_id, now_utc()))


@router.put(
    "",
    operation_id="demand_second_factor",
    responses={403: {"description": "No owner, or no fresh code"}, 409: {"description": "You have none yourself"}},
)
async def put_demand(
    account_id: UUID,
    body: SecondFactorDemandBody,
    member: MemberDep,
    db: DbDep,
    dry_run: Annotated[bool, Query(description="Say whom it would concern, and change nothing.")] = False,
) -> SecondFactorDemand:
    """Demand one, or stop demanding it; an owner with one of their own does so. It works at the next request."""
    member.require(Permission.PERMISSIONS_EDIT)
    now = now_utc()
    async with db.tx(account_id) as tx:
        account = await tx.get_one(Account, account_id)
    if not dry_run:
        member.require_fresh()
        async with db.tx(account_id) as tx:
            account = await demand_factor(member, body.demanded, tx, now)
    return _answer(account, await find_concerned(db, account_id, now), dry_run=dry_run)


def _answer(account: Account, concerned: list[Concerned], *, dry_run: bool = False) -> SecondFactorDemand:
    return SecondFactorDemand(
        demanded=account.second_factor_demanded,
        demanded_by_name=account.factor_demanded_by,
        demanded_at=account.factor_demanded_at,
        lacking=tuple(
            MemberWithoutFactor(
                member_id=one.membership.id,
                name=one.name,
                role=one.membership.role,
                dangerous_permissions=one.rights,
                state=one.state,
            )
            for one in concerned
            if one.state != "in_force"
        ),
        concerned=len(concerned),
        dry_run=dry_run,
    )
