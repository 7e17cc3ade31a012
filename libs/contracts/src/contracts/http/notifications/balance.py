"""The prepaid balance for SMS: its lines, and how long it lasts."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    Field,
)

from contracts.base import Money
from contracts.http.base import Answer


class LedgerEntry(Answer):
    """One line of the prepaid balance; `amount` changes the balance, `reserved` what is set aside of it."""

    id: UUID
    kind: Literal["topup", "reserve", "settle", "release", "adjustment", "reversal"]
    amount: int = Field(description="Minor units; negative is a debit.")
    reserved: int = Field(description="Minor units set aside (positive) or freed (negative).")
    balance_after: int
    notification_id: UUID | None = None
    note: str | None = None
    created_at: AwareDatetime


class Forecast(Answer):
    """What the plan of messages needs, against what is there."""

    planned_messages: int
    planned_amount: Money
    is_enough: bool
    runs_out_at: AwareDatetime | None = Field(default=None, description="When the credit ends, if it does.")


class SmsBalance(Answer):
    balance: Money
    available: Money = Field(description="The balance without what is set aside for messages under way.")
    reserved: Money
    price_per_part: Money
    ledger: list[LedgerEntry]
    next_cursor: str | None = None
    forecast: Forecast
