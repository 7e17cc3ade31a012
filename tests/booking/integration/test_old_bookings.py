"""However much lies behind an account, a request reads only what it asks for."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event, text

from booking.usecases.bookings.judge_unconfirmed import judge_unconfirmed
from tests.load.booking_history import fill

DAYS, PER_DAY = 1000, 10
FEW = 1_000
"""Rows of one statement: a page has some dozens, neighbours in the database some hundreds, the past ten thousand."""


@contextmanager
def heard(engine):
    """Every statement that is sent meanwhile, transaction by transaction."""
    said: list[tuple[str, Any]] = []

    def begun(_connection):
        said.append(("RESET ROLE", ()))

    def sent(_connection, _cursor, statement, parameters, *_):
        said.append((statement, parameters))

    event.listen(engine.sync_engine, "begin", begun)
    event.listen(engine.sync_engine, "before_cursor_execute", sent)
    yield said
    event.remove(engine.sync_engine, "begin", begun)
    event.remove(engine.sync_engine, "before_cursor_execute", sent)


def rows_read(node) -> int:
    """Rows that a plan looked at, also those that it then threw away."""
    loops = node.get("Actual Loops", 1)
    own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * loops if "Relation Name" in node else 0
    thrown = node.get("Rows Removed by Index Recheck", 0) * loops
    return own + thrown + sum(rows_read(part) for part in node.get("Plans", ()))


async def costly(engine, said) -> dict[str, int]:
    """The statements that read more than few rows, each with its number."""
    found = {}
    async with engine.connect() as connection:
        for statement, parameters in said:
            if not statement.lstrip().upper().startswith(("SELECT", "WITH")) or "set_config" in statement:
                await connection.exec_driver_sql(statement, parameters)
                continue
            explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
            answer = (await connection.exec_driver_sql(explain, parameters)).scalar_one()
            [plan] = json.loads(answer) if isinstance(answer, str) else answer
            number = rows_read(plan["Plan"])
            if number > FEW:
                found[statement] = number
    return found


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
