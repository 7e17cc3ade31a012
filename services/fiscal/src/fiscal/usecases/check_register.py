"""Trying a register's credentials: cashier, licence and signature, one by one, each with its own verdict."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fiscal.domain.reasons import Reason
from fiscal.providers.checkbox_answers import Refused, Unanswered
from fiscal.usecases.cashier_calls import FiscalDesk, sign_in
from fiscal.usecases.credentials import Credentials
from fiscal.usecases.lanes import lock_lane, wake_lane
from fiscal.usecases.preflight import learn_register

CASHIER, LICENCE, SIGNATURE = "cashier", "licence", "signature"


@dataclass(frozen=True)
class Verdict:
    """One part of the check; `ok` is none when it could not be asked."""

    part: str
    ok: bool | None
    reason: Reason | None = None
    text: str | None = None


async def check_register(desk: FiscalDesk, who: Credentials) -> list[Verdict]:
    """Real calls with the stored credentials; when all is well, receipts that waited are tried at once."""
    token = ""

    async def cashier() -> Verdict:
        nonlocal token
        token = await sign_in(desk, who)
        return Verdict(CASHIER, ok=True)

    async def licence() -> Verdict:
        await learn_register(desk, who, token or None)
        return Verdict(LICENCE, ok=True)

    async def signature() -> Verdict:
        if not token:
            return Verdict(SIGNATURE, ok=None)
        found = await desk.checkbox.check_signature(token)
        if found.may_open_shift:
            return Verdict(SIGNATURE, ok=True)
        return Verdict(SIGNATURE, ok=False, reason=Reason.SIGNATURE_INACTIVE)

    verdicts = [await _judged(CASHIER, cashier), await _judged(LICENCE, licence), await _judged(SIGNATURE, signature)]
    if all(verdict.ok for verdict in verdicts):
        async with desk.db.tx(who.account_id) as tx:
            await wake_lane(tx, await lock_lane(tx, who.account_id, who.cash_register_id), unblock=True)
    return verdicts


async def _judged(part: str, ask: Callable[[], Awaitable[Verdict]]) -> Verdict:
    try:
        return await ask()
    except Refused as refused:
        return Verdict(part, ok=False, reason=refused.reason, text=refused.text)
    except Unanswered as silence:
        return Verdict(part, ok=None, reason=Reason.FISCAL_UNAVAILABLE, text=silence.text)
