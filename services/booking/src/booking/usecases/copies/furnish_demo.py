"""Sample data of a demo account: a place, services, people, hours, clients and visits, made as real ones are."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.errors import SlotNotOffered, SlotTaken
from booking.tables import AccountCopy, ClientRow
from booking.usecases.actors import SYSTEM
from booking.usecases.bookings.create_booking import Order, create_booking
from booking.usecases.bookings.places import Wish
from booking.usecases.catalogue.locations import add_location
from booking.usecases.catalogue.services import add_service
from booking.usecases.catalogue.staff_members import add_staff_member
from booking.usecases.clients.edit_card import add_card
from booking.usecases.schedules.set_schedule import set_schedule
from contracts.http.booking import WantedItem
from contracts.http.catalogue import LocationBody, Price, ServiceBody, StaffMemberBody, WeeklySchedule
from contracts.http.clients import ClientCardBody
from contracts.identity import AccountRegistered
from kit.db import Tx
from kit.messaging import now_utc

from .copy_account import copy_account

PLACE = "Салон на Подолі"
PEOPLE = ("Олена Шевчук", "Марко Бондар", "Софія Мельник")
SERVICES = (("Стрижка", 60, 45000), ("Фарбування", 120, 140000), ("Манікюр", 90, 60000))
CLIENTS = ("Ірина", "Наталія", "Богдан", "Катерина", "Тарас", "Юлія", "Андрій", "Оксана")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS_FILLED = 7
HOURS = (10, 12, 15)


async def furnish_demo(event: AccountRegistered, tx: Tx) -> None:
    """Fill a new demo account; any other account is left as it is. Clients have no phones: nobody could be reached."""
    if not event.account.is_demo:
        return
    await copy_account(event, tx)
    account = await tx.get_one(AccountCopy, event.account.id)
    now = now_utc()
    place = await add_location(tx, account, LocationBody(name=PLACE, address="вул. Сагайдачного, 12"), now)
    people = [
        (await add_staff_member(tx, account.account_id, StaffMemberBody(name=name, location_ids=[place.id]), now)).id
        for name in PEOPLE
    ]
    days = {key: [{"from": "09:00", "to": "20:00"}] for key in WEEK}
    for person in people:
        week = WeeklySchedule.model_validate({"pattern": "weekly", "days": days})
        await (await set_schedule(tx, account.account_id, person, week, now)).save()
    services = [
        (await add_service(tx, account, _service(name, minutes, amount, people, place.id), now)).id
        for name, minutes, amount in SERVICES
    ]
    clients = [await add_card(tx, account, ClientCardBody(name=name), now) for name in CLIENTS]
    await _book_a_week(tx, account, people, services, clients, now)


def _service(name: str, minutes: int, amount: int, people: list[UUID], place: UUID) -> ServiceBody:
    price = Price.model_validate({"amount": amount})
    return ServiceBody(name=name, duration_min=minutes, price=price, staff_member_ids=people, location_ids=[place])


async def _book_a_week(
    tx: Tx, account: AccountCopy, people: list[UUID], services: list[UUID], clients: list[ClientRow], now: datetime
) -> None:
    zone = ZoneInfo(account.time_zone)
    today = now.astimezone(zone).date()
    turn = 0
    for ahead in range(1, DAYS_FILLED + 1):
        for person in people:
            for hour in HOURS:
                client, turn = clients[turn % len(clients)], turn + 1
                if turn % 4 == 0:
                    continue  # some hours stay free
                starts_at = datetime.combine(today + timedelta(days=ahead), time(hour), zone)
                await _book(tx, account, person, services[turn % len(services)], client, starts_at, now)


async def _book(
    tx: Tx, account: AccountCopy, person: UUID, service: UUID, client: ClientRow, starts_at: datetime, now: datetime
) -> None:
    async def known() -> ClientRow:
        return client

    item = WantedItem(service_id=service, staff_member_id=person)
    wish = Wish(account=account, items=(item,), starts_at=starts_at, location_id=None, is_public=False)
    try:
        async with tx.begin_nested():
            await create_booking(tx, wish, Order(client=known, comment=None, actor=SYSTEM), now)
    except (SlotTaken, SlotNotOffered):
        return  # a holiday, say: the demo has an emptier day
