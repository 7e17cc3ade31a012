"""A past for an account: bookings by the hundred thousand, put straight into the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.booking.salon import Salon
from zapys_dev.testing import ensure_servers

TABLES = ("booking", "booking_item", "busy_time")
LONG_S = 900
MANY = 100_000

MADE = """
    CREATE TEMP TABLE made AS
    SELECT gen_random_uuid() AS booking_id, gen_random_uuid() AS item_id, s.id AS person,
           date_trunc('day', now()) + (d || ' days')::interval + (h + 6 || ' hours')::interval AS starts_at
    FROM generate_series($2::int, $2::int + $3::int - 1) d, staff_member s,
         LATERAL (SELECT h FROM generate_series(0, 9) h ORDER BY hashtext(s.id::text || d || h) LIMIT $4) x
    WHERE s.account_id = $1
"""
BOOKINGS = """
    INSERT INTO booking (account_id, id, version, code, state, payment_state, location_id, starts_at, ends_at, price,
                         currency, source, created_at)
    SELECT $1, booking_id, 1, booking_id::text, 'completed', 'settled', $2::uuid, starts_at,
           starts_at + interval '1 hour', 0, 'UAH', 'site', starts_at
    FROM made
"""
ITEMS = """
    INSERT INTO booking_item (account_id, id, booking_id, position, service_id, service_name, staff_member_id,
                              starts_at, ends_at, buffer_before_min, buffer_after_min, price)
    SELECT $1, item_id, booking_id, 0, $2::uuid, 'Стрижка', person, starts_at, starts_at + interval '1 hour', 0, 0, 0
    FROM made
"""
TIMES = """
    INSERT INTO busy_time (account_id, id, staff_member_id, during, session, starts_at, ends_at, booking_id,
                           booking_item_id)
    SELECT $1, item_id, person, tstzrange(starts_at, starts_at + interval '1 hour'), item_id, starts_at,
           starts_at + interval '1 hour', booking_id, item_id
    FROM made
"""
INDEXES = """
    SELECT i.indexrelid::regclass::text AS name, i.indrelid::regclass::text AS of_table, c.conname AS guard,
           coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid)) AS definition
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('u', 'x')
    WHERE i.indrelid = ANY ($1::text[]::regclass[]) AND NOT i.indisprimary
"""


async def fill(url: str, salon: Salon, first_day: int, days: int, per_day: int) -> None:
    """Bookings of every person on `days` days from `first_day` (0 is today) at random hours.

    What the tables refer to is known to be there, so it is not looked up; for many bookings the indexes and guards
    are built anew afterwards, which also proves that nothing overlaps.
    """
    server = ensure_servers().postgres_url.rpartition("/")[0]
    connection = await asyncpg.connect(f"{server}/{url.rpartition('/')[2]}")
    try:
        await connection.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
        made = await connection.execute(MADE, salon.account_id, first_day, days, per_day, timeout=LONG_S)
        if int(made.split()[-1]) < MANY:
            await _insert(connection, salon)
        else:
            async with _without_indexes(connection):
                await _insert(connection, salon)
        await connection.execute("DROP TABLE made")
        await connection.execute(f"VACUUM ANALYZE {', '.join(TABLES)}", timeout=LONG_S)
    finally:
        await connection.close()


async def _insert(connection: asyncpg.Connection, salon: Salon) -> None:
    await connection.execute(BOOKINGS, salon.account_id, salon.location, timeout=LONG_S)
    await connection.execute(ITEMS, salon.account_id, salon.service, timeout=LONG_S)
    await connection.execute(TIMES, salon.account_id, timeout=LONG_S)


@asynccontextmanager
async def _without_indexes(connection: asyncpg.Connection) -> AsyncIterator[None]:
    indexes = await connection.fetch(INDEXES, list(TABLES))
    for index in indexes:
        guard = f"ALTER TABLE {index['of_table']} DROP CONSTRAINT {index['guard']}"
        await connection.execute(guard if index["guard"] else f"DROP INDEX {index['name']}")
    yield
    for index in indexes:
        guard = f"ALTER TABLE {index['of_table']} ADD CONSTRAINT {index['guard']} {index['definition']}"
        await connection.execute(guard if index["guard"] else index["definition"], timeout=LONG_S)
