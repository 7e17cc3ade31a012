"""What a register does at Checkbox by hand: check of the credentials, the shift, work without the tax office."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import select

from contracts.http import fiscal as bodies
from contracts.permissions import Permission
from fiscal.api import views
from fiscal.api.words import WordsDep
from fiscal.tables import FiscalShift
from fiscal.usecases.cashier_calls import FiscalDesk
from fiscal.usecases.check_register import check_register
from fiscal.usecases.fiscal_shifts import close_shift, credentials_for, open_shift
from fiscal.usecases.read_checkbox import taxes_of, x_report
from fiscal.usecases.work_offline import LONGEST_IN_A_ROW_S, OfflineWork, go_offline, go_online, offline_work
from kit.edge import DbDep, MemberDep
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


@router.get("/offline", operation_id="get_offline_work")
async def offline(
    account_id: UUID,  # noqa: ARG001 - names the parameter of the path
    register_id: UUID,
    member: MemberDep,
    desk: DeskDep,
) -> bodies.OfflineWork:
    """Whether the register works without the tax office, for how long, and how many numbers it has for that."""
    member.require(Permission.CASH_VIEW)
    return _offline(await offline_work(desk, await credentials_for(desk, member, register_id, Permission.CASH_VIEW)))


@router.post("/offline", operation_id="go_offline")
async def offline_by_hand(
    account_id: UUID,  # noqa: ARG001 - names the parameter of the path
    register_id: UUID,
    member: MemberDep,
    desk: DeskDep,
) -> bodies.OfflineWork:
    """Work without the tax office until the register is brought back; its receipts count, and are sent there then."""
    member.require(Permission.FISCAL_SHIFT_MANAGE)
    who = await credentials_for(desk, member, register_id, Permission.FISCAL_SHIFT_MANAGE)
    return _offline(await go_offline(desk, who))


@router.delete("/offline", operation_id="go_online")
async def online_again(
    account_id: UUID,  # noqa: ARG001 - names the parameter of the path
    register_id: UUID,
    member: MemberDep,
    desk: DeskDep,
) -> bodies.OfflineWork:
    """Work with the tax office again."""
    member.require(Permission.FISCAL_SHIFT_MANAGE)
    who = await credentials_for(desk, member, register_id, Permission.FISCAL_SHIFT_MANAGE)
    return _offline(await go_online(desk, who))


def _offline(work: OfflineWork) -> bodies.OfflineWork:
    return bodies.OfflineWork(
        is_offline=work.is_offline,
        stays_offline=work.stays_offline,
        in_a_row_s=work.in_a_row_s,
        longest_in_a_row_s=LONGEST_IN_A_ROW_S,
        numbers_left=work.numbers_left,
        is_short_of_numbers=work.numbers_left < work.numbers_too_few,
    )


@router.get("/fiscal-shifts", operation_id="list_fiscal_shifts")
async def shifts(
    account_id: UUID,
    register_id: UUID,
    member: MemberDep,
    db: DbDep,
    desk: DeskDep,
    words: WordsDep,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> bodies.FiscalShifts:
    """The register's shifts, newest first, each with its Z-report."""
    member.require(Permission.CASH_VIEW)
    await credentials_for(desk, member, register_id, Permission.CASH_VIEW)
    query = select(FiscalShift).where(FiscalShift.account_id == account_id, FiscalShift.cash_register_id == register_id)
    if cursor is not None:
        query = query.where(FiscalShift.id < cursor)
    async with db.tx(account_id) as tx:
        found = (await tx.scalars(query.order_by(FiscalShift.id.desc()).limit(limit))).all()
    return bodies.FiscalShifts(
        items=[
            bodies.FiscalShiftOfPast(
                **dict(views.fiscal_shift(shift, words)),
                z_report=views.fiscal_report(shift.z_report) if shift.z_report else None,
            )
            for shift in found
        ],
        next_cursor=str(found[-1].id) if len(found) == limit else None,
    )


@router.post("/fiscal-shift/x-report", operation_id="make_x_report")
async def x(
    account_id: UUID,  # noqa: ARG001 - names the parameter of the path
    register_id: UUID,
    member: MemberDep,
    desk: DeskDep,
) -> bodies.FiscalReport:
    """Totals of the open shift so far; it stays open."""
    member.require(Permission.CASH_VIEW)
    return views.fiscal_report(
        await x_report(desk, await credentials_for(desk, member, register_id, Permission.CASH_VIEW))
    )


@router.get("/taxes", operation_id="list_taxes")
async def taxes(
    account_id: UUID,  # noqa: ARG001 - names the parameter of the path
    register_id: UUID,
    member: MemberDep,
    desk: DeskDep,
) -> bodies.Taxes:
    """The taxes that the register's owner has at Checkbox: their codes go on the lines of receipts."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    who = await credentials_for(desk, member, register_id, Permission.SETTINGS_INTEGRATIONS)
    found = await taxes_of(desk, who)
    return bodies.Taxes(
        items=[bodies.Tax(code=tax.code, label=tax.label, symbol=tax.symbol, rate=tax.rate) for tax in found]
    )
