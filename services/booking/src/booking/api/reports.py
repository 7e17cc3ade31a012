"""Reports: summary, journal, services, weeks, staff, clients; each as JSON, CSV or XLSX."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel
from sqlalchemy import Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from booking import words
from booking.domain.weeks import weeks_of
from booking.queries.accounts import known_locations
from booking.queries.reports import people
from booking.queries.reports.journal import MOST_ROWS, journal_page
from booking.queries.reports.period import LONGEST_DAYS, Wanted, total_of
from booking.queries.reports.summary import summary, weekly
from booking.queries.visits import Visit
from booking.tables import AccountCopy, ClientRow
from contracts.http.catalogue import Day
from contracts.http.reports import (
    ClientFigures,
    ClientsReport,
    Figures,
    JournalLine,
    JournalReport,
    LocationFigures,
    ServiceFigures,
    ServicesReport,
    StaffFigures,
    StaffReport,
    SummaryReport,
    WeekFigures,
    WeeklyReport,
)
from contracts.permissions import Permission
from kit import context
from kit.access import Member
from kit.callers import EXPORT_AGE
from kit.db import Database, Tx
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput

from .answers import Eyes
from .edge import PAGE, AccountDep, Cursor, CursorDep, Limit, NowDep
from .report_files import FILES, Format, as_file

router = APIRouter(prefix="/api/v1/accounts/{account_id}/reports", tags=["reports"])


@dataclass(frozen=True)
class Asked:
    """A report that somebody may have: which visits, for whose eyes, in which form."""

    wanted: Wanted
    member: Member
    db: Database
    format: Format

    @property
    def account(self) -> AccountCopy:
        """The account whose visits they are."""
        return self.wanted.account

    async def answer(self, name: str, report: BaseModel, fields: list[str], rows: list[BaseModel]) -> Response:
        """The report itself, or its lines as a file."""
        if self.format == "json":
            return Response(report.model_dump_json(by_alias=True), media_type="application/json")
        named = f"{name}-{self.wanted.first}-{self.wanted.last}"
        return await as_file(named, self.format, fields, rows, self.account.time_zone)


async def _asked(
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    first: Annotated[Day, Query(alias="from")],
    last: Annotated[Day, Query(alias="to", description="Inclusive; at most 366 days.")],
    location_id: UUID | None = None,
    wanted: Annotated[Format, Query(alias="format")] = "json",
) -> Asked:
    member.require(Permission.REPORTS_VIEW, location_id=location_id)
    if wanted != "json":
        member.require(Permission.REPORTS_EXPORT)
        member.require_fresh(EXPORT_AGE, programs=True)
    if last < first:
        raise InvalidInput.of("query/to", "from_before_to")
    if (last - first).days >= LONGEST_DAYS:
        raise InvalidInput.of("query/to", "range_days", max=LONGEST_DAYS)
    if location_id is not None:
        async with db.tx(account.account_id) as tx:
            await known_locations(tx, account.account_id, [location_id], "query/location_id")
    places = frozenset({location_id}) if location_id else member.location_ids
    return Asked(Wanted(account, first, last, places), member, db, wanted)


AskedDep = Annotated[Asked, Depends(_asked)]


@router.get("/summary", operation_id="report_summary", response_model=SummaryReport, responses=FILES)
async def get_summary(asked: AskedDep) -> Response:
    """Totals, and the same for each location; money that was given back."""
    async with asked.db.tx(asked.account.account_id) as tx:
        report = await summary(tx, asked.wanted)
    whole = LocationFigures(**report.total.model_dump(), location_id=UUID(int=0), location_name=_said("total"))
    fields = ["location_name", *Figures.model_fields]
    return await asked.answer("summary", report, fields, [*report.locations, whole])


@router.get("/journal", operation_id="report_journal", response_model=JournalReport, responses=FILES)
async def get_journal(asked: AskedDep, cursor: CursorDep, limit: Limit = PAGE) -> Response:
    """Every booking of the period with all that is known of it; a file holds the whole period."""
    eyes, account_id = Eyes.of(asked.member), asked.account.account_id
    after = (cursor.moment, cursor.id) if cursor else None
    async with asked.db.tx(account_id) as tx:
        total = await total_of(tx, asked.wanted)
        if asked.format == "json":
            found = await journal_page(tx, asked.wanted, after, limit + 1)
            more, visits = len(found) > limit, found[:limit]
        elif total.visits > MOST_ROWS:
            raise InvalidInput.of("query/to", "rows_too_many", max=MOST_ROWS)
        else:
            more, visits = False, await _whole(tx, asked.wanted)
    lines: list[BaseModel] = [journal_line(visit, eyes) for visit in visits]
    last = visits[-1].booking if more else None
    report = JournalReport.model_validate(
        {
            "period": asked.wanted.period(),
            "total": total,
            "items": lines,
            "next_cursor": str(Cursor(last.starts_at.isoformat(), last.id)) if last else None,
        }
    )
    skipped = ("booking_id", "location_id", "client_id")
    fields = [name for name in JournalLine.model_fields if name not in skipped]
    return await asked.answer("journal", report, fields, lines)


@router.get("/services", operation_id="report_services", response_model=ServicesReport, responses=FILES)
async def get_services(asked: AskedDep) -> Response:
    """What is booked, how often, and what it brings."""
    async with asked.db.tx(asked.account.account_id) as tx:
        report = await people.services(tx, asked.wanted, _said("goods"))
    fields = [name for name in ServiceFigures.model_fields if name != "service_id"]
    return await asked.answer("services", report, fields, [*report.items])


@router.get("/weekly", operation_id="report_weekly", response_model=WeeklyReport, responses=FILES)
async def get_weekly(asked: AskedDep) -> Response:
    """ISO week by ISO week."""
    async with asked.db.tx(asked.account.account_id) as tx:
        report = await weekly(tx, asked.wanted)
    assert len(report.items) == len(weeks_of(asked.wanted.first, asked.wanted.last))
    fields = ["week", "first", "last", *Figures.model_fields, "new_clients"]
    assert set(fields) == set(WeekFigures.model_fields)
    return await asked.answer("weekly", report, fields, [*report.items])


@router.get("/staff", operation_id="report_staff", response_model=StaffReport, responses=FILES)
async def get_staff(asked: AskedDep, now: NowDep) -> Response:
    """Visits, revenue and occupancy of each person."""
    async with asked.db.tx(asked.account.account_id) as tx:
        report = await people.staff(tx, asked.wanted, now)
    fields = [name for name in StaffFigures.model_fields if name not in ("staff_member_id", "is_deleted")]
    return await asked.answer("staff", report, fields, [*report.items])


@router.get("/clients", operation_id="report_clients", response_model=ClientsReport, responses=FILES)
async def get_clients(asked: AskedDep) -> Response:
    """Who came, new or again, how often, and what they left."""
    eyes, account_id = Eyes.of(asked.member), asked.account.account_id
    async with asked.db.tx(account_id) as tx:
        found = await people.clients(tx, asked.wanted)
        cards = await tx.scalars(
            select(ClientRow).where(
                ClientRow.account_id == account_id,
                ClientRow.id == any_(literal([client_id for client_id, _ in found if client_id], ARRAY(Uuid))),
            )
        )
        by_id = {card.id: card for card in cards}
        total = await total_of(tx, asked.wanted)
    items = [_client(by_id.get(client_id) if client_id else None, facts, eyes) for client_id, facts in found]
    newcomers = sum(one.is_new for one in items)
    known = sum(one.first_visit is not None for one in items)
    report = ClientsReport(
        period=asked.wanted.period(),
        new=newcomers,
        returning=known - newcomers,
        revenue=total.revenue,
        items=items,
    )
    fields = [name for name in ClientFigures.model_fields if name != "client_id"]
    return await asked.answer("clients", report, fields, [*items])


def journal_line(visit: Visit, eyes: Eyes) -> JournalLine:
    """One booking for these eyes, by the clock of its place."""
    booking, client = visit.booking, visit.client
    return JournalLine.model_validate(
        {
            "booking_id": booking.id,
            "code": booking.code,
            "day": _day(visit.local(booking.starts_at)),
            "starts_at": visit.local(booking.starts_at),
            "ends_at": visit.local(booking.ends_at),
            "location_id": booking.location_id,
            "location_name": visit.location.name,
            "state": booking.state,
            "payment_state": booking.payment_state,
            "services": [item.service_name for item in visit.items],
            "staff": [visit.staff_names.get(person, "") for person in visit.staff_member_ids],
            "client_id": client.id if client else None,
            "client_name": eyes.name(client) if client else None,
            "client_surname": eyes.surname_of(client) if client else None,
            "client_phone": eyes.shown_phone(client) if client else None,
            "price": visit.money(booking.price),
            "paid": visit.money(booking.paid),
            "source": booking.source,
            "comment": eyes.text(booking.comment),
            "created_at": visit.local(booking.created_at),
        }
    )


async def _whole(tx: Tx, wanted: Wanted) -> list[Visit]:
    visits: list[Visit] = []
    while True:
        after = (visits[-1].booking.starts_at, visits[-1].booking.id) if visits else None
        page = await journal_page(tx, wanted, after, 1000)
        visits += page
        if len(page) < 1000:
            return visits


def _client(card: ClientRow | None, facts: dict[str, object], eyes: Eyes) -> ClientFigures:
    return ClientFigures.model_validate(
        {
            **facts,
            "name": eyes.name(card) if card else None,
            "surname": eyes.surname_of(card) if card else None,
            "phone": eyes.shown_phone(card) if card else None,
        }
    )


def _day(moment: datetime) -> date:
    return moment.date()


def _said(key: str) -> str:
    return words.TEXTS.get(context.current().language, f"report.{key}")
