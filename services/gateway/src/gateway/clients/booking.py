"""Availability, holds, bookings, calendar, clients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from contracts.http import booking as bodies
from contracts.http import clients as cards
from contracts.http import series
from contracts.http import stock as goods
from contracts.http import waitlist as waiting

from .calling import Call, segment

Step = Literal["confirm", "arrive", "complete", "no-show"]


@dataclass(frozen=True)
class Booking:
    """Booking's API for one asker."""

    call: Call

    # For everybody

    async def public_availability(
        self,
        vanity: str,
        service_ids: Sequence[UUID],
        *,
        since: date,
        until: date,
        staff_member_id: UUID | None = None,
        location_id: UUID | None = None,
        seats: int | None = None,
    ) -> bodies.AvailabilityAnswer:
        """Offered starts; `until` is inclusive."""
        query = {
            "service_ids": list(service_ids),
            "staff_member_id": staff_member_id,
            "location_id": location_id,
            "seats": seats,
            "from": since,
            "to": until,
        }
        return await self.call(bodies.AvailabilityAnswer, "GET", f"/public/{segment(vanity)}/availability", query=query)

    async def public_day_explanation(
        self,
        vanity: str,
        service_ids: Sequence[UUID],
        day: date,
        *,
        staff_member_id: UUID | None = None,
        location_id: UUID | None = None,
        seats: int | None = None,
    ) -> list[bodies.DayExplanationAnswer]:
        """Why a day has no start, in words that are safe for everybody."""
        query = {
            "service_ids": list(service_ids),
            "staff_member_id": staff_member_id,
            "location_id": location_id,
            "seats": seats,
            "date": day,
        }
        path = f"/public/{segment(vanity)}/availability/explain-day"
        return await self.call(list[bodies.DayExplanationAnswer], "GET", path, query=query)

    async def hold(self, vanity: str, body: bodies.HoldBody, *, key: str) -> bodies.HoldAnswer:
        """Reserve a start for some minutes."""
        return await self.call(bodies.HoldAnswer, "POST", f"/public/{segment(vanity)}/holds", body=body, key=key)

    async def book(self, vanity: str, body: bodies.PublicBookingBody, *, key: str) -> bodies.BookingAnswer:
        """Book as a client."""
        path = f"/public/{segment(vanity)}/bookings"
        return await self.call(bodies.BookingAnswer, "POST", path, body=body, key=key)

    async def by_code(self, code: str) -> bodies.OneBookingAnswer:
        """What the short link of an SMS shows."""
        return await self.call(bodies.OneBookingAnswer, "GET", f"/public/b/{segment(code)}")

    # The client's own

    async def mine(
        self, *, when: Literal["coming", "past"] | None = None, cursor: str | None = None
    ) -> bodies.MyBookingList:
        """The caller's own bookings over all accounts: those to come by date, others newest first."""
        return await self.call(bodies.MyBookingList, "GET", "/me/bookings", query={"when": when, "cursor": cursor})

    async def one_of_mine(self, booking_id: UUID) -> bodies.MyBookingAnswer:
        """One of the caller's own bookings."""
        return await self.call(bodies.MyBookingAnswer, "GET", f"/me/bookings/{booking_id}")

    async def cancel_mine(self, booking_id: UUID, body: bodies.CancelBody, *, key: str) -> bodies.MyBookingAnswer:
        """Cancel as the client."""
        path = f"/me/bookings/{booking_id}/cancel"
        return await self.call(bodies.MyBookingAnswer, "POST", path, body=body, key=key)

    async def reschedule_mine(
        self, booking_id: UUID, body: bodies.ClientRescheduleBody, *, key: str
    ) -> bodies.MyBookingAnswer:
        """Move as the client."""
        path = f"/me/bookings/{booking_id}/reschedule"
        return await self.call(bodies.MyBookingAnswer, "POST", path, body=body, key=key)

    # Staff

    async def availability(
        self,
        account_id: UUID,
        service_ids: Sequence[UUID],
        *,
        since: date,
        until: date,
        staff_member_id: UUID | None = None,
        location_id: UUID | None = None,
    ) -> bodies.AvailabilityAnswer:
        """As for everybody, with manual-only hours and staff-only services."""
        query = {
            "service_ids": list(service_ids),
            "staff_member_id": staff_member_id,
            "location_id": location_id,
            "from": since,
            "to": until,
        }
        path = f"/accounts/{account_id}/availability"
        return await self.call(bodies.AvailabilityAnswer, "GET", path, query=query)

    async def explanation(
        self,
        account_id: UUID,
        service_ids: Sequence[UUID],
        at: datetime,
        *,
        staff_member_id: UUID | None = None,
        location_id: UUID | None = None,
    ) -> bodies.ExplanationAnswer:
        """Why a start is not offered, in full."""
        query = {
            "service_ids": list(service_ids),
            "staff_member_id": staff_member_id,
            "location_id": location_id,
            "at": at,
        }
        path = f"/accounts/{account_id}/availability/explain"
        return await self.call(bodies.ExplanationAnswer, "GET", path, query=query)

    async def calendar(
        self, account_id: UUID, *, since: date, until: date, location_id: UUID | None = None
    ) -> bodies.CalendarAnswer:
        """Columns by staff member."""
        query = {"from": since, "to": until, "location_id": location_id}
        return await self.call(bodies.CalendarAnswer, "GET", f"/accounts/{account_id}/calendar", query=query)

    async def bookings(
        self,
        account_id: UUID,
        *,
        since: date | None = None,
        until: date | None = None,
        staff_member_id: UUID | None = None,
        location_id: UUID | None = None,
        client_id: UUID | None = None,
        state: str | None = None,
        deleted: bool | None = None,
        cursor: str | None = None,
    ) -> bodies.BookingList:
        """Bookings of the account."""
        query = {
            "from": since,
            "to": until,
            "staff_member_id": staff_member_id,
            "location_id": location_id,
            "client_id": client_id,
            "state": state,
            "deleted": deleted,
            "cursor": cursor,
        }
        return await self.call(bodies.BookingList, "GET", f"/accounts/{account_id}/bookings", query=query)

    async def create(self, account_id: UUID, body: bodies.StaffBookingBody, *, key: str) -> bodies.BookingAnswer:
        """Book as staff."""
        path = f"/accounts/{account_id}/bookings"
        return await self.call(bodies.BookingAnswer, "POST", path, body=body, key=key)

    async def booking(self, account_id: UUID, booking_id: UUID) -> bodies.BookingAnswer:
        """One booking."""
        return await self.call(bodies.BookingAnswer, "GET", f"/accounts/{account_id}/bookings/{booking_id}")

    async def change(
        self, account_id: UUID, booking_id: UUID, body: bodies.BookingPatch, *, version: int | None = None
    ) -> bodies.BookingAnswer:
        """Price, comment, client; only what is set changes."""
        path = f"/accounts/{account_id}/bookings/{booking_id}"
        return await self.call(bodies.BookingAnswer, "PATCH", path, body=body, version=version)

    async def cancel(
        self, account_id: UUID, booking_id: UUID, body: bodies.CancelBody, *, key: str, version: int | None = None
    ) -> bodies.BookingAnswer:
        """Cancel as staff."""
        path = f"/accounts/{account_id}/bookings/{booking_id}/cancel"
        return await self.call(bodies.BookingAnswer, "POST", path, body=body, key=key, version=version)

    async def put_away(
        self, account_id: UUID, booking_id: UUID, *, reason: str, tell_client: bool, key: str, version: int | None
    ) -> bodies.BookingAnswer:
        """Delete; it can be brought back."""
        path = f"/accounts/{account_id}/bookings/{booking_id}"
        query = {"reason": reason or None, "tell_client": tell_client}
        return await self.call(bodies.BookingAnswer, "DELETE", path, query=query, key=key, version=version)

    async def bring_back(self, account_id: UUID, booking_id: UUID, *, key: str) -> bodies.BookingAnswer:
        """Restore what was deleted."""
        path = f"/accounts/{account_id}/bookings/{booking_id}/restore"
        return await self.call(bodies.BookingAnswer, "POST", path, key=key)

    async def reschedule(
        self, account_id: UUID, booking_id: UUID, body: bodies.RescheduleBody, *, key: str, version: int | None = None
    ) -> bodies.BookingAnswer:
        """Move as staff."""
        path = f"/accounts/{account_id}/bookings/{booking_id}/reschedule"
        return await self.call(bodies.BookingAnswer, "POST", path, body=body, key=key, version=version)

    async def undo_reschedule(self, account_id: UUID, booking_id: UUID, *, key: str) -> bodies.BookingAnswer:
        """Take the last move back."""
        path = f"/accounts/{account_id}/bookings/{booking_id}/reschedule/undo"
        return await self.call(bodies.BookingAnswer, "POST", path, key=key)

    async def advance(
        self, account_id: UUID, booking_id: UUID, step: Step, *, key: str, version: int | None = None
    ) -> bodies.BookingAnswer:
        """One step of the visit's life."""
        path = f"/accounts/{account_id}/bookings/{booking_id}/{step}"
        return await self.call(bodies.BookingAnswer, "POST", path, key=key, version=version)

    async def actions(self, account_id: UUID, booking_id: UUID) -> bodies.ActionList:
        """What the caller may do with a booking, and why not the rest."""
        return await self.call(bodies.ActionList, "GET", f"/accounts/{account_id}/bookings/{booking_id}/actions")

    async def timeline(self, account_id: UUID, booking_id: UUID) -> bodies.Timeline:
        """Who did what to a booking."""
        return await self.call(bodies.Timeline, "GET", f"/accounts/{account_id}/bookings/{booking_id}/timeline")

    # Waiting, repeating

    async def waitlist(self, account_id: UUID) -> waiting.WaitlistList:
        """Who waits for a time, the first ones first."""
        return await self.call(waiting.WaitlistList, "GET", f"/accounts/{account_id}/waitlist")

    async def add_to_waitlist(
        self, account_id: UUID, body: waiting.StaffWaitlistBody, *, key: str
    ) -> waiting.WaitlistAnswer:
        """Write down that a client waits."""
        return await self.call(waiting.WaitlistAnswer, "POST", f"/accounts/{account_id}/waitlist", body=body, key=key)

    async def remove_from_waitlist(self, account_id: UUID, entry_id: UUID) -> None:
        """They wait no longer."""
        await self.call(bytes, "DELETE", f"/accounts/{account_id}/waitlist/{entry_id}")

    async def add_series(self, account_id: UUID, body: series.SeriesBody, *, key: str) -> series.SeriesAnswer:
        """Book again and again; with `dry_run` only see which dates can be had."""
        path = f"/accounts/{account_id}/booking-series"
        return await self.call(series.SeriesAnswer, "POST", path, body=body, key=key)

    # Goods

    async def stock(self, account_id: UUID) -> goods.StockItemList:
        """What stands on the shelf."""
        return await self.call(goods.StockItemList, "GET", f"/accounts/{account_id}/stock")

    async def sell_goods(
        self, account_id: UUID, booking_id: UUID, body: goods.SellBody, *, key: str, version: int | None = None
    ) -> bodies.BookingAnswer:
        """Sell goods with a visit."""
        path = f"/accounts/{account_id}/bookings/{booking_id}/goods"
        return await self.call(bodies.BookingAnswer, "POST", path, body=body, key=key, version=version)

    async def take_back_goods(self, account_id: UUID, booking_id: UUID, goods_id: UUID) -> bodies.BookingAnswer:
        """Put goods back on the shelf."""
        path = f"/accounts/{account_id}/bookings/{booking_id}/goods/{goods_id}"
        return await self.call(bodies.BookingAnswer, "DELETE", path)

    # Cards of clients

    async def clients(self, account_id: UUID, *, q: str | None = None, cursor: str | None = None) -> cards.ClientList:
        """Cards of the account's clients; `q` is a part of a name or of a phone."""
        query = {"q": q, "cursor": cursor}
        return await self.call(cards.ClientList, "GET", f"/accounts/{account_id}/clients", query=query)

    async def client(self, account_id: UUID, client_id: UUID) -> cards.ClientCard:
        """One card."""
        return await self.call(cards.ClientCard, "GET", f"/accounts/{account_id}/clients/{client_id}")

    async def add_client(self, account_id: UUID, body: cards.ClientCardBody, *, key: str) -> cards.ClientCard:
        """A new card."""
        return await self.call(cards.ClientCard, "POST", f"/accounts/{account_id}/clients", body=body, key=key)

    async def change_client(
        self, account_id: UUID, client_id: UUID, body: cards.ClientCardPatch, *, version: int | None = None
    ) -> cards.ClientCard:
        """Only what is set changes."""
        path = f"/accounts/{account_id}/clients/{client_id}"
        return await self.call(cards.ClientCard, "PATCH", path, body=body, version=version)

    async def client_history(self, account_id: UUID, client_id: UUID) -> cards.ClientHistory:
        """Visits of a client with their sums."""
        return await self.call(cards.ClientHistory, "GET", f"/accounts/{account_id}/clients/{client_id}/history")
