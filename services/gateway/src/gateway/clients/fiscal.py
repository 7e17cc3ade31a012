"""Cash registers, settlement, the ledger, receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel

from contracts.http import fiscal as bodies
from contracts.http.books import CashRequest

from .calling import Call

B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True)
class Fiscal:
    """Fiscal's API for one asker."""

    call: Call

    async def cash_registers(self, account_id: UUID) -> bodies.CashRegisters:
        """The account's cash registers with what lies in them."""
        return await self.call(bodies.CashRegisters, "GET", f"/accounts/{account_id}/cash-registers")

    async def add_cash_register(
        self, account_id: UUID, body: bodies.NewCashRegister, *, key: str
    ) -> bodies.CashRegister:
        """A new cash register."""
        path = f"/accounts/{account_id}/cash-registers"
        return await self.call(bodies.CashRegister, "POST", path, body=body, key=key)

    async def change_cash_register(
        self, account_id: UUID, cash_register_id: UUID, body: bodies.CashRegisterChanges, *, version: int | None = None
    ) -> bodies.CashRegister:
        """Only what is set changes."""
        path = f"/accounts/{account_id}/cash-registers/{cash_register_id}"
        return await self.call(bodies.CashRegister, "PATCH", path, body=body, version=version)

    async def check_cash_register(self, account_id: UUID, cash_register_id: UUID) -> bodies.CashRegisterCheck:
        """Cashier, licence, signature, one by one."""
        path = f"/accounts/{account_id}/cash-registers/{cash_register_id}/check"
        return await self.call(bodies.CashRegisterCheck, "POST", path)

    async def turn_fiscal_shift(
        self, account_id: UUID, cash_register_id: UUID, act: Literal["open", "close"], *, key: str
    ) -> bodies.FiscalShift:
        """Open or close the fiscal shift of a register."""
        path = f"/accounts/{account_id}/cash-registers/{cash_register_id}/fiscal-shift/{act}"
        return await self.call(bodies.FiscalShift, "POST", path, key=key)

    async def offline_work(self, account_id: UUID, cash_register_id: UUID) -> bodies.OfflineWork:
        """How a register stands to the tax office."""
        path = f"/accounts/{account_id}/cash-registers/{cash_register_id}/offline"
        return await self.call(bodies.OfflineWork, "GET", path)

    async def turn_offline(
        self, account_id: UUID, cash_register_id: UUID, *, is_offline: bool, key: str
    ) -> bodies.OfflineWork:
        """Send a register offline, or bring it back."""
        path = f"/accounts/{account_id}/cash-registers/{cash_register_id}/offline"
        return await self.call(bodies.OfflineWork, "POST" if is_offline else "DELETE", path, key=key)

    async def settlement(self, account_id: UUID, booking_id: UUID) -> bodies.BookingSettlement:
        """What is paid for a booking and by which acts."""
        path = f"/accounts/{account_id}/bookings/{booking_id}/settlement"
        return await self.call(bodies.BookingSettlement, "GET", path)

    async def settle(
        self, account_id: UUID, booking_id: UUID, body: bodies.NewSettlement, *, key: str
    ) -> bodies.Settlement | CashRequest:
        """Take payment for a booking; one dated back may become a request to a second person."""
        path = f"/accounts/{account_id}/bookings/{booking_id}/settlement"
        return done_or_asked(await self.call(object, "POST", path, body=body, key=key), bodies.Settlement)

    async def reverse_settlement(
        self, account_id: UUID, booking_id: UUID, body: bodies.NewReversal, *, key: str
    ) -> bodies.Reversals | CashRequest:
        """Take a payment back, or ask a second person to."""
        path = f"/accounts/{account_id}/bookings/{booking_id}/settlement/reverse"
        return done_or_asked(await self.call(object, "POST", path, body=body, key=key), bodies.Reversals)

    async def cash_operations(
        self,
        account_id: UUID,
        *,
        cash_register_id: UUID | None = None,
        since: date | None = None,
        until: date | None = None,
        back_dated: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> bodies.CashOperations:
        """Lines of the ledger, newest first."""
        query = {
            "cash_register_id": cash_register_id,
            "from": since,
            "to": until,
            "back_dated": back_dated,
            "cursor": cursor,
            "limit": limit,
        }
        return await self.call(bodies.CashOperations, "GET", f"/accounts/{account_id}/cash-operations", query=query)

    async def add_cash_operation(
        self, account_id: UUID, body: bodies.NewCashOperation, *, key: str
    ) -> bodies.CashOperation | CashRequest:
        """Put money in or take it out; an act that needs a second person becomes a request."""
        path = f"/accounts/{account_id}/cash-operations"
        return done_or_asked(await self.call(object, "POST", path, body=body, key=key), bodies.CashOperation)

    async def correct_cash_operation(
        self, account_id: UUID, operation_id: UUID, body: bodies.CashOperationChanges, *, key: str
    ) -> bodies.CashOperation | CashRequest:
        """Take a line back and write the right one."""
        path = f"/accounts/{account_id}/cash-operations/{operation_id}"
        return done_or_asked(await self.call(object, "PATCH", path, body=body, key=key), bodies.CashOperation)

    async def reverse_cash_operation(
        self, account_id: UUID, operation_id: UUID, reason: str | None, *, key: str
    ) -> bodies.CashOperation | CashRequest:
        """Take a line back."""
        path = f"/accounts/{account_id}/cash-operations/{operation_id}"
        return done_or_asked(
            await self.call(object, "DELETE", path, query={"reason": reason}, key=key), bodies.CashOperation
        )

    async def cash_register(self, account_id: UUID, cash_register_id: UUID) -> bodies.CashRegister:
        """One register."""
        path = f"/accounts/{account_id}/cash-registers/{cash_register_id}"
        return await self.call(bodies.CashRegister, "GET", path)

    async def fiscal_shifts(
        self, account_id: UUID, cash_register_id: UUID, *, limit: int | None = None
    ) -> bodies.FiscalShifts:
        """Shifts of a register with their Z-reports, newest first."""
        path = f"/accounts/{account_id}/cash-registers/{cash_register_id}/fiscal-shifts"
        return await self.call(bodies.FiscalShifts, "GET", path, query={"limit": limit})

    async def x_report(self, account_id: UUID, cash_register_id: UUID) -> bodies.FiscalReport:
        """Totals of the open shift so far."""
        path = f"/accounts/{account_id}/cash-registers/{cash_register_id}/fiscal-shift/x-report"
        return await self.call(bodies.FiscalReport, "POST", path)

    async def receipt(self, account_id: UUID, receipt_id: UUID) -> bodies.Receipt:
        """One receipt."""
        return await self.call(bodies.Receipt, "GET", f"/accounts/{account_id}/receipts/{receipt_id}")

    async def receipt_document(self, account_id: UUID, receipt_id: UUID, form: str) -> bytes:
        """The receipt as Checkbox prints it."""
        path = f"/accounts/{account_id}/receipts/{receipt_id}/document"
        return await self.call(bytes, "GET", path, query={"form": form})

    async def deliver_receipt(
        self, account_id: UUID, receipt_id: UUID, body: bodies.NewReceiptDelivery
    ) -> bodies.ReceiptDelivery:
        """Send it to the client."""
        path = f"/accounts/{account_id}/receipts/{receipt_id}/deliveries"
        return await self.call(bodies.ReceiptDelivery, "POST", path, body=body)

    async def receipts(
        self, account_id: UUID, *, states: Sequence[str] = (), cursor: str | None = None
    ) -> bodies.Receipts:
        """Receipts with the cause and age of the waiting ones."""
        query = {"state": ",".join(states) or None, "cursor": cursor}
        return await self.call(bodies.Receipts, "GET", f"/accounts/{account_id}/receipts", query=query)

    async def retry_receipt(self, account_id: UUID, receipt_id: UUID, *, key: str) -> bodies.ReceiptShort:
        """Try a waiting receipt now."""
        path = f"/accounts/{account_id}/receipts/{receipt_id}/retry"
        return await self.call(bodies.ReceiptShort, "POST", path, key=key)


def done_or_asked(said: object, done: type[B]) -> B | CashRequest:
    """What was done, or the request to a second person that was put down in its place."""
    is_request = isinstance(said, dict) and "command" in said
    return CashRequest.model_validate(said) if is_request else done.model_validate(said)
