"""Card payments: top-ups of the SMS balance, prepayments of bookings, shops at acquirers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.http import payments as bodies
from contracts.http.books import CashRequest

from .calling import Call, segment
from .fiscal import done_or_asked


@dataclass(frozen=True)
class Payments:
    """Fiscal's card payments for one asker."""

    call: Call

    async def top_ups(self, account_id: UUID) -> bodies.TopUps:
        """Top-ups, newest first, and where one can be paid."""
        return await self.call(bodies.TopUps, "GET", f"/accounts/{account_id}/sms-balance/top-ups")

    async def top_up(self, account_id: UUID, top_up_id: UUID) -> bodies.TopUp:
        """One of them."""
        return await self.call(bodies.TopUp, "GET", f"/accounts/{account_id}/sms-balance/top-ups/{top_up_id}")

    async def start_top_up(self, account_id: UUID, body: bodies.NewTopUp, *, key: str) -> bodies.TopUp:
        """Begin to pay: the answer leads to the acquirer."""
        path = f"/accounts/{account_id}/sms-balance/top-ups"
        return await self.call(bodies.TopUp, "POST", path, body=body, key=key)

    async def prepayments(
        self, account_id: UUID, *, in_review: bool | None = None, cursor: str | None = None
    ) -> bodies.Prepayments:
        """Money asked for in advance, newest first; `in_review` leaves those that a person has to look into."""
        query = {"in_review": in_review, "cursor": cursor}
        return await self.call(bodies.Prepayments, "GET", f"/accounts/{account_id}/payments", query=query)

    async def cancel(self, account_id: UUID, prepayment_id: UUID, *, version: int | None = None) -> bodies.Prepayment:
        """Ask for it no more."""
        path = f"/accounts/{account_id}/payments/{prepayment_id}"
        return await self.call(bodies.Prepayment, "DELETE", path, version=version)

    async def refund(
        self, account_id: UUID, prepayment_id: UUID, body: bodies.NewRefund, *, key: str
    ) -> bodies.Prepayment | CashRequest:
        """Give the money back through the acquirer, all that is left or a part, or ask a second person to."""
        path = f"/accounts/{account_id}/payments/{prepayment_id}/refund"
        return done_or_asked(await self.call(object, "POST", path, body=body, key=key), bodies.Prepayment)

    async def refund_outcome(
        self, account_id: UUID, prepayment_id: UUID, body: bodies.RefundOutcome, *, key: str
    ) -> bodies.Prepayment:
        """Say whether a part went back that the acquirer does not tell of."""
        path = f"/accounts/{account_id}/payments/{prepayment_id}/refund/outcome"
        return await self.call(bodies.Prepayment, "POST", path, body=body, key=key)

    async def pay_subscription(self, account_id: UUID, *, key: str) -> bodies.SubscriptionPayment:
        """Begin to pay for the extras: the answer leads to the acquirer."""
        path = f"/accounts/{account_id}/subscription/payments"
        return await self.call(bodies.SubscriptionPayment, "POST", path, key=key)

    async def subscription_payment(self, account_id: UUID, payment_id: UUID) -> bodies.SubscriptionPayment:
        """One order for the subscription."""
        path = f"/accounts/{account_id}/subscription/payments/{payment_id}"
        return await self.call(bodies.SubscriptionPayment, "GET", path)

    async def acquirers(self, account_id: UUID) -> bodies.Acquirers:
        """The shops that prepayments are paid to."""
        return await self.call(bodies.Acquirers, "GET", f"/accounts/{account_id}/acquirers")

    async def set_acquirer(self, account_id: UUID, provider: str, body: bodies.NewAcquirer) -> bodies.AcquirerShown:
        """Connect a shop, or change its keys."""
        path = f"/accounts/{account_id}/acquirers/{segment(provider)}"
        return await self.call(bodies.AcquirerShown, "PUT", path, body=body)

    async def remove_acquirer(self, account_id: UUID, provider: str) -> object:
        """Part from a shop."""
        return await self.call(object, "DELETE", f"/accounts/{account_id}/acquirers/{segment(provider)}")

    async def rules(self, account_id: UUID) -> bodies.PrepaymentRulesShown:
        """Which new bookings are asked for money in advance."""
        path = f"/accounts/{account_id}/acquirers/prepayment-rules"
        return await self.call(bodies.PrepaymentRulesShown, "GET", path)

    async def set_rules(self, account_id: UUID, body: bodies.PrepaymentRules) -> bodies.PrepaymentRulesShown:
        """Set them anew."""
        path = f"/accounts/{account_id}/acquirers/prepayment-rules"
        return await self.call(bodies.PrepaymentRulesShown, "PUT", path, body=body)
