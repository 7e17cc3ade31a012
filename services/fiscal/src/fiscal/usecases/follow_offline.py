"""Work without the tax office: receipts made offline are followed until they are there; numbers are kept in stock."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from fiscal.providers.checkbox_answers import ReceiptAnswer, Refused, Unanswered
from fiscal.tables import CashRegister, Receipt
from fiscal.usecases.cashier_calls import FiscalDesk, as_cashier
from fiscal.usecases.credentials import Credentials
from fiscal.usecases.due import serve_due
from kit.messaging import now_utc

log = structlog.get_logger("checkbox")


async def follow_offline(desk: FiscalDesk) -> int:
    """Ask whether the tax office has got what was made offline; answers how many were asked about."""
    pause = timedelta(seconds=desk.pace.probe_s)
    return await serve_due(desk.db, Receipt.next_tax_look_at, pause, partial(_look_at, desk))


async def _look_at(desk: FiscalDesk, account_id: UUID, receipt_id: UUID) -> None:
    async with desk.db.tx(account_id) as tx:
        receipt = await tx.get_one(Receipt, (account_id, receipt_id))
        register = await tx.get_one(CashRegister, (account_id, receipt.cash_register_id))
    who = desk.credentials_of(register)
    if who is None:
        return
    try:
        said = await _ask(desk, who, str(receipt.provider_id))
    except (Refused, Unanswered) as silence:
        log.info("offline receipt not asked about", receipt_id=str(receipt_id), cause=str(silence))
        return
    if said is None or not said.is_sent:
        return
    async with desk.db.tx(account_id) as tx:
        row = await tx.get_one(Receipt, (account_id, receipt_id), with_for_update=True)
        row.sent_to_tax_office_at, row.next_tax_look_at = now_utc(), None
        row.url = said.url or row.url


async def _ask(desk: FiscalDesk, who: Credentials, provider_id: str) -> ReceiptAnswer | None:
    return await as_cashier(desk, who, lambda token: desk.checkbox.receipt(token, provider_id))


async def keep_offline_numbers(desk: FiscalDesk, who: Credentials) -> None:
    """Fill the stock of fiscal numbers for work offline when it runs low; a failure stops nothing."""
    try:
        left, too_few = await desk.checkbox.offline_codes(who.licence_key)
        if left < too_few:
            await desk.checkbox.ask_offline_codes(who.licence_key)
            log.info("offline numbers asked for", cash_register_id=str(who.cash_register_id), left=left)
    except (Refused, Unanswered) as silence:
        log.info("offline numbers not asked for", cash_register_id=str(who.cash_register_id), cause=str(silence))
