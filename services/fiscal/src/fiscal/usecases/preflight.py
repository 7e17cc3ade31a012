"""Whether a register can issue receipts now, asked of Checkbox before the first receipt of a visit.

A receipt goes to whichever shift the cashier has open, so the shift is asked for each time: a receipt must never land
at another register.
"""

from dataclasses import dataclass

from sqlalchemy import select, update

from fiscal.domain.reasons import Reason
from fiscal.providers.checkbox_answers import RegisterInfo, Shift, ShiftStatus
from fiscal.tables import CashRegister
from fiscal.usecases.cashier_calls import FiscalDesk, as_cashier
from fiscal.usecases.credentials import Credentials
from kit.db import Tx


@dataclass(frozen=True)
class Obstacle:
    """Why not, with Checkbox's own words where it had some."""

    reason: Reason
    text: str = ""


@dataclass(frozen=True)
class Ready:
    """The open shift that receipts will go to."""

    shift: Shift


async def preflight(desk: FiscalDesk, who: Credentials, known_register_id: str | None) -> Ready | Obstacle:
    """The cashier's open shift at this register, or what stands in the way; raises `Refused`, `Unanswered`."""
    register_id = known_register_id or (await learn_register(desk, who)).id
    shift = await as_cashier(desk, who, desk.checkbox.current_shift)
    signature = await as_cashier(desk, who, desk.checkbox.check_signature)
    if shift is None or shift.status is ShiftStatus.CLOSED:
        return Obstacle(Reason.SHIFT_CLOSED if signature.may_open_shift else Reason.SIGNATURE_INACTIVE)
    if not signature.is_online and not signature.may_open_shift:
        return Obstacle(Reason.SIGNATURE_INACTIVE)
    if shift.register_id is not None and shift.register_id != register_id:
        return Obstacle(Reason.SHIFT_CLOSED)
    if shift.status is not ShiftStatus.OPENED:
        return Obstacle(Reason.SHIFT_CLOSED)
    return Ready(shift)


async def shift_here(desk: FiscalDesk, who: Credentials) -> Shift | None:
    """The cashier's shift at this register; one that the cashier has at another register is none of it.

    Raises `Refused`, `Unanswered`.
    """
    current = await as_cashier(desk, who, desk.checkbox.current_shift)
    if current is None or current.register_id is None:
        return current
    of_register = select(CashRegister.checkbox_register_id).where(
        CashRegister.account_id == who.account_id, CashRegister.id == who.cash_register_id
    )
    async with desk.db.tx(who.account_id) as tx:
        known = await tx.scalar(of_register)
    return current if current.register_id == (known or (await learn_register(desk, who)).id) else None


async def learn_register(desk: FiscalDesk, who: Credentials, token: str | None = None) -> RegisterInfo:
    """Which register the licence key stands for; remembered, for it does not change. A cashier's `token` asks besides
    whether both are of one organisation."""
    info = await desk.checkbox.register_info(who.licence_key, token)
    async with desk.db.tx(who.account_id) as tx:
        await _remember(tx, who, info)
    return info


async def _remember(tx: Tx, who: Credentials, info: RegisterInfo) -> None:
    await tx.execute(
        update(CashRegister)
        .where(CashRegister.account_id == who.account_id, CashRegister.id == who.cash_register_id)
        .values(checkbox_register_id=info.id, fiscal_number=info.fiscal_number)
    )
