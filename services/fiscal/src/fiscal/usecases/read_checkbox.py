"""What is read at Checkbox for a person who asks, with every failure under its own code."""

from collections.abc import Awaitable
from typing import Any, TypeVar

from fiscal.domain.reasons import Reason, refusal
from fiscal.providers.checkbox_answers import Refusal, Refused, Tax, Unanswered
from fiscal.usecases.cashier_calls import FiscalDesk, as_cashier
from fiscal.usecases.credentials import Credentials
from fiscal.usecases.preflight import shift_here

T = TypeVar("T")


async def x_report(desk: FiscalDesk, who: Credentials) -> dict[str, Any]:
    """Totals of the register's open shift; raises the cause as a `FiscalRefusal`."""
    return await _told(who, _x_report(desk, who))


async def taxes_of(desk: FiscalDesk, who: Credentials) -> list[Tax]:
    """The tax rates of the register's owner; raises the cause as a `FiscalRefusal`."""
    return await _told(who, desk.checkbox.taxes(who.licence_key))


async def _x_report(desk: FiscalDesk, who: Credentials) -> dict[str, Any]:
    if await shift_here(desk, who) is None:
        raise Refused(Refusal.SHIFT_CLOSED, "")
    return await as_cashier(desk, who, desk.checkbox.x_report)


async def _told(who: Credentials, call: Awaitable[T]) -> T:
    try:
        return await call
    except Refused as refused:
        raise refusal(refused.reason, who.account_id, who.cash_register_id, refused.text) from refused
    except Unanswered as silence:
        raise refusal(Reason.FISCAL_UNAVAILABLE, who.account_id, who.cash_register_id, silence.text) from silence
