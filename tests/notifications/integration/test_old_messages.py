"""However many messages lie behind an account, a page of its lists reads about as many as it shows."""

from __future__ import annotations

import asyncpg
from sqlalchemy import text

from notifications.settings import Settings
from tests.notifications.last_call import VISIT
from tests.notifications.salon import Salon
from tests.support.plans import costly, heard

OLD = 5_000
_MESSAGES = """
INSERT INTO notification (account_id, id, booking_id, location_id, client_id, kind, occasion, recipient_type,
    recipient_id, recipient_name, language, channel, state, reason_code, planned_at, useful_until, time_zone,
    booking_version, trace, created_at, changed_at)
SELECT account_id, gen_random_uuid(), booking_id, location_id, CASE WHEN number % 100 = 0 THEN client_id END, kind,
    occasion || number, recipient_type, recipient_id, '', language, channel, 'suppressed', 'too_late',
    planned_at - number * interval '1 hour', useful_until, time_zone, booking_version, '{}', created_at, changed_at
FROM notification, generate_series(1, :old) AS number WHERE id = :id
"""
_LINES = """
INSERT INTO ledger_entry (account_id, id, kind, free_change, reserved_change, balance_after, cause_id, created_at)
SELECT :account, gen_random_uuid(), 'topup', 1, 0, number, gen_random_uuid(), now() - number * interval '1 hour'
FROM generate_series(1, :old) AS number
"""


async def test_pages_of_messages_and_of_the_ledger_are_not_sorted_out_of_everything(
    salon: Salon, settings: Settings
) -> None:
    booking = await salon.book(VISIT)
    assert booking.client is not None
    row = await salon.row(booking, "reminder_3d")
    async with salon.bench.service.db.system_tx() as tx:
        await tx.execute(text(_MESSAGES), {"old": OLD, "id": row.id})
        await tx.execute(text(_LINES), {"old": OLD, "account": salon.account_id})
    owner = await asyncpg.connect(settings.migration_database_url.get_secret_value().replace("+asyncpg", ""))
    await owner.execute("ANALYZE notification, ledger_entry")  # as the database does by itself, a while later
    await owner.close()
    engine = salon.bench.service.db._engine
    found = {}
    for asked in ("notifications", f"notifications?client_id={booking.client.id}", "sms-balance"):
        page = None
        for _ in range(2):  # the first page, and the one behind it
            with heard(engine) as said:
                more = f"{'&' if '?' in asked else '?'}cursor={page['next_cursor']}" if page else ""
                page = await salon.get(asked + more)
            if costs := await costly(engine, said):
                found[asked] = costs
            if not page.get("next_cursor"):
                break
    assert not found
