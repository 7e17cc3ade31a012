"""Keep strangers from spending an account's money: what they cause waits, and beyond the day's cap is not sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from sqlalchemy import text

from contracts.notifications import SpendingBraked
from kit.db import Tx
from notifications.domain.facts import AHEAD, Kind
from notifications.domain.spending import (
    ELSEWHERE,
    KNOWN_ACTS,
    REMINDERS_AHEAD,
    WINDOW,
    Allowance,
    allowance,
    day_began,
    is_caused_outside,
)
from notifications.situation import zone_of
from notifications.tables import NotificationRow

# Counted before it is judged: whoever counts for the same minute waits, and nobody counts past another.
_COUNT = text(
    "INSERT INTO outside_spending (account_id, minute, kind, parts) "
    "VALUES (:account_id, date_trunc('minute', CAST(:now AS timestamptz)), :kind, :parts) "
    "ON CONFLICT (account_id, minute, kind) DO UPDATE SET parts = outside_spending.parts + excluded.parts"
)
_SPENT = text(
    "SELECT coalesce(sum(parts) FILTER (WHERE minute > :since), 0) AS in_window, "
    "coalesce(sum(parts) FILTER (WHERE minute >= :day AND kind = :kind), 0) AS in_day, "
    "coalesce(bool_or(braked) FILTER (WHERE minute >= :day AND kind = :kind), false) AS is_told "
    "FROM outside_spending WHERE account_id = :account_id AND minute > least(:since, :day - interval '1 minute')"
)
_TOLD = text(
    "UPDATE outside_spending SET braked = true WHERE account_id = :account_id AND kind = :kind "
    "AND minute = date_trunc('minute', CAST(:now AS timestamptz))"
)
_ACTS = text(
    "SELECT coalesce(bool_and((mine.body -> 'client' ->> 'phone_confirmed')::boolean), false) AS is_confirmed, "
    "count(DISTINCT (n.booking_id, n.occasion)) AS acts "
    "FROM booking_copy mine "
    "JOIN booking_copy b ON b.account_id = mine.account_id AND b.client_id = mine.client_id "
    "JOIN notification n ON n.account_id = b.account_id AND n.booking_id = b.booking_id "
    "WHERE mine.account_id = :account_id AND mine.booking_id = :booking_id AND n.recipient_type = 'staff' "
    "AND n.facts -> 'act' ->> 'by_client' = 'true' AND n.created_at > :since"
)
_FULL = text("SELECT full_amount, free_amount FROM sms_balance WHERE account_id = :account_id")
_REMINDERS = text(
    "SELECT coalesce(sum(coalesce(parts, 1)), 0) FROM notification WHERE account_id = :account_id "
    "AND state IN ('planned', 'held') AND kind = ANY(:kinds) AND planned_at < :until "
    "AND channel IN ('sms', 'viber', 'voice')"
)


WAIT = timedelta(minutes=3)
"""After so long what waits is judged again."""


class Verdict(Enum):
    """What becomes of a message that somebody from outside has caused."""

    FREE = auto()
    """Nobody from outside has caused it."""
    GO = auto()
    WAIT = auto()
    """Others have gone in the last minutes."""
    OVER = auto()
    """Its kind has had its share of the day."""
    RESERVED = auto()
    """What is left is for the reminders."""


@dataclass(frozen=True)
class Brake:
    """Judges within the transaction that claims; `part_price` in minor units."""

    tx: Tx
    now: datetime
    part_price: int

    async def judge(self, row: NotificationRow, *, on_own_balance: bool) -> tuple[Verdict, int]:
        """Whether a paid message may go now, and the cap of its day where that is what speaks against it."""
        act = row.facts.get("act") or {}
        by_client = bool(act.get("by_client"))
        by_hand = row.kind == Kind.WRITTEN
        if row.attempts or not (by_hand or is_caused_outside(row.kind, row.recipient_type, by_client=by_client)):
            return Verdict.FREE, 0
        allowed, free = await self._allowance(row.account_id, on_own_balance=on_own_balance)
        parts = row.parts or 1
        if free is not None and free - parts * self.part_price < await self.for_reminders(row.account_id):
            return Verdict.RESERVED, 0
        if by_hand:  # it has a measure of its own
            return Verdict.FREE, 0
        of = {"account_id": row.account_id, "kind": row.kind, "now": self.now}
        await self.tx.execute(_COUNT, of | {"parts": parts})
        window = {"since": self.now - WINDOW - timedelta(minutes=1), "day": day_began(self.now, zone_of(row.time_zone))}
        spent = (await self.tx.execute(_SPENT, {"account_id": row.account_id, "kind": row.kind, **window})).one()
        if spent.in_day > allowed.per_day:
            if not spent.is_told:
                await self.tx.execute(_TOLD, of)
                self.tx.emit(SpendingBraked(account_id=row.account_id, version=1, kind=row.kind, limit=allowed.per_day))
            verdict = Verdict.OVER
        elif spent.in_window > allowed.per_window and not await self._is_usual(row):
            verdict = Verdict.WAIT
        else:
            return Verdict.GO, 0
        await self.give_back(row)
        return verdict, allowed.per_day

    async def give_back(self, row: NotificationRow) -> None:
        """It was counted and does not go."""
        of = {"account_id": row.account_id, "kind": row.kind, "now": self.now}
        await self.tx.execute(_COUNT, of | {"parts": -(row.parts or 1)})

    async def _allowance(self, account_id: UUID, *, on_own_balance: bool) -> tuple[Allowance, int | None]:
        if not on_own_balance:
            return ELSEWHERE, None
        balance = (await self.tx.execute(_FULL, {"account_id": account_id})).first()
        if balance is None:
            return allowance(0, self.part_price), 0
        return allowance(balance.full_amount, self.part_price), balance.free_amount

    async def for_reminders(self, account_id: UUID) -> int:
        """What the reminders of the next `REMINDERS_AHEAD` cost, in minor units: words by hand leave it alone too."""
        of = {"account_id": account_id, "kinds": [kind.value for kind in AHEAD]}
        parts: int = (await self.tx.execute(_REMINDERS, of | {"until": self.now + REMINDERS_AHEAD})).scalar_one()
        return parts * self.part_price

    async def _is_usual(self, row: NotificationRow) -> bool:
        """A client whose phone is confirmed, and who has not done more today than clients do."""
        of = {"account_id": row.account_id, "booking_id": row.booking_id, "since": self.now - timedelta(days=1)}
        acts = (await self.tx.execute(_ACTS, of)).one()
        return bool(acts.is_confirmed) and acts.acts <= KNOWN_ACTS
