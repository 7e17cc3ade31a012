"""Send a client the link by which a booking is paid in advance, and take it back when there is nothing to pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from contracts.booking import BookingState, ClientState
from contracts.fiscal import (
    PrepaymentCancelled,
    PrepaymentExpired,
    PrepaymentPaid,
    PrepaymentRequested,
    PrepaymentState,
)
from kit import telemetry
from kit.db import Tx
from kit.ids import new_id
from kit.wakeups import notify
from notifications.domain.facts import Decision, Kind
from notifications.domain.merging import WAITING
from notifications.domain.planner import CLIENT, plan_payment_link
from notifications.domain.reasons import Reason
from notifications.rules import rules_of
from notifications.situation import Known, read_known, situation_of, zone_of
from notifications.tables import BookingCopy, NotificationRow
from notifications.wording import OwnText, Words, fill, money, shortened, template_key

from .plan_booking import Planner, state_of
from .write_decisions import DUE_CHANNEL
from .write_decisions import state_of as written_as

OVER = PrepaymentPaid | PrepaymentExpired | PrepaymentCancelled


class BookingNotKnownYet(Exception):
    """The prepayment came before its booking: the message is tried again when the copy may be there."""


@dataclass(frozen=True)
class PaymentLinks:
    """What telling of a prepayment needs."""

    planner: Planner

    async def requested(self, event: PrepaymentRequested, tx: Tx, now: datetime) -> None:
        """One decision for each prepayment, whatever becomes of it; raises `BookingNotKnownYet`."""
        row, booking = await _booking(tx, event.prepayment, event)
        if booking.client is None:
            return  # nobody to tell: whoever stands at the desk shows the link
        rules = await rules_of(tx, booking.account_id, self.planner.house)
        known = await read_known(tx, booking.account_id, [booking], now, with_members=False, with_neighbours=False)
        situation = situation_of(known, booking, row.version, rules, None, now)
        until = min(event.prepayment.expires_at, booking.starts_at).astimezone(UTC)
        decision = plan_payment_link(situation, _occasion(event.prepayment), until, now)
        language = known.client(booking.client).language
        words = self._words(known, event.prepayment, booking, language) if decision.reason is None else None
        values = _values(known, booking, booking.client, row.version, event.prepayment, decision, words, now)
        await tx.execute(insert(NotificationRow).values(values).on_conflict_do_nothing(constraint="one_decision"))
        if decision.reason is None:
            await notify(tx, DUE_CHANNEL)

    async def over(self, event: OVER, tx: Tx, now: datetime) -> None:
        """A link that has not gone yet does not go; one whose request is still on its way will find this decision."""
        row, booking = await _booking(tx, event.prepayment, event)
        if booking.client is None:
            return
        known = await read_known(tx, booking.account_id, [booking], now, with_members=False, with_neighbours=False)
        reason = Reason.TOO_LATE if isinstance(event, PrepaymentExpired) else Reason.REPLACED
        asked = event.prepayment
        decision = Decision(Kind.PREPAYMENT, CLIENT, booking.client.id, _occasion(asked), "sms", now, now, reason)
        values = _values(known, booking, booking.client, row.version, asked, decision, None, now)
        table = NotificationRow
        taken_back = {"state": "cancelled", "reason_code": reason, "due_at": None, "changed_at": now}
        await tx.execute(
            insert(table)
            .values({**values, "state": "cancelled"})
            .on_conflict_do_update(
                constraint="one_decision",
                set_={**taken_back, "version": table.version + 1},
                where=table.state.in_(WAITING),
            )
        )

    def _words(self, known: Known, asked: PrepaymentState, booking: BookingState, language: str) -> Words:
        zone = zone_of(booking.time_zone)
        account = known.account
        values = {
            "account": shortened(account.name if account else booking.location_name),
            "price": money(asked.amount.amount),
            "until": f"{asked.expires_at.astimezone(zone):%d.%m %H:%M}",
            "link": asked.url or "",
        }
        return fill(OwnText(self.planner.texts.get(language, template_key(CLIENT, Kind.PREPAYMENT))), values)


async def _booking(
    tx: Tx, asked: PrepaymentState, event: PrepaymentRequested | OVER
) -> tuple[BookingCopy, BookingState]:
    row = await tx.get(BookingCopy, (event.account_id, asked.booking_id))
    if row is None:
        raise BookingNotKnownYet(f"booking {asked.booking_id} of prepayment {asked.id}")
    return row, state_of(row)


def _occasion(asked: PrepaymentState) -> str:
    return f"prepayment {asked.id}"


def _values(
    known: Known,
    booking: BookingState,
    client: ClientState,
    version: int,
    asked: PrepaymentState,
    decision: Decision,
    words: Words | None,
    now: datetime,
) -> dict[str, Any]:
    card = known.client(client)
    return {
        "account_id": booking.account_id,
        "id": new_id(),
        "booking_id": booking.id,
        "booking_version": version,
        "client_id": client.id,
        "location_id": booking.location_id,
        "kind": decision.kind,
        "occasion": decision.occasion,
        "recipient_type": decision.recipient_type,
        "recipient_id": decision.recipient_id,
        "recipient_name": card.name,
        "phone_e164": card.phone_e164,
        "language": card.language,
        "time_zone": zone_of(booking.time_zone).key,
        "channel": decision.channel,
        "state": written_as(decision.reason),
        "reason_code": decision.reason,
        "reason_params": {},
        "planned_at": decision.planned_at,
        "useful_until": decision.useful_until,
        "due_at": decision.planned_at if decision.reason is None else None,
        "text": words.text if words else None,
        "parts": words.parts if words else None,
        "facts": {"prepayment_id": str(asked.id)},
        "version": 1,
        "trace": telemetry.carry(),
        "created_at": now,
        "changed_at": now,
    }
