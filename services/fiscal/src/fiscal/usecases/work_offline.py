"""Sending a register offline by hand and bringing it back, for an hour in which the tax office is known to be away."""

from dataclasses import dataclass

from sqlalchemy import func, update

from fiscal.domain.reasons import Reason, refusal
from fiscal.providers.checkbox_answers import Refused, Unanswered
from fiscal.tables import Receipt
from fiscal.usecases.cashier_calls import FiscalDesk
from fiscal.usecases.credentials import Credentials
from fiscal.usecases.follow_offline import keep_offline_numbers
from kit.messaging import now_utc

LONGEST_IN_A_ROW_S = 36 * 3600
"""Longer than that no register may work without the tax office."""


@dataclass(frozen=True)
class OfflineWork:
    """How a register stands to the tax office: seconds in a row, and fiscal numbers left for work without it."""

    is_offline: bool
    stays_offline: bool
    in_a_row_s: int
    numbers_left: int
    numbers_too_few: int


async def offline_work(desk: FiscalDesk, who: Credentials) -> OfflineWork:
    """The register as Checkbox has it; raises the cause as a `FiscalRefusal`."""
    try:
        return await _asked(desk, who)
    except (Refused, Unanswered) as cause:
        raise _told(who, cause) from cause


async def go_offline(desk: FiscalDesk, who: Credentials) -> OfflineWork:
    """Work without the tax office until somebody brings the register back; once there it stays as it is.

    Raises the cause as a `FiscalRefusal`.
    """
    try:
        if not (await desk.checkbox.register_info(who.licence_key)).stays_offline:
            await keep_offline_numbers(desk, who)
            await desk.checkbox.go_offline(who.licence_key, now_utc())
        return await _asked(desk, who)
    except (Refused, Unanswered) as cause:
        raise _told(who, cause) from cause


async def go_online(desk: FiscalDesk, who: Credentials) -> OfflineWork:
    """Work with the tax office again; receipts that it has not got yet are asked about at once.

    Raises the cause as a `FiscalRefusal`.
    """
    try:
        await desk.checkbox.go_online(who.licence_key)
        found = await _asked(desk, who)
    except (Refused, Unanswered) as cause:
        raise _told(who, cause) from cause
    async with desk.db.tx(who.account_id) as tx:
        await tx.execute(
            update(Receipt)
            .where(
                Receipt.account_id == who.account_id,
                Receipt.cash_register_id == who.cash_register_id,
                Receipt.next_tax_look_at.is_not(None),
            )
            .values(next_tax_look_at=func.now())
        )
    return found


async def _asked(desk: FiscalDesk, who: Credentials) -> OfflineWork:
    info = await desk.checkbox.register_info(who.licence_key)
    in_a_row_s, _ = await desk.checkbox.offline_seconds(who.licence_key)
    left, too_few = await desk.checkbox.offline_codes(who.licence_key)
    return OfflineWork(info.is_offline, info.stays_offline, in_a_row_s, left, too_few)


def _told(who: Credentials, cause: Refused | Unanswered) -> Exception:
    reason = cause.reason if isinstance(cause, Refused) else Reason.FISCAL_UNAVAILABLE
    return refusal(reason, who.account_id, who.cash_register_id, cause.text)
