"""A month of bookings around today, as a salon's calendar looks: fuller near today, with all endings in the past."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from zapys_dev.demo.api import Api, Refused

_DAYS_BEFORE = 14
_DAYS_AFTER = 16
_BUSY_DAYS = 7
_PAST_STARTS = (10, 11, 12, 14, 15, 16)
# Refusals that a calendar filled by chance meets: taken, outside the hours, over the client's limit.
_HARMLESS = {409, 422}


@dataclass
class Month:
    """Books through the staff's door; the same day of `now` gives the same wishes."""

    api: Api
    account: str
    content: dict[str, Any]
    staff: list[str]
    services: list[str]
    now: datetime

    def __post_init__(self) -> None:
        self._zone = ZoneInfo(self.content["account"]["time_zone"])
        self._today = self.now.astimezone(self._zone).date()
        self._chance = random.Random(self._today.toordinal())

    def fill(self) -> int:
        """Gives the number of bookings made."""
        made = 0
        for offset in range(-_DAYS_BEFORE, _DAYS_AFTER + 1):
            day = self._today + timedelta(days=offset)
            for person, staff_member in zip(self.content["staff"], self.staff, strict=True):
                wanted = self._chance.randint(1, 3) if abs(offset) <= _BUSY_DAYS else self._chance.randint(0, 1)
                service = self.services[self._chance.choice(person["services"])]
                for starts_at in self._starts(day, wanted, service, staff_member):
                    made += self._book(service, staff_member, starts_at)
        return made

    def _starts(self, day: date, wanted: int, service: str, staff_member: str) -> list[str]:
        """From the free starts for days to come; for past ones the hours at which salons work."""
        if day <= self._today:
            hours = sorted(self._chance.sample(_PAST_STARTS, wanted))
            return [datetime(day.year, day.month, day.day, hour, tzinfo=self._zone).isoformat() for hour in hours]
        query = f"service_ids={service}&staff_member_id={staff_member}&from={day}&to={day}"
        days = self.api.get(f"{self.account}/availability?{query}")["days"]
        free = [slot["starts_at"] for found in days for slot in found["slots"]]
        return sorted(self._chance.sample(free, min(wanted, len(free))))

    def _book(self, service: str, staff_member: str, starts_at: str) -> int:
        is_past = datetime.fromisoformat(starts_at) < self.now
        key = f"demo-booking-{staff_member}-{starts_at}"
        body = {
            "service_ids": [service],
            "staff_member_id": staff_member,
            "starts_at": starts_at,
            "client": self._chance.choice(self.content["clients"]),
            # A visit of the past is written down afterwards: no notice is left to keep.
            "override": is_past,
        }
        try:
            booking = self.api.post(f"{self.account}/bookings", body, key)
            if is_past:
                self._end(f"{self.account}/bookings/{booking['id']}", key)
        except Refused as refused:
            if refused.status not in _HARMLESS:
                raise
            return 0
        return 1

    def _end(self, booking: str, key: str) -> None:
        """Most visits took place; a few were called off or missed."""
        fate = self._chance.random()
        if fate < 0.08:
            self.api.post(f"{booking}/cancel", {"reason": self.content["cancel_reason"]}, f"{key}-cancel")
        elif fate < 0.14:
            self.api.post(f"{booking}/no-show", {}, f"{key}-no-show")
        else:
            self.api.post(f"{booking}/arrive", {}, f"{key}-arrive")
            self.api.post(f"{booking}/complete", {}, f"{key}-complete")
