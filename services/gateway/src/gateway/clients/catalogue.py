"""What an account sells, who serves, where and when: the part of booking that is set up once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from contracts.http import catalogue as bodies

from .calling import Call, segment

OnConflict = Literal["keep", "move", "cancel"]


@dataclass(frozen=True)
class Catalogue:
    """Booking's catalogue API for one asker."""

    call: Call

    async def listed(
        self, *, city: str | None = None, q: str | None = None, cursor: str | None = None
    ) -> bodies.Catalogue:
        """Accounts that want to be found; `q` is a part of a firm's or a service's name."""
        query = {"city": city, "q": q, "cursor": cursor}
        return await self.call(bodies.Catalogue, "GET", "/catalogue", query=query)

    async def cities(self) -> bodies.CityList:
        """Cities with such accounts."""
        return await self.call(bodies.CityList, "GET", "/catalogue/cities")

    async def public_page(self, vanity: str) -> bodies.PublicPage:
        """What everybody may see of an account."""
        return await self.call(bodies.PublicPage, "GET", f"/public/{segment(vanity)}")

    async def locations(self, account_id: UUID) -> bodies.LocationList:
        """Locations of the account."""
        return await self.call(bodies.LocationList, "GET", f"/accounts/{account_id}/locations")

    async def add_location(self, account_id: UUID, body: bodies.LocationBody, *, key: str) -> bodies.LocationAnswer:
        """A new location."""
        path = f"/accounts/{account_id}/locations"
        return await self.call(bodies.LocationAnswer, "POST", path, body=body, key=key)

    async def change_location(
        self, account_id: UUID, location_id: UUID, body: bodies.LocationPatch, *, version: int | None = None
    ) -> bodies.LocationAnswer:
        """Only what is set changes."""
        path = f"/accounts/{account_id}/locations/{location_id}"
        return await self.call(bodies.LocationAnswer, "PATCH", path, body=body, version=version)

    async def services(self, account_id: UUID) -> bodies.ServiceList:
        """Services of the account."""
        return await self.call(bodies.ServiceList, "GET", f"/accounts/{account_id}/services")

    async def add_service(self, account_id: UUID, body: bodies.ServiceBody, *, key: str) -> bodies.ServiceAnswer:
        """A new service."""
        path = f"/accounts/{account_id}/services"
        return await self.call(bodies.ServiceAnswer, "POST", path, body=body, key=key)

    async def change_service(
        self, account_id: UUID, service_id: UUID, body: bodies.ServicePatch, *, version: int | None = None
    ) -> bodies.ServiceAnswer:
        """Only what is set changes."""
        path = f"/accounts/{account_id}/services/{service_id}"
        return await self.call(bodies.ServiceAnswer, "PATCH", path, body=body, version=version)

    async def staff_members(self, account_id: UUID) -> bodies.StaffMemberList:
        """Staff of the account."""
        return await self.call(bodies.StaffMemberList, "GET", f"/accounts/{account_id}/staff-members")

    async def add_staff_member(
        self, account_id: UUID, body: bodies.StaffMemberBody, *, key: str
    ) -> bodies.StaffMemberAnswer:
        """A column of the calendar without a login."""
        path = f"/accounts/{account_id}/staff-members"
        return await self.call(bodies.StaffMemberAnswer, "POST", path, body=body, key=key)

    async def change_staff_member(
        self, account_id: UUID, staff_member_id: UUID, body: bodies.StaffMemberPatch, *, version: int | None = None
    ) -> bodies.StaffMemberAnswer:
        """Only what is set changes."""
        path = f"/accounts/{account_id}/staff-members/{staff_member_id}"
        return await self.call(bodies.StaffMemberAnswer, "PATCH", path, body=body, version=version)

    async def schedule(self, account_id: UUID, staff_member_id: UUID) -> object:
        """Working hours as they were set."""
        return await self.call(object, "GET", f"/accounts/{account_id}/staff-members/{staff_member_id}/schedule")

    async def set_schedule(
        self,
        account_id: UUID,
        staff_member_id: UUID,
        body: bodies.WeeklySchedule | bodies.CycleSchedule | bodies.ParitySchedule,
        *,
        dry_run: bool = False,
        on_conflict: OnConflict | None = None,
    ) -> object:
        """New working hours; 409 with the bookings they would hit until a choice is sent."""
        path = f"/accounts/{account_id}/staff-members/{staff_member_id}/schedule"
        query = {"dry_run": dry_run or None, "on_conflict": on_conflict}
        return await self.call(object, "PUT", path, query=query, body=body)

    async def time_off(self, account_id: UUID, staff_member_id: UUID) -> bodies.TimeOffList:
        """Absences of one person."""
        path = f"/accounts/{account_id}/staff-members/{staff_member_id}/time-off"
        return await self.call(bodies.TimeOffList, "GET", path)

    async def closed_days(self, account_id: UUID) -> bodies.ClosedDayList:
        """Holidays and the account's own closed days."""
        return await self.call(bodies.ClosedDayList, "GET", f"/accounts/{account_id}/closed-days")
