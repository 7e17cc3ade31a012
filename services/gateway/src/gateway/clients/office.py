"""What an owner sets up at booking beyond the catalogue: changes with their effect, days off, rooms, the bin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from contracts.http import catalogue as bodies
from contracts.http import changes, schedule_days, site

from .calling import Call


@dataclass(frozen=True)
class Office:
    """Booking's API for who runs an account."""

    call: Call

    async def change(self, account_id: UUID, body: Mapping[str, Any], *, key: str) -> changes.ChangeAnswer:
        """See what a change of the rules hits (`dry_run`), or carry it out with a choice for every booking."""
        return await self.call(changes.ChangeAnswer, "POST", f"/accounts/{account_id}/changes", body=body, key=key)

    async def schedule_days(
        self, account_id: UUID, staff_member_id: UUID, first: date, last: date, schedule: Mapping[str, Any] | None
    ) -> schedule_days.ScheduleDays:
        """Day by day what a schedule comes to; without one, what is in force."""
        path = f"/accounts/{account_id}/staff-members/{staff_member_id}/schedule/days"
        body = {"from": first.isoformat(), "to": last.isoformat(), "schedule": schedule}
        return await self.call(schedule_days.ScheduleDays, "POST", path, body=body)

    async def give_up_time_off(self, account_id: UUID, staff_member_id: UUID, time_off_id: UUID) -> None:
        """Take an absence back."""
        path = f"/accounts/{account_id}/staff-members/{staff_member_id}/time-off/{time_off_id}"
        await self.call(object, "DELETE", path)

    async def open_day(self, account_id: UUID, closed_day_id: UUID) -> None:
        """Work on a closed day again."""
        await self.call(object, "DELETE", f"/accounts/{account_id}/closed-days/{closed_day_id}")

    async def holidays(self, account_id: UUID, year: int) -> changes.HolidayList:
        """The holidays of the country, with what was decided about them."""
        return await self.call(changes.HolidayList, "GET", f"/accounts/{account_id}/holidays/{year}")

    # Rooms and devices

    async def resources(self, account_id: UUID) -> bodies.ResourceList:
        """Rooms and devices."""
        return await self.call(bodies.ResourceList, "GET", f"/accounts/{account_id}/resources")

    async def add_resource(self, account_id: UUID, body: bodies.ResourceBody, *, key: str) -> bodies.ResourceAnswer:
        """Another one."""
        return await self.call(bodies.ResourceAnswer, "POST", f"/accounts/{account_id}/resources", body=body, key=key)

    async def change_resource(
        self, account_id: UUID, resource_id: UUID, body: bodies.ResourcePatch
    ) -> bodies.ResourceAnswer:
        """Only what is set changes."""
        path = f"/accounts/{account_id}/resources/{resource_id}"
        return await self.call(bodies.ResourceAnswer, "PATCH", path, body=body)

    async def drop_resource(self, account_id: UUID, resource_id: UUID) -> None:
        """Take it away; services do not need it any more."""
        await self.call(object, "DELETE", f"/accounts/{account_id}/resources/{resource_id}")

    # Deleted and brought back

    async def restore_service(self, account_id: UUID, service_id: UUID, *, key: str) -> bodies.ServiceAnswer:
        """Sell it again."""
        path = f"/accounts/{account_id}/services/{service_id}/restore"
        return await self.call(bodies.ServiceAnswer, "POST", path, key=key)

    async def deleted_services(self, account_id: UUID) -> bodies.ServiceList:
        """Services that are not sold any more."""
        return await self.call(bodies.ServiceList, "GET", f"/accounts/{account_id}/deleted-services")

    async def restore_location(self, account_id: UUID, location_id: UUID, *, key: str) -> bodies.LocationAnswer:
        """Open it again."""
        path = f"/accounts/{account_id}/locations/{location_id}/restore"
        return await self.call(bodies.LocationAnswer, "POST", path, key=key)

    async def deleted_locations(self, account_id: UUID) -> bodies.LocationList:
        """Locations that were closed."""
        return await self.call(bodies.LocationList, "GET", f"/accounts/{account_id}/deleted-locations")

    async def restore_staff_member(
        self, account_id: UUID, staff_member_id: UUID, *, key: str
    ) -> bodies.StaffMemberAnswer:
        """Bring a chair without a login back."""
        path = f"/accounts/{account_id}/staff-members/{staff_member_id}/restore"
        return await self.call(bodies.StaffMemberAnswer, "POST", path, key=key)

    async def deleted_staff(self, account_id: UUID) -> bodies.StaffMemberList:
        """Those without a login who were removed."""
        return await self.call(bodies.StaffMemberList, "GET", f"/accounts/{account_id}/deleted-staff-members")

    # Own domain

    async def domain(self, account_id: UUID) -> site.DomainAnswer:
        """The own domain with its proof."""
        return await self.call(site.DomainAnswer, "GET", f"/accounts/{account_id}/domain")

    async def set_domain(self, account_id: UUID, body: site.DomainBody) -> site.DomainAnswer:
        """Another domain; its proof begins anew."""
        return await self.call(site.DomainAnswer, "PUT", f"/accounts/{account_id}/domain", body=body)

    async def check_domain(self, account_id: UUID) -> site.DomainAnswer:
        """Look at DNS now."""
        return await self.call(site.DomainAnswer, "POST", f"/accounts/{account_id}/domain/check")

    async def drop_domain(self, account_id: UUID) -> None:
        """Do without."""
        await self.call(object, "DELETE", f"/accounts/{account_id}/domain")

    # The company's page

    async def site_page(self, account_id: UUID) -> site.SitePageAnswer:
        """Words and looks of one's own, and the sites that may show the page."""
        return await self.call(site.SitePageAnswer, "GET", f"/accounts/{account_id}/site")

    async def set_site_page(
        self, account_id: UUID, body: site.SitePageBody, version: int | None
    ) -> site.SitePageAnswer:
        """Only what is set changes; the answer is what is left of it after cleaning."""
        return await self.call(site.SitePageAnswer, "PUT", f"/accounts/{account_id}/site", body=body, version=version)
