"""The only place where booking is wired together."""

from pathlib import Path

from kit.loops import every
from kit.messaging import now_utc
from kit.service import Service, new_service
from kit.wakeups import wait_for

from .api import (
    availability,
    booking_acts,
    bookings,
    calendar,
    catalogue,
    changes,
    clients,
    holidays,
    me,
    public,
    resources,
    schedule_days,
    schedules,
    series,
    waitlist,
)
from .api.records import ROUTERS as RECORDS
from .consumers import consumers
from .loops import add_loops
from .settings import Settings
from .usecases.bookings.hold_time import forget_expired_holds
from .usecases.bookings.rivalry import Turns
from .usecases.waitlist.call import CHANNEL
from .usecases.waitlist.offer_time import serve_waitlists
from .words import TEXTS

REQUESTS_AT_ONCE = 24
"""More than the connections to the database, fewer than a crowd at one hour."""
MIGRATIONS = Path(__file__).parent.parent.parent / "migrations"


def build(settings: Settings) -> Service:
    """The service with its routes, consumers and loops."""
    routes = (
        availability,
        booking_acts,
        bookings,
        calendar,
        catalogue,
        changes,
        clients,
        holidays,
        me,
        public,
        resources,
        schedule_days,
        schedules,
        series,
        waitlist,
    )
    service = new_service(
        "booking",
        settings,
        texts=TEXTS,
        migrations_folder=MIGRATIONS,
        routers=[*(module.router for module in routes), *RECORDS],
        consumers=consumers(),
    )

    service.state["turns"] = Turns()
    service.requests_at_once = REQUESTS_AT_ONCE

    async def forget() -> None:
        async with service.db.system_tx() as tx:
            await forget_expired_holds(tx, now_utc())

    free_time = service.wakeups.of(CHANNEL)

    async def serve() -> None:
        while True:
            free_time.clear()
            await serve_waitlists(service.db)
            await wait_for(free_time, settings.waitlist_every_s)

    service.loops["waitlist"] = serve
    service.loops["expired_holds"] = lambda: every(settings.expired_holds_every_s, forget)
    add_loops(service, settings)
    return service
