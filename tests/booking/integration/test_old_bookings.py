"""However much lies behind an account, a request reads only what it asks for."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from booking.usecases.bookings.judge_unconfirmed import judge_unconfirmed
from tests.load.booking_history import fill
from tests.support.plans import costly, heard

DAYS, PER_DAY = 1000, 10


async def test_requests_of_every_day_do_not_read_what_was_long_ago(open_another):
    salon = await open_another(rules={"unconfirmed": "task"})
    engine = salon.bench.service.db._engine
    client = salon.client()
    await salon.booked(salon.at("09:00"), by=client)
    booking = await salon.write_down(salon.at("11:00"))
    await fill(engine.url.render_as_string(hide_password=False), salon, -DAYS - 1, DAYS, PER_DAY)
    first, last = salon.day(0), salon.day(20)
    old = salon.day(-DAYS + 5)
    public = {"service_ids": salon.service, "from": str(first), "to": str(last)}
    asked = {
        "hours": ("GET", f"{salon.site}/availability", {"params": public}),
        "hours at the desk": ("GET", "/availability", {"params": public}),
        "why not": (
            "GET",
            "/availability/explain",
            {"params": {"service_ids": salon.service, "at": salon.at("11:00")}},
        ),
        "the day": ("GET", "/calendar", {"params": {"from": str(first), "to": str(first)}}),
        "a day long ago": ("GET", "/calendar", {"params": {"from": str(old), "to": str(old)}}),
        "the newest bookings": ("GET", "/bookings", {"params": {"limit": 50}}),
        "bookings of a day": ("GET", "/bookings", {"params": {"from": str(first), "to": str(first)}}),
        "bookings of a day long ago": ("GET", "/bookings", {"params": {"from": str(old), "to": str(old)}}),
        "one booking": ("GET", f"/bookings/{booking['id']}", {}),
        "its history": ("GET", f"/bookings/{booking['id']}/timeline", {}),
        "clients": ("GET", "/clients", {}),
        "own bookings": ("GET", "/api/v1/me/bookings", {"by": client}),
    }
    found = {}
    for name, (method, path, more) in asked.items():
        with heard(engine) as said:
            answer = await salon.call(method, path, **more)
            assert answer.status_code == 200, (name, answer.text)
        if costs := await costly(engine, said):
            found[name] = costs
    async with salon.bench.service.db.tx(salon.account_id) as tx:  # a salon that never says what became of visits
        await tx.execute(text("UPDATE booking SET state = 'pending' WHERE starts_at < now()"))
    with heard(engine) as said:
        await judge_unconfirmed(salon.bench.service.db, datetime.now(UTC) + timedelta(hours=1))
    if costs := await costly(engine, said):
        found["visits nobody confirmed"] = costs
    assert not found
