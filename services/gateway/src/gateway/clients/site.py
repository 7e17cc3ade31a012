"""What everybody may do on a firm's page besides booking: read reviews, wait for a time, find the page of a host."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.http import booking as bookings
from contracts.http import catalogue, reviews, site, waitlist

from .calling import Call, segment


@dataclass(frozen=True)
class Site:
    """The public side of booking's API for one asker."""

    call: Call

    async def reviews(self, vanity: str, *, limit: int = 5, cursor: str | None = None) -> reviews.PublicReviewList:
        """What clients wrote, newest first."""
        query = {"limit": limit, "cursor": cursor}
        return await self.call(reviews.PublicReviewList, "GET", f"/public/{segment(vanity)}/reviews", query=query)

    async def hours(self, vanity: str) -> catalogue.HoursAnswer:
        """When somebody receives clients, for a week from today."""
        return await self.call(catalogue.HoursAnswer, "GET", f"/public/{segment(vanity)}/hours")

    async def page_of_host(self, host: str) -> site.HostAnswer:
        """Whose page answers on a host of its own."""
        return await self.call(site.HostAnswer, "GET", f"/public/h/{segment(host)}")

    async def wait(self, vanity: str, body: waitlist.WaitlistBody, *, key: str) -> waitlist.WaitlistAnswer:
        """Wait for time that is taken now."""
        path = f"/public/{segment(vanity)}/waitlist"
        return await self.call(waitlist.WaitlistAnswer, "POST", path, body=body, key=key)

    async def my_waitlist(self) -> waitlist.WaitlistList:
        """What the caller waits for, in every firm."""
        return await self.call(waitlist.WaitlistList, "GET", "/me/waitlist")

    async def stop_waiting(self, entry_id: UUID) -> None:
        """Wait no longer."""
        await self.call(object, "DELETE", f"/me/waitlist/{entry_id}")

    async def offer(self, code: str) -> waitlist.PublicOffer:
        """What the link in a message offers."""
        return await self.call(waitlist.PublicOffer, "GET", f"/public/waitlist-offers/{segment(code)}")

    async def accept_offer(self, code: str, *, key: str) -> bookings.BookingAnswer:
        """Book the offered time."""
        path = f"/public/waitlist-offers/{segment(code)}/accept"
        return await self.call(bookings.BookingAnswer, "POST", path, key=key)

    async def decline_offer(self, code: str, *, key: str) -> waitlist.WaitlistAnswer:
        """Let the next in line have it."""
        path = f"/public/waitlist-offers/{segment(code)}/decline"
        return await self.call(waitlist.WaitlistAnswer, "POST", path, key=key)
