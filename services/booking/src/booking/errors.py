"""Everything that booking may refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from kit.errors import Kind, Problem


@dataclass(eq=False)
class SlotTaken(Problem):
    """Somebody else has that time; `alternatives` are the nearest starts that are still offered."""

    code: ClassVar[str] = "booking.slot_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    alternatives: list[dict[str, Any]] = field(default_factory=list)


@dataclass(eq=False)
class SlotNotOffered(Problem):
    """The start breaks a rule; `reasons` say which. `overridable`: staff with the right may do it all the same."""

    code: ClassVar[str] = "booking.slot_not_offered"
    kind: ClassVar[Kind] = Kind.REFUSED
    reasons: list[dict[str, Any]]
    overridable: bool
    alternatives: list[dict[str, Any]] = field(default_factory=list)


@dataclass(eq=False)
class HoldExpired(Problem):
    """The time was kept for a while, and that while is over."""

    code: ClassVar[str] = "booking.hold_expired"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class ScheduleConflict(Problem):
    """A change of working time would hit bookings; nothing was saved."""

    code: ClassVar[str] = "booking.schedule_conflict"
    kind: ClassVar[Kind] = Kind.CONFLICT
    conflicts: list[dict[str, Any]]
    choices: list[str]
    seen: str = ""
    """The mark of this list: sent back with a choice, it is refused when the list has become another one."""

    @property
    def count(self) -> int:
        """How many bookings would be hit."""
        return len(self.conflicts)


@dataclass(eq=False)
class NothingFree(Problem):
    """A booking that a change hits should be moved, and its new time cannot be had; nothing was changed."""

    code: ClassVar[str] = "booking.nothing_free"
    kind: ClassVar[Kind] = Kind.CONFLICT
    booking_id: str


@dataclass(eq=False)
class StaffHasLogin(Problem):
    """Somebody who can sign in is removed and restored as a member, not as a staff member."""

    code: ClassVar[str] = "booking.staff_has_login"
    kind: ClassVar[Kind] = Kind.CONFLICT
    membership_id: str


@dataclass(eq=False)
class SeriesConflict(Problem):
    """Some dates of a series cannot be had; nothing was booked. `dates`: all of them, with reasons and free times."""

    code: ClassVar[str] = "booking.series_conflict"
    kind: ClassVar[Kind] = Kind.CONFLICT
    dates: list[dict[str, Any]]

    @property
    def count(self) -> int:
        """How many dates cannot be had."""
        return sum(not one["possible"] for one in self.dates)


@dataclass(eq=False)
class NoSeries(Problem):
    """The booking stands alone."""

    code: ClassVar[str] = "booking.no_series"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class WaitsEnough(Problem):
    """The client waits for as many times as one may."""

    code: ClassVar[str] = "booking.waits_enough"
    kind: ClassVar[Kind] = Kind.CONFLICT
    most: int


@dataclass(eq=False)
class CutoffPassed(Problem):
    """It is too late for the client to change this visit; `until` was the last moment, in the location's time."""

    code: ClassVar[str] = "booking.cutoff_passed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    until: str
    phone: str


@dataclass(eq=False)
class WrongState(Problem):
    """The booking has gone too far for this act."""

    code: ClassVar[str] = "booking.wrong_state"
    kind: ClassVar[Kind] = Kind.CONFLICT
    action: str
    state: str


@dataclass(eq=False)
class Released(Problem):
    """The visit was not confirmed in time and the account's rule freed it; `starts_at` in the location's time."""

    code: ClassVar[str] = "booking.released"
    kind: ClassVar[Kind] = Kind.CONFLICT
    starts_at: str
    phone: str


@dataclass(eq=False)
class NothingToUndo(Problem):
    """The booking stands where it was first booked, or was moved before moves could be taken back."""

    code: ClassVar[str] = "booking.nothing_to_undo"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class DayAlreadyClosed(Problem):
    """That date is in the list of closed days already."""

    code: ClassVar[str] = "booking.day_already_closed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    date: str


@dataclass(eq=False)
class PhoneHasCard(Problem):
    """There is a card with this phone; one phone has one card."""

    code: ClassVar[str] = "booking.phone_has_card"
    kind: ClassVar[Kind] = Kind.CONFLICT
    client_id: str


@dataclass(eq=False)
class ClientErased(Problem):
    """The person asked to be forgotten; the card is only a number now."""

    code: ClassVar[str] = "booking.client_erased"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class ClientIsDouble(Problem):
    """The card was merged; `merged_into` is the one that lives on."""

    code: ClassVar[str] = "booking.client_is_double"
    kind: ClassVar[Kind] = Kind.CONFLICT
    merged_into: str


@dataclass(eq=False)
class ClientHasVisitsAhead(Problem):
    """Who has a visit ahead cannot be forgotten yet."""

    code: ClassVar[str] = "booking.client_has_visits_ahead"
    kind: ClassVar[Kind] = Kind.CONFLICT
    booking_ids: list[str]


@dataclass(eq=False)
class MergeUndone(Problem):
    """The merge does not hold any more, or the double went on into another card."""

    code: ClassVar[str] = "booking.merge_undone"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class ImportApplied(Problem):
    """The file was written to the cards already."""

    code: ClassVar[str] = "booking.import_applied"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class NameTaken(Problem):
    """There is one with this name already."""

    code: ClassVar[str] = "booking.name_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    name: str


@dataclass(eq=False)
class ReviewNotPossible(Problem):
    """Only a visit that took place can be rated, once, by whoever came."""

    code: ClassVar[str] = "booking.review_not_possible"
    kind: ClassVar[Kind] = Kind.CONFLICT
    reason: str


@dataclass(eq=False)
class StockShort(Problem):
    """There is less on the shelf than is wanted."""

    code: ClassVar[str] = "booking.stock_short"
    kind: ClassVar[Kind] = Kind.CONFLICT
    name: str
    quantity: int
    wanted: int


@dataclass(eq=False)
class HasBookingsAhead(Problem):
    """What shall be deleted has bookings ahead; nothing was done."""

    code: ClassVar[str] = "booking.has_bookings_ahead"
    kind: ClassVar[Kind] = Kind.CONFLICT
    conflicts: list[dict[str, Any]]
    choices: list[str]


@dataclass(eq=False)
class LastLocation(Problem):
    """An account needs one location."""

    code: ClassVar[str] = "booking.last_location"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class DomainTaken(Problem):
    """Another account has proved that the domain is its own."""

    code: ClassVar[str] = "booking.domain_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    host: str


@dataclass(eq=False)
class CaptchaNeeded(Problem):
    """Who books without signing in must show that they are no machine; the answer was missing, wrong, old or used."""

    code: ClassVar[str] = "booking.captcha_needed"
    kind: ClassVar[Kind] = Kind.BAD_REQUEST
    reason: str


@dataclass(eq=False)
class ForeignPhone(Problem):
    """A number of another country needs both settings: no check of the format, and no confirmation by SMS."""

    code: ClassVar[str] = "booking.foreign_phone"
    kind: ClassVar[Kind] = Kind.REFUSED
    setting: str


PROBLEMS: tuple[type[Problem], ...] = (
    SlotTaken,
    SlotNotOffered,
    HoldExpired,
    ScheduleConflict,
    NothingFree,
    StaffHasLogin,
    SeriesConflict,
    NoSeries,
    WaitsEnough,
    CutoffPassed,
    WrongState,
    Released,
    DayAlreadyClosed,
    PhoneHasCard,
    ClientErased,
    ClientIsDouble,
    ClientHasVisitsAhead,
    MergeUndone,
    ImportApplied,
    NameTaken,
    ReviewNotPossible,
    StockShort,
    HasBookingsAhead,
    LastLocation,
    DomainTaken,
    CaptchaNeeded,
    ForeignPhone,
)
"""All of them, for the catalogues of texts and the help pages."""
