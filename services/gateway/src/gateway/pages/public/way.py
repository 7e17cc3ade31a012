"""Which steps of the way to a booking ask something, and at which one a person stands.

A step with one possible answer is answered and left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.http.catalogue import LocationAnswer, PublicPage, PublicService, PublicStaffMember
from gateway.pages import formats
from gateway.pages.words import duration, n, t

from .choice import ANY, Choice


@dataclass(frozen=True)
class Line:
    """One thing chosen so far, with the way back to its step."""

    icon: str
    words: str
    more: str = ""
    href: str | None = None
    act: str = "act.change"


@dataclass(frozen=True)
class Way:
    """A page of a firm with what a person has chosen on it; `choice` is complete as far as there is nothing to ask."""

    page: PublicPage
    choice: Choice
    steps: tuple[str, ...]
    step: str

    @property
    def location(self) -> LocationAnswer | None:
        return next((one for one in self.page.locations if one.id == self.choice.location_id), None)

    @property
    def zone(self) -> str:
        """The time zone that all moments are shown in."""
        return self.location.time_zone if self.location else self.page.account.time_zone

    @property
    def today(self) -> date:
        return datetime.now(ZoneInfo(self.zone)).date()

    @property
    def services(self) -> list[PublicService]:
        """Those of the location."""
        return _services(self.page, self.choice.location_id)

    @property
    def chosen_services(self) -> list[PublicService]:
        """In the order they were chosen in."""
        known = {service.id: service for service in self.page.services}
        return [known[service_id] for service_id in self.choice.service_ids]

    @property
    def able(self) -> list[PublicStaffMember]:
        """Those who do everything that was chosen."""
        return _able(self.page, self.choice)

    @property
    def person(self) -> PublicStaffMember | None:
        """Who was chosen; none for anybody."""
        return next((one for one in self.page.staff if one.id == self.choice.staff_member_id), None)

    @property
    def most_seats(self) -> int:
        """How many places of a group one person may take; one where no group was chosen."""
        return min((service.capacity for service in self.chosen_services), default=1)

    def lines(self) -> list[Line]:
        """What has been chosen so far, as it is shown above the step."""
        choice, lines = self.choice, []
        again = {"day": None, "strip": None, "at": None, "hold_id": None, "until": None, "code": None}
        if self.location and "location" in self.steps and self.step != "location":
            back = choice.to(location_id=None, service_ids=(), staff=None, **again)
            lines.append(Line("pin", self.location.name, self.location.address or "", back))
        if choice.service_ids and self.step not in ("location", "services"):
            lines += self._service_lines(again)
        if choice.staff and self.step in ("time", "contact", "code"):
            words = self.person.name if self.person else t("book.anybody")
            to_staff = choice.to(staff=None, **again) if "staff" in self.steps else None
            lines.append(Line("person", words, href=to_staff))
        if choice.at and self.step in ("contact", "code"):
            words = formats.when(choice.at, self.zone)
            day = formats.at(choice.at, self.zone).date()
            lines.append(Line("clock", words[:1].upper() + words[1:], href=choice.to(**{**again, "day": day})))
        if choice.is_waiting and self.step in ("contact", "code"):
            back = choice.to(**again, wait_from=None, wait_to=None, wait_part=None)
            lines.append(Line("clock", waits_for(choice), href=back))
        return lines

    def _service_lines(self, again: dict[str, None]) -> list[Line]:
        """One line for each service; of several each can be taken out."""
        chosen = self.chosen_services
        if len(chosen) > 1:
            return [
                Line("tag", one.name, _length_and_price([one]), self.choice.without_service(one.id), "act.take_out")
                for one in chosen
            ]
        again_all = self.choice.to(service_ids=(), staff=None, seats=None, **again)
        seats = self.choice.seats or 1
        more = _length_and_price(chosen * seats, chosen[0].duration_min)
        if seats > 1:
            more += f" · {n('book.seats', seats)}"
        return [Line("tag", chosen[0].name, more, again_all if "services" in self.steps else None)]


def waits_for(choice: Choice) -> str:
    """`23 листопада – 30 листопада, зранку`."""
    assert choice.wait_from is not None
    assert choice.wait_to is not None
    days = " – ".join(dict.fromkeys(formats.day_medium(day) for day in (choice.wait_from, choice.wait_to)))
    return f"{days}, {t('queue.part.' + (choice.wait_part or 'any'))}"


def _length_and_price(services: list[PublicService], minutes: int | None = None) -> str:
    """`1 год 30 хв · 1 950 ₴`."""
    price = sum(service.price.amount for service in services)
    length = duration(minutes or sum(service.duration_min for service in services))
    return f"{length} · {formats.money(services[0].price.model_copy(update={'amount': price}))}" if price else length


def find_way(page: PublicPage, choice: Choice, *, is_signed_in: bool) -> Way:
    """Where a person stands who has chosen `choice` on `page`."""
    choice, asks_location = _settle_location(page, choice)
    choice, asks_services = _settle_services(page, choice)
    choice, asks_staff = _settle_staff(page, choice)
    asked = {"location": asks_location, "services": asks_services, "staff": asks_staff, "code": not is_signed_in}
    steps = tuple(
        name for name in ("location", "services", "staff", "time", "contact", "code") if asked.get(name, True)
    )
    step = _step(choice, is_signed_in=is_signed_in) if page.locations else "services"
    return Way(page, choice, steps, step)


def _step(choice: Choice, *, is_signed_in: bool) -> str:
    if choice.location_id is None:
        return "location"
    if not choice.service_ids or choice.add:
        return "services"
    if choice.staff is None:
        return "staff"
    is_held = choice.hold_id is not None and choice.at is not None and not _is_over(choice)
    if not is_held and not choice.is_waiting:
        return "time"
    return "code" if choice.code and not is_signed_in else "contact"


def _is_over(choice: Choice) -> bool:
    return choice.until is not None and choice.until <= datetime.now(UTC)


def _settle_location(page: PublicPage, choice: Choice) -> tuple[Choice, bool]:
    known = [location.id for location in page.locations]
    if choice.location_id not in known:
        choice = choice.but(location_id=known[0] if len(known) == 1 else None)
    return choice, len(known) > 1


def _settle_services(page: PublicPage, choice: Choice) -> tuple[Choice, bool]:
    known = [service.id for service in _services(page, choice.location_id)]
    chosen = tuple(dict.fromkeys(one for one in choice.service_ids if one in known))
    if not chosen and len(known) == 1:
        chosen = (known[0],)
    return choice.but(service_ids=chosen), len(known) != 1


def _settle_staff(page: PublicPage, choice: Choice) -> tuple[Choice, bool]:
    if not choice.service_ids:
        return choice, len(page.staff) > 1
    capacity = min(one.capacity for one in page.services if one.id in choice.service_ids)
    if choice.seats is not None:
        choice = choice.but(seats=min(choice.seats, capacity) if capacity > 1 else None)
    able = [str(one.id) for one in _able(page, choice)]
    if len(able) == 1:
        return choice.but(staff=able[0]), False
    if not able:  # only several people together can do it
        return choice.but(staff=ANY), False
    return choice if choice.staff in (ANY, *able) else choice.but(staff=None), True


def _services(page: PublicPage, location_id: UUID | None) -> list[PublicService]:
    return [one for one in page.services if one.location_ids is None or location_id in one.location_ids]


def _able(page: PublicPage, choice: Choice) -> list[PublicStaffMember]:
    return [
        one
        for one in page.staff
        if set(choice.service_ids) <= set(one.service_ids)
        and (one.location_ids is None or choice.location_id in one.location_ids)
    ]
