"""Bodies of the booking service: reports and the timetable of the mailed journal.

All reports of a period count the same visits: those that begin on its days by the wall clock of their location.
Revenue is the price of completed visits; paid is the money that is in now, after every reversal.
"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictBool

from contracts.base import Money
from contracts.booking import PaymentState, Source, State

from .base import Answer, Body
from .catalogue import ClockTime, Weekday


class Period(Answer):
    """The days of a report, both included, and the locations it covers (none: all)."""

    first: date = Field(serialization_alias="from", validation_alias="from")
    last: date = Field(serialization_alias="to", validation_alias="to")
    location_ids: list[UUID] | None = Field(description="None: every location of the account.")
    currency: str


class Figures(Answer):
    """What a number of visits adds up to; `visits` is the sum of the states."""

    visits: int
    coming: int = Field(description="Pending, confirmed or arrived.")
    completed: int
    cancelled_by_client: int
    cancelled_by_staff: int
    no_show: int
    expired: int
    revenue: Money
    paid: Money


class Reversal(Answer):
    """Money that was given back in the period."""

    booking_id: UUID
    code: str
    at: datetime
    amount: Money


class LocationFigures(Figures):
    location_id: UUID
    location_name: str


class SummaryReport(Answer):
    period: Period
    total: Figures
    goods_revenue: Money
    new_clients: int
    returning_clients: int
    locations: list[LocationFigures]
    reversals: list[Reversal]


class JournalLine(Answer):
    """One booking; what the reader may not see of the client is masked."""

    booking_id: UUID
    code: str
    day: date
    starts_at: datetime
    ends_at: datetime
    location_id: UUID
    location_name: str
    state: State
    payment_state: PaymentState
    services: list[str]
    staff: list[str]
    client_id: UUID | None
    client_name: str | None
    client_surname: str | None
    client_phone: str | None
    price: Money
    paid: Money
    source: Source
    comment: str | None
    created_at: datetime


class JournalReport(Answer):
    """Every booking of the period, cancelled ones included, by beginning; `total` is that of the whole period."""

    period: Period
    total: Figures
    items: list[JournalLine]
    next_cursor: str | None = None


class ServiceFigures(Answer):
    """One service; without an id: goods sold with visits."""

    service_id: UUID | None
    name: str
    booked: int = Field(description="Items of bookings in any state.")
    completed: int
    minutes: int = Field(description="Of completed items.")
    revenue: Money
    share_percent: float = Field(description="Of the revenue of all.")


class ServicesReport(Answer):
    period: Period
    items: list[ServiceFigures]
    revenue: Money


class WeekFigures(Figures):
    week: str = Field(description="ISO 8601, as 2026-W48.")
    first: date = Field(serialization_alias="from", validation_alias="from")
    last: date = Field(serialization_alias="to", validation_alias="to")
    new_clients: int


class WeeklyReport(Answer):
    """Every ISO week that the period touches, also one without a visit; the first and last count their own days."""

    period: Period
    items: list[WeekFigures]
    total: Figures


class StaffFigures(Answer):
    """One person. Minutes are those of visits that took place or are to come, within and outside of working time."""

    staff_member_id: UUID
    name: str
    is_deleted: bool
    booked: int
    completed: int
    cancelled: int
    no_show: int
    revenue: Money
    booked_min: int
    working_min: int = Field(description="Schedule without breaks, time off and closed days.")
    occupancy_percent: float | None = Field(description="Booked of working minutes; none without working time.")


class StaffReport(Answer):
    period: Period
    items: list[StaffFigures]
    goods_revenue: Money
    revenue: Money


class ClientFigures(Answer):
    """One client in the period; without an id: visits that nobody's name is on."""

    client_id: UUID | None
    name: str | None
    surname: str | None
    phone: str | None
    is_new: bool = Field(description="The first visit ever, cancelled ones aside, lies in the period.")
    first_visit: date | None
    last_visit: date | None
    visits: int
    completed: int
    cancelled: int
    no_show: int
    revenue: Money


class ClientsReport(Answer):
    """Clients with a visit in the period, those who left most first."""

    period: Period
    new: int
    returning: int
    revenue: Money
    items: list[ClientFigures]


# The mailed journal


class ReportScheduleBody(Body):
    """When the journal of one location goes out, by its wall clock. No recipients: all who may see reports there."""

    is_on: StrictBool = True
    time: ClockTime = "20:00"
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    covers: Literal["today", "tomorrow"] = "today"
    recipient_user_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=100)] | None = None


class ReportScheduleAnswer(Answer):
    location_id: UUID
    location_name: str
    version: int = Field(description="0: never set; what is shown are the defaults.")
    is_on: bool
    time: str
    weekdays: list[str]
    covers: Literal["today", "tomorrow"]
    recipient_user_ids: list[UUID] | None
    last_day: date | None = Field(description="The last day whose journal was prepared.")


class ReportScheduleList(Answer):
    items: list[ReportScheduleAnswer]
    next_cursor: None = None


# Reports of figures by e-mail

MailedReport = Literal["summary", "services", "staff", "weekly"]
ReportSpan = Literal["yesterday", "last_7_days", "last_month"]


class ReportMailingBody(Body):
    """When a report goes out, by the account's wall clock, and over which days. No recipients: all who may see it."""

    is_on: StrictBool = True
    time: ClockTime = "09:00"
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ("mon",)
    span: ReportSpan = Field(
        default="last_7_days", description="Days before that of the mail; `last_month` is the last whole month."
    )
    recipient_user_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=100)] | None = None


class ReportMailingAnswer(Answer):
    report: MailedReport
    version: int = Field(description="0: never set; what is shown are the defaults.")
    is_on: bool
    time: str
    weekdays: list[str]
    span: ReportSpan
    recipient_user_ids: list[UUID] | None
    last_day: date | None = Field(description="The last day on which it was prepared.")


class ReportMailingList(Answer):
    items: list[ReportMailingAnswer]
    next_cursor: None = None
