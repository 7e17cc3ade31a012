"""A month of sales written straight into the tables, and one fault of each kind that the comparison must find.

Everything goes in through the database's own triggers, as the service's rows do; faults are written past them, for
the service cannot make them.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import asyncpg

MONTH = date(2026, 10, 1)
DAYS = 31

_SALES = """
    CREATE TEMP TABLE sale ON COMMIT DROP AS
    SELECT i, md5('booking' || i || $1::text)::uuid AS booking_id, md5('act' || i || $1::text)::uuid AS id,
        $4::date + (i % $5)::int AS day, 10000 + (i * 37) % 90000 AS amount,
        CASE WHEN i % 2 = 0 THEN $2::uuid ELSE $3::uuid END AS register_id,
        CASE WHEN i % 2 = 0 THEN 'card' ELSE 'cash' END AS payment_type,
        (i % 20 = 0) AS is_prepaid,
        ($4::date + (i % $5)::int + time '12:00') AT TIME ZONE 'Europe/Kyiv' + i * interval '1 millisecond' AS at
    FROM generate_series(1, $6::int) i
"""
_ROWS = (
    """
    INSERT INTO booking_copy (account_id, booking_id, version, state, price, currency, items, location_id, time_zone,
        starts_at, acts, paid)
    SELECT $1, booking_id, 1, 'completed', amount, 'UAH', '[]', $1, 'Europe/Kyiv', at, 1, amount FROM sale
    """,
    """
    INSERT INTO settlement (account_id, id, booking_id, act, kind, amount, change, currency, price_then, paid_after,
        payment_state, operating_day, is_back_dated, created_at, created_by, created_by_name, fiscal_register_id)
    SELECT $1, id, booking_id, 1, 'settlement', amount, 0, 'UAH', amount, amount, 'settled', day, false, at, $1,
        'Олена', CASE WHEN register_id = $2 THEN register_id END FROM sale
    """,
    """
    INSERT INTO settlement_payment (account_id, settlement_id, position, payment_type, cash_register_id, amount,
        tendered, change)
    SELECT $1, id, 0, payment_type, register_id, amount, amount, 0 FROM sale
    """,
    """
    INSERT INTO settlement_line (account_id, settlement_id, payment_position, position, kind, item_key, code, name,
        staff_member_id, staff_member_name, amount)
    SELECT $1, id, 0, part, 'service', 'item' || part, 'service' || (i + part) % 12, 'Послуга ' || (i + part) % 12,
        md5('person' || i % 7)::uuid, 'Майстриня ' || i % 7,
        CASE part WHEN 0 THEN amount / 3 ELSE amount - amount / 3 END
    FROM sale, generate_series(0, 1) part
    """,
    """
    INSERT INTO cash_operation (account_id, id, kind, figure, cash_register_id, payment_type, amount, currency,
        operating_day, is_back_dated, settlement_id, position, booking_id, created_at, created_by, created_by_name)
    SELECT $1, md5('entry' || i || $1::text)::uuid, 'sale', 'revenue', register_id, payment_type, amount, 'UAH', day,
        false, id, 0, booking_id, at, $1, 'Олена' FROM sale
    """,
    """
    INSERT INTO receipt (account_id, id, kind, state, settlement_id, booking_id, cash_register_id, total, currency,
        body, provider_id, created_at, registered_at, fiscal_code, trace)
    SELECT $1, md5('receipt' || i || $1::text)::uuid, 'sale', 'registered', id, booking_id, register_id, amount, 'UAH',
        '{}', md5('receipt' || i || $1::text)::uuid, at, at, 'F' || i, '{}' FROM sale WHERE register_id = $2
    """,
    """
    INSERT INTO acquirer_account (account_id, id, provider, is_current, merchant_hint, takes_tests, sealed, created_at)
    VALUES ($1, $1, 'liqpay', true, '…1', true, ''::bytea, now())
    """,
    """
    INSERT INTO prepayment (account_id, id, version, booking_id, cash_register_id, amount, currency, state,
        expires_at, settlement_id, created_at, created_by_name)
    SELECT $1, md5('asked' || i || $1::text)::uuid, 1, booking_id, register_id, amount, 'UAH', 'paid', at,
        id, at, 'LiqPay'
    FROM sale WHERE is_prepaid
    """,
    """
    INSERT INTO card_payment (account_id, id, version, kind, provider, acquirer_account_id, prepayment_id, amount,
        currency, description, state, created_at, created_by_name, valid_until, paid_at, checks)
    SELECT $1, md5('card' || i || $1::text)::uuid, 1, 'prepayment', 'liqpay', $1, md5('asked' || i || $1::text)::uuid,
        amount, 'UAH', '—', 'paid', at, 'LiqPay', at, at, 0
    FROM sale WHERE is_prepaid
    """,
)


async def sell(root: asyncpg.Connection, account_id: UUID, fiscal: UUID, plain: UUID, sales: int) -> None:
    """So many sales over the month: half by card at the fiscal register, half in cash at the other."""
    async with root.transaction():
        await root.execute(
            _SALES.replace("$1", f"'{account_id}'")
            .replace("$2", f"'{fiscal}'")
            .replace("$3", f"'{plain}'")
            .replace("$4", f"'{MONTH}'")
            .replace("$5", str(DAYS))
            .replace("$6", str(sales))
        )
        for statement in _ROWS:
            await root.execute(statement.replace("$1", f"'{account_id}'").replace("$2", f"'{fiscal}'"))


_ACT = "id = (SELECT id FROM settlement WHERE account_id = :a ORDER BY created_at LIMIT 1 OFFSET {})"
_OF_ACT = "settlement_id = (SELECT id FROM settlement WHERE account_id = :a ORDER BY created_at LIMIT 1 OFFSET {})"
_BOOKING = f"booking_id = (SELECT booking_id FROM settlement WHERE account_id = :a AND {_ACT})"
_FROM_ENTRY = f"FROM cash_operation WHERE account_id = :a AND {_OF_ACT}"
_ONE_RECEIPT = "id = (SELECT id FROM receipt WHERE account_id = :a ORDER BY created_at LIMIT 1 OFFSET {})"
_ONE_ASKED = "id = (SELECT id FROM prepayment WHERE account_id = :a ORDER BY created_at LIMIT 1 OFFSET {})"
_ONE_CARD = "id = (SELECT id FROM card_payment WHERE account_id = :a ORDER BY created_at LIMIT 1 OFFSET {})"

FAULTS: dict[str, tuple[str, ...]] = {
    "ledger_missing": (
        "UPDATE register_turnover t SET amount = t.amount - o.amount FROM cash_operation o WHERE t.account_id = :a "
        "AND o.account_id = :a AND t.operating_day = o.operating_day AND t.cash_register_id = o.cash_register_id "
        f"AND o.{_OF_ACT.format(0)}",
        f"DELETE {_FROM_ENTRY.format(0)}",
    ),
    "ledger_amount": (
        "UPDATE register_turnover t SET amount = t.amount + 1 FROM cash_operation o WHERE t.account_id = :a "
        "AND o.account_id = :a AND t.operating_day = o.operating_day AND t.cash_register_id = o.cash_register_id "
        f"AND o.{_OF_ACT.format(1)}",
        f"UPDATE cash_operation SET amount = amount + 1 WHERE account_id = :a AND {_OF_ACT.format(1)}",
    ),
    "ledger_unexplained": (
        "INSERT INTO cash_operation (account_id, id, kind, figure, cash_register_id, payment_type, amount, currency, "
        "operating_day, is_back_dated, created_at, created_by, created_by_name) "
        "SELECT account_id, gen_random_uuid(), kind, figure, cash_register_id, payment_type, 7, currency, "
        "operating_day, false, created_at, created_by, created_by_name "
        f"{_FROM_ENTRY.format(2)}",
        "UPDATE register_turnover t SET amount = t.amount + 7 FROM cash_operation o WHERE t.account_id = :a "
        "AND o.account_id = :a AND t.operating_day = o.operating_day AND t.cash_register_id = o.cash_register_id "
        f"AND o.{_OF_ACT.format(2)}",
    ),
    "act_payments": (
        f"UPDATE settlement SET amount = amount + 5 WHERE account_id = :a AND {_ACT.format(3)}",
        f"UPDATE booking_copy SET paid = paid + 5 WHERE {_BOOKING.format(3)}",
        f"UPDATE settlement_line SET amount = amount + 5 WHERE account_id = :a AND position = 0 AND "
        f"{_OF_ACT.format(3)}",
    ),
    "act_lines": (
        f"UPDATE settlement_line SET amount = amount - 1 WHERE account_id = :a AND position = 1 AND "
        f"{_OF_ACT.format(4)}",
    ),
    "act_tips": (f"UPDATE settlement SET tips = 100 WHERE account_id = :a AND {_ACT.format(5)}",),
    "booking_paid": (f"UPDATE booking_copy SET paid = paid - 1 WHERE {_BOOKING.format(6)}",),
    "turnover": (
        "UPDATE register_turnover SET amount = amount + 3 WHERE account_id = :a AND operating_day = '2026-10-08' "
        "AND payment_type = 'card'",
    ),
    "negative_balance": (
        "INSERT INTO cash_register (account_id, id, name, payment_types, created_at) "
        "VALUES (:a, md5('poor' || :a::text)::uuid, 'Порожня', '{cash}', now())",
        "INSERT INTO cash_operation (account_id, id, kind, figure, cash_register_id, payment_type, amount, currency, "
        "operating_day, is_back_dated, created_at, created_by, created_by_name) VALUES (:a, gen_random_uuid(), "
        "'withdrawal', 'paid_out', md5('poor' || :a::text)::uuid, 'cash', -500, 'UAH', "
        "'2026-10-09', false, now(), :a, 'Олена')",
        "INSERT INTO register_turnover VALUES (:a, md5('poor' || :a::text)::uuid, '2026-10-09', 'UAH', 'cash', "
        "'paid_out', false, -500, 1)",
    ),
    "transfer_unbalanced": (
        "INSERT INTO cash_operation (account_id, id, kind, figure, cash_register_id, payment_type, amount, currency, "
        "operating_day, is_back_dated, created_at, created_by, created_by_name, transfer_id) "
        "SELECT account_id, gen_random_uuid(), 'transfer', 'transferred', cash_register_id, "
        "payment_type, 900, currency, "
        "operating_day, false, created_at, created_by, created_by_name, gen_random_uuid() "
        f"{_FROM_ENTRY.format(10)}",
        "INSERT INTO register_turnover SELECT account_id, cash_register_id, operating_day, currency, payment_type, "
        f"'transferred', false, 900, 1 {_FROM_ENTRY.format(10)}",
    ),
    "reversal_amount": (
        "INSERT INTO cash_operation (account_id, id, kind, figure, cash_register_id, payment_type, amount, currency, "
        "operating_day, is_back_dated, created_at, created_by, created_by_name) SELECT account_id, "
        "md5('put' || account_id::text)::uuid, 'deposit', 'paid_in', cash_register_id, payment_type, 100, currency, "
        "operating_day, false, created_at, created_by, created_by_name "
        f"{_FROM_ENTRY.format(11)}",
        "INSERT INTO cash_operation (account_id, id, kind, figure, cash_register_id, payment_type, amount, currency, "
        "operating_day, is_back_dated, created_at, created_by, created_by_name, reverses_id) SELECT account_id, "
        "gen_random_uuid(), 'reversal', 'paid_in', cash_register_id, payment_type, -99, currency, operating_day, "
        "false, created_at, created_by, created_by_name, id FROM cash_operation WHERE id = "
        "md5('put' || :a::text)::uuid",
        "INSERT INTO register_turnover SELECT account_id, cash_register_id, operating_day, currency, payment_type, "
        f"'paid_in', false, 1, 2 {_FROM_ENTRY.format(11)}",
    ),
    "refund_above_sale": (
        "INSERT INTO settlement (account_id, id, booking_id, act, kind, amount, change, currency, price_then, "
        "paid_after, payment_state, operating_day, is_back_dated, created_at, created_by, created_by_name) "
        "SELECT account_id, gen_random_uuid(), booking_id, 3, 'settlement', 1, 0, currency, price_then, 1, "
        "'settled', '2026-09-01', false, created_at + interval '100 days', created_by, created_by_name "
        f"FROM settlement WHERE account_id = :a AND {_ACT.format(12)}",
        "INSERT INTO settlement (account_id, id, booking_id, act, kind, reverses_id, amount, change, currency, "
        "price_then, paid_after, payment_state, operating_day, is_back_dated, created_at, created_by, created_by_name) "
        "SELECT account_id, gen_random_uuid(), booking_id, 2, 'reversal', id, -amount - 1, 0, currency, price_then, 0, "
        "'reversed', '2026-09-01', false, created_at + interval '100 days', created_by, created_by_name "
        f"FROM settlement WHERE account_id = :a AND {_ACT.format(12)}",
        f"UPDATE booking_copy SET paid = 0 WHERE {_BOOKING.format(12)}",
    ),
    "receipt_missing": (f"DELETE FROM receipt WHERE account_id = :a AND {_ONE_RECEIPT.format(13)}",),
    "receipt_amount": (f"UPDATE receipt SET total = total + 1 WHERE account_id = :a AND {_ONE_RECEIPT.format(14)}",),
    "receipt_unexpected": (
        "UPDATE settlement SET fiscal_register_id = NULL WHERE id = (SELECT settlement_id FROM receipt "
        f"WHERE account_id = :a AND {_ONE_RECEIPT.format(15)})",
    ),
    "receipt_waiting": (f"UPDATE receipt SET state = 'held' WHERE account_id = :a AND {_ONE_RECEIPT.format(16)}",),
    "receipt_failed": (f"UPDATE receipt SET state = 'failed' WHERE account_id = :a AND {_ONE_RECEIPT.format(17)}",),
    "fiscal_code_repeated": (
        "UPDATE receipt SET fiscal_code = (SELECT fiscal_code FROM receipt "
        f"WHERE account_id = :a AND {_ONE_RECEIPT.format(18)}) WHERE account_id = :a AND {_ONE_RECEIPT.format(19)}",
    ),
    "prepayment_unsettled": (
        f"UPDATE prepayment SET settlement_id = NULL WHERE account_id = :a AND {_ONE_ASKED.format(0)}",
    ),
    "prepayment_amount": (
        "UPDATE card_payment SET amount = amount + 1 WHERE prepayment_id = (SELECT id FROM prepayment "
        f"WHERE account_id = :a AND {_ONE_ASKED.format(1)})",
        f"UPDATE prepayment SET amount = amount + 1 WHERE account_id = :a AND {_ONE_ASKED.format(1)}",
    ),
    "card_payment_unapplied": (
        f"UPDATE card_payment SET amount = amount + 1 WHERE account_id = :a AND {_ONE_CARD.format(2)}",
    ),
    "card_payment_in_review": (
        f"UPDATE card_payment SET state = 'review' WHERE account_id = :a AND {_ONE_CARD.format(3)}",
    ),
    "refund_not_reversed": (
        f"UPDATE card_payment SET state = 'refunded' WHERE account_id = :a AND {_ONE_CARD.format(4)}",
    ),
    "card_payment_stuck": (
        "INSERT INTO card_payment (account_id, id, version, kind, provider, amount, currency, description, state, "
        "created_at, created_by_name, valid_until, checks) VALUES (:a, gen_random_uuid(), 1, 'top_up', 'liqpay', 100, "
        "'UAH', '—', 'pending', '2026-10-10T12:00Z', '—', '2026-10-10T13:00Z', 0)",
    ),
    "day_changed": (
        "INSERT INTO day_close (account_id, id, cash_register_id, payment_type, currency, operating_day, number, "
        "expected, counted, created_at, created_by, created_by_name) SELECT :a, gen_random_uuid(), cash_register_id, "
        "'cash', 'UAH', '2026-10-11', 1, 1, 1, now(), :a, 'Олена' FROM register_turnover WHERE account_id = :a "
        "AND payment_type = 'cash' AND operating_day = '2026-10-11' LIMIT 1",
    ),
}
"""One planted fault per kind of difference, each at rows that no other fault touches."""


async def plant(root: asyncpg.Connection, account_id: UUID, code: str) -> None:
    """Write the fault past triggers and keys; `root` is a superuser."""
    async with root.transaction():
        await root.execute("SET LOCAL session_replication_role = replica")
        for statement in FAULTS[code]:
            await root.execute(statement.replace(":a", f"'{account_id}'"))


def last_day() -> date:
    """The last day of the month of sales."""
    return MONTH + timedelta(days=DAYS - 1)
