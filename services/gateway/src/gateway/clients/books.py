"""Counted days, second persons, what the books say, and what the account pays for the product itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from contracts.http import books as bodies

from .calling import Call, QueryValue
from .fiscal import done_or_asked


@dataclass(frozen=True)
class Books:
    """Fiscal's books for one asker."""

    call: Call

    async def rules(self, account_id: UUID) -> bodies.CashRules:
        """What the account allows with its money."""
        return await self.call(bodies.CashRules, "GET", f"/accounts/{account_id}/finance/rules")

    async def change_rules(
        self, account_id: UUID, body: bodies.CashRulesChanges, *, version: int | None = None
    ) -> bodies.CashRules:
        """Only what is set changes."""
        path = f"/accounts/{account_id}/finance/rules"
        return await self.call(bodies.CashRules, "PATCH", path, body=body, version=version)

    async def requests(self, account_id: UUID, *, state: str | None = None) -> bodies.CashRequests:
        """Acts with money that wait, or waited, for a second person."""
        path = f"/accounts/{account_id}/finance/requests"
        return await self.call(bodies.CashRequests, "GET", path, query={"state": state})

    async def decide(
        self, account_id: UUID, request_id: UUID, act: Literal["approve", "decline"], *, key: str
    ) -> bodies.CashRequest:
        """Do what somebody else asked for, or let it go."""
        path = f"/accounts/{account_id}/finance/requests/{request_id}/{act}"
        return await self.call(bodies.CashRequest, "POST", path, key=key)

    async def close_day(
        self, account_id: UUID, cash_register_id: UUID, body: bodies.NewDayClose, *, key: str
    ) -> bodies.DayClose | bodies.CashRequest:
        """Write down what was counted in a register; of a day that is over, or ask a second person to."""
        path = f"/accounts/{account_id}/cash-registers/{cash_register_id}/day-closes"
        return done_or_asked(await self.call(object, "POST", path, body=body, key=key), bodies.DayClose)

    async def day(self, account_id: UUID, day: date) -> bodies.DayReport:
        """Every register on one operating day."""
        return await self.call(bodies.DayReport, "GET", f"/accounts/{account_id}/finance/days/{day}")

    async def digest(self, account_id: UUID, since: date, until: date) -> bodies.OwnerDigest:
        """What was dated back, taken back or found missing."""
        query = {"from": since, "to": until}
        return await self.call(bodies.OwnerDigest, "GET", f"/accounts/{account_id}/finance/digest", query=query)

    async def report(self, account_id: UUID, by: str, since: date, until: date) -> bodies.Report:
        """Money by day, register, payment type, person or service."""
        query = {"from": since, "to": until}
        return await self.call(bodies.Report, "GET", f"/accounts/{account_id}/finance/reports/{by}", query=query)

    async def report_file(self, account_id: UUID, by: str, since: date, until: date, form: str) -> bytes:
        """The same as a file."""
        query: dict[str, QueryValue] = {"from": since, "to": until, "format": form}
        return await self.call(bytes, "GET", f"/accounts/{account_id}/finance/reports/{by}", query=query)

    async def compare(self, account_id: UUID, since: date, until: date) -> bodies.ReconciliationReport:
        """Where settlements, ledger, receipts and payments differ."""
        query = {"from": since, "to": until}
        path = f"/accounts/{account_id}/finance/reconciliation"
        return await self.call(bodies.ReconciliationReport, "GET", path, query=query)

    async def subscription(self, account_id: UUID) -> bodies.Subscription:
        """What the account takes and pays for a month."""
        return await self.call(bodies.Subscription, "GET", f"/accounts/{account_id}/subscription")

    async def choose_extras(
        self, account_id: UUID, body: bodies.SubscriptionChanges, *, version: int | None = None
    ) -> bodies.Subscription:
        """Take these extras and no others."""
        path = f"/accounts/{account_id}/subscription"
        return await self.call(bodies.Subscription, "PUT", path, body=body, version=version)

    async def price_list(self) -> bodies.PriceList:
        """What the product costs."""
        return await self.call(bodies.PriceList, "GET", "/price-list")
