"""What a register does at Checkbox by hand: check of the credentials, opening and closing the shift."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from contracts.http import fiscal as bodies
from contracts.permissions import Permission
from fiscal.api import views
from fiscal.api.words import WordsDep
from fiscal.usecases.cashier_calls import FiscalDesk
from fiscal.usecases.check_register import check_register
from fiscal.usecases.fiscal_shifts import close_shift, credentials_for, open_shift
from kit.edge import MemberDep
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/accounts/{account_id}/cash-registers/{register_id}", tags=["cash registers"])


async def _desk(request: Request) -> FiscalDesk:
    desk: FiscalDesk = request.app.state.desk
    return desk


DeskDep = Annotated[FiscalDesk, Depends(_desk)]


@router.post("/check", operation_id="check_cash_register")
async def check(
    account_id: UUID, register_id: UUID, member: MemberDep, desk: DeskDep, words: WordsDep
) -> bodies.CashRegisterCheck:
    """Try cashier, licence and signature at Checkbox, one by one."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    who = await credentials_for(desk, member, register_id, Permission.SETTINGS_INTEGRATIONS)
    verdicts = await check_register(desk, who)
    return bodies.CashRegisterCheck(
        ok=all(verdict.ok for verdict in verdicts),
        checked_at=now_utc(),
        items=[
            bodies.CheckPart(
                part=verdict.part,
                ok=verdict.ok,
                reason_code=verdict.reason,
                reason_text=words.reason(verdict.reason, verdict.text),
                fix=words.fix(verdict.reason, account_id, register_id, verdict.text),
                provider_text=verdict.text,
            )
            for verdict in verdicts
        ],
    )


@router.post("/fiscal-shift/open", operation_id="open_fiscal_shift")
async def open_(
    account_id: UUID,  # noqa: ARG001 - names the parameter of the path
    register_id: UUID,
    member: MemberDep,
    desk: DeskDep,
    words: WordsDep,
) -> bodies.FiscalShift:
    """Open the shift, or say why not. An open shift is answered as it is; receipts that waited for it go at once."""
    member.require(Permission.FISCAL_SHIFT_MANAGE)
    who = await credentials_for(desk, member, register_id, Permission.FISCAL_SHIFT_MANAGE)
    return views.fiscal_shift(await open_shift(desk, who), words)


@router.post("/fiscal-shift/close", operation_id="close_fiscal_shift")
async def close(
    account_id: UUID,  # noqa: ARG001 - names the parameter of the path
    register_id: UUID,
    member: MemberDep,
    desk: DeskDep,
    words: WordsDep,
) -> bodies.FiscalShift:
    """Close the shift with its Z-report, or say why not."""
    member.require(Permission.FISCAL_SHIFT_MANAGE)
    who = await credentials_for(desk, member, register_id, Permission.FISCAL_SHIFT_MANAGE)
    return views.fiscal_shift(await close_shift(desk, who), words)
