"""Bookings with everything that is shown of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from booking.records import BookingGoodsRow
from booking.tables import BookingItemRow, BookingRow, ClientRow, LocationRow, StaffMemberRow
from contracts import Money
from contracts.booking import BookingGoods, BookingItem, BookingState, ClientState
from kit.db import Tx
from kit.errors import NotFound

from .calendar_lock import lock_calendar


@dataclass
class Visit:
    """A booking, its items in order, where it is, who comes, and the names of those who serve."""

    booking: BookingRow
    items: list[BookingItemRow]
    location: LocationRow
    client: ClientRow | None
    staff_names: dict[UUID, str]
    goods: list[BookingGoodsRow] = field(default_factory=list)

    @property
    def zone(self) -> ZoneInfo:
        """The wall clock of the place."""
        return ZoneInfo(self.location.time_zone)

    @property
    def staff_member_ids(self) -> list[UUID]:
        """Who serves, in order, each once."""
        return list(dict.fromkeys(item.staff_member_id for item in self.items))

    def local(self, moment: datetime) -> datetime:
        """A moment with the offset of the place."""
        return moment.astimezone(self.zone)

    def money(self, amount: int) -> Money:
        """An amount in the booking's currency."""
        return Money(amount=amount, currency=self.booking.currency)

    def state(self) -> BookingState:
        """What events say of the booking."""
        booking = self.booking
        return BookingState.model_validate(
            {
                "id": booking.id,
                "code": booking.code,
                "account_id": booking.account_id,
                "location_id": booking.location_id,
                "location_name": self.location.name,
                "time_zone": self.location.time_zone,
                "state": booking.state,
                "payment_state": booking.payment_state,
                "starts_at": booking.starts_at,
                "ends_at": booking.ends_at,
                "items": tuple(self._item(item) for item in self.items),
                "goods": tuple(self._goods(one) for one in self.goods),
                "client": client_state(self.client) if self.client else None,
                "price": self.money(booking.price),
                "comment": booking.comment,
                "source": booking.source,
                "series_id": booking.series_id,
                "created_by": booking.created_by,
                "created_at": booking.created_at,
                "link_key": booking.link_key,
            }
        )

    def _goods(self, one: BookingGoodsRow) -> BookingGoods:
        return BookingGoods(
            id=one.id,
            stock_item_id=one.stock_item_id,
            name=one.name,
            quantity=one.quantity,
            unit_price=self.money(one.unit_price),
            price=self.money(one.price),
        )

    def _item(self, item: BookingItemRow) -> BookingItem:
        return BookingItem(
            id=item.id,
            service_id=item.service_id,
            service_name=item.service_name,
            staff_member_id=item.staff_member_id,
            staff_member_name=self.staff_names.get(item.staff_member_id, ""),
            starts_at=item.starts_at,
            ends_at=item.ends_at,
            seats=item.seats,
            price=self.money(item.price),
        )


def client_state(client: ClientRow) -> ClientState:
    """What events say of a card."""
    return ClientState.model_validate(
        {
            "id": client.id,
            "name": client.name,
            "surname": client.surname,
            "phone_e164": client.phone_e164,
            "email": client.email,
            "phone_confirmed": client.phone_confirmed,
            "language": client.language,
            "user_id": client.user_id,
            "notifications_on": client.notifications_on,
            "merged_into": client.merged_into,
            "is_erased": client.erased_at is not None,
        }
    )


async def visit_of(tx: Tx, account_id: UUID, booking_id: UUID, *, lock: bool = False) -> Visit:
    """One booking; with `lock` nobody else can change it until this transaction ends. Raises `NotFound`."""
    if lock:
        await lock_calendar(tx, account_id)  # before the row: whoever changes the rules asks in this order too
    row = await tx.get(BookingRow, (account_id, booking_id), with_for_update=lock or None, populate_existing=True)
    if row is None:
        raise NotFound("booking")
    [visit] = await visits_of(tx, account_id, [row])
    return visit


async def visits_of(tx: Tx, account_id: UUID, rows: Sequence[BookingRow]) -> list[Visit]:
    """Bookings of one account with their parts, in the order given."""
    if not rows:
        return []
    items: dict[UUID, list[BookingItemRow]] = defaultdict(list)
    found = await tx.scalars(
        select(BookingItemRow)
        .where(BookingItemRow.account_id == account_id, BookingItemRow.booking_id.in_([row.id for row in rows]))
        .order_by(BookingItemRow.position)
    )
    people: set[UUID] = set()
    for item in found:
        items[item.booking_id].append(item)
        people.add(item.staff_member_id)
    names = await staff_names(tx, account_id, people)
    places = await tx.scalars(
        select(LocationRow).where(
            LocationRow.account_id == account_id, LocationRow.id.in_({row.location_id for row in rows})
        )
    )
    locations = {location.id: location for location in places}
    goods: dict[UUID, list[BookingGoodsRow]] = defaultdict(list)
    sold = await tx.scalars(
        select(BookingGoodsRow)
        .where(BookingGoodsRow.account_id == account_id, BookingGoodsRow.booking_id.in_([row.id for row in rows]))
        .order_by(BookingGoodsRow.id)
    )
    for one in sold:
        goods[one.booking_id].append(one)
    client_ids = {row.client_id for row in rows if row.client_id}
    cards = await tx.scalars(select(ClientRow).where(ClientRow.account_id == account_id, ClientRow.id.in_(client_ids)))
    clients = {client.id: client for client in cards}
    return [
        Visit(
            row,
            items[row.id],
            locations[row.location_id],
            clients.get(row.client_id) if row.client_id else None,
            names,
            goods[row.id],
        )
        for row in rows
    ]


async def staff_names(tx: Tx, account_id: UUID, ids: set[UUID]) -> dict[UUID, str]:
    """Names by id; those who left keep theirs."""
    rows = await tx.execute(
        select(StaffMemberRow.id, StaffMemberRow.name).where(
            StaffMemberRow.account_id == account_id, StaffMemberRow.id.in_(ids)
        )
    )
    return {row.id: row.name for row in rows}
