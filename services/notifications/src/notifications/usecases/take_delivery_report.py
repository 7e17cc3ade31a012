"""A provider's call about a message, as the gateway made it durable: authenticate, understand, merge.

The address is the account's secret; the body is believed only about messages that this account sent through this
provider. TurboSMS signs nothing but the event's id, so an id that comes back for another message is a forgery.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from contracts.gateway import DeliveryReportReceived
from kit.db import Tx
from notifications.domain.outcomes import Delivery
from notifications.providers import alphasms, turbosms_codes
from notifications.providers.callbacks import data_of, fields_of
from notifications.providers.factory import Providers
from notifications.providers.protocol import StatusSeen
from notifications.providers.report_signature import is_signed
from notifications.tables import DeliveryReportRow, LoginCodeMessage, NotificationRow, ProviderAccount

from .follow_delivery import lock_message, take_status

log = structlog.get_logger("delivery")


@dataclass(frozen=True)
class Report:
    """What a call says, whatever form it came in."""

    event_id: str
    message_id: str
    status: str
    signature: str


async def take_delivery_report(
    event: DeliveryReportReceived, tx: Tx, *, providers: Providers, platform_token: str, now: datetime
) -> None:
    """Move the message that the report names; everything doubtful is noted and changes nothing."""
    of_platform = hmac.compare_digest(event.token.encode(), platform_token.encode())
    account = await _account(tx, event.token)
    if not of_platform and (account is None or account.provider != event.provider):
        log.warning("a report for an address that nobody has", provider=event.provider)
        return
    report = read_report(event.provider, base64.b64decode(event.body_base64), event.query)
    if report is None:
        log.warning("a report that cannot be read", provider=event.provider)
        return
    if account is not None and not is_signed(
        report.signature, report.event_id, providers.secrets(account).get("webhook_secret")
    ):
        log.warning("a report with a wrong signature", provider=event.provider)
        return
    if not await _is_new(tx, event.provider, report):
        return
    status = StatusSeen(_delivery_of(event.provider, report.status), report.status[:100])
    row = await _message(tx, report.message_id, account)
    if row is not None:
        await take_status(tx, row, status, now)
        if report.status.strip().upper() == "REPLIED":
            row.status_due_at = now  # the words of the answer come with the state
    elif of_platform:
        await _login_code(tx, report.message_id, status)


def read_report(provider: str, body: bytes, query: str) -> Report | None:
    """The report in a JSON body, a form or a query; none when it names no message."""
    said = fields_of(body, query)
    data = data_of(said)
    if provider == "alphasms":
        message_id, event_id = data.get("id") or said.get("id"), ""
    else:
        message_id, event_id = data.get("message_id") or said.get("message_id"), said.get("id") or ""
    status = data.get("status") or said.get("status")
    if not message_id or not status:
        return None
    signature = str(said.get("signature") or "")
    return Report(str(event_id)[:200], str(message_id)[:100], str(status)[:100], signature)


async def _account(tx: Tx, token: str) -> ProviderAccount | None:
    return (await tx.scalars(select(ProviderAccount).where(ProviderAccount.callback_token == token))).first()


async def _is_new(tx: Tx, provider: str, report: Report) -> bool:
    if not report.event_id:
        return True
    seen = insert(DeliveryReportRow).values(
        provider=provider, report_id=report.event_id, provider_message_id=report.message_id
    )
    first = await tx.execute(seen.on_conflict_do_nothing().returning(DeliveryReportRow.report_id))
    if first.first() is not None:
        return True
    known = await tx.get_one(DeliveryReportRow, (provider, report.event_id))
    if known.provider_message_id != report.message_id:
        log.warning("a report id that belongs to another message", provider=provider)
    return False


async def _message(tx: Tx, message_id: str, account: ProviderAccount | None) -> NotificationRow | None:
    row = NotificationRow
    of_whom = [row.provider == "integrica"]
    if account is not None:
        of_whom = [row.provider == account.provider, row.account_id == account.account_id]
    found = (await tx.scalars(select(row).where(row.provider_message_id == message_id, *of_whom))).first()
    return None if found is None else await lock_message(tx, found.account_id, found.id)


async def _login_code(tx: Tx, message_id: str, status: StatusSeen) -> None:
    row = LoginCodeMessage
    code = (await tx.scalars(select(row).where(row.provider_message_id == message_id).with_for_update())).first()
    if code is None:
        return
    if status.delivery.reached:
        code.state = "delivered"
    elif status.delivery.has_failed and code.state != "delivered":
        code.state, code.provider_error = "failed", status.said


def _delivery_of(provider: str, status: str) -> Delivery:
    return alphasms.delivery_of(status) if provider == "alphasms" else turbosms_codes.delivery_of(status)
