"""The one statement that compares the books: one snapshot, so what is written meanwhile can not look like a fault.

Each part of the union answers one kind of difference as (code, subject, booking, register, day, expected, found).
Days count by the operating day of the act or entry, card payments by the day they were paid.
"""

from sqlalchemy import text

DIFFERENCES = text(
    """
    WITH acts AS MATERIALIZED (
        SELECT * FROM settlement
        WHERE account_id = :account AND operating_day BETWEEN :since AND :until
    ), pays AS MATERIALIZED (
        SELECT p.*, a.booking_id, a.operating_day, a.fiscal_register_id
        FROM settlement_payment p JOIN acts a ON a.account_id = p.account_id AND a.id = p.settlement_id
    ), entries AS MATERIALIZED (
        SELECT * FROM cash_operation
        WHERE account_id = :account AND operating_day BETWEEN :since AND :until
    ), slips AS MATERIALIZED (
        SELECT r.* FROM receipt r JOIN acts a ON a.account_id = r.account_id AND a.id = r.settlement_id
    ), cards AS MATERIALIZED (
        SELECT * FROM card_payment
        WHERE account_id = :account
            AND coalesce(paid_at, created_at) >= :since_at AND coalesce(paid_at, created_at) < :until_at
    ), asked AS MATERIALIZED (
        SELECT * FROM prepayment WHERE account_id = :account AND created_at >= :since_at AND created_at < :until_at
    ), found AS (
        SELECT CASE WHEN o.id IS NULL THEN 'ledger_missing' ELSE 'ledger_amount' END AS code,
            p.settlement_id::text AS subject, p.booking_id AS booking, p.cash_register_id AS register,
            p.operating_day AS day, p.amount AS expected, o.amount AS found
        FROM pays p LEFT JOIN cash_operation o ON o.account_id = p.account_id AND o.settlement_id = p.settlement_id
            AND o.position = p.position
        WHERE o.id IS NULL OR (o.amount, o.cash_register_id, o.payment_type)
            IS DISTINCT FROM (p.amount, p.cash_register_id, p.payment_type)
        UNION ALL
        SELECT 'ledger_unexplained', o.id::text, o.booking_id, o.cash_register_id, o.operating_day, NULL, o.amount
        FROM entries o LEFT JOIN settlement_payment p ON p.account_id = o.account_id
            AND p.settlement_id = o.settlement_id AND p.position = o.position
        WHERE o.figure = 'revenue' AND p.settlement_id IS NULL
        UNION ALL
        SELECT 'act_payments', a.id::text, a.booking_id, NULL, a.operating_day, a.amount, coalesce(p.amount, 0)
        FROM acts a LEFT JOIN (SELECT settlement_id, sum(amount) AS amount FROM pays GROUP BY 1) p
            ON p.settlement_id = a.id
        WHERE a.amount <> coalesce(p.amount, 0)
        UNION ALL
        SELECT 'act_lines', a.id::text, a.booking_id, NULL, a.operating_day, a.amount, coalesce(l.amount, 0)
        FROM acts a LEFT JOIN (
            SELECT l.settlement_id, sum(l.amount) AS amount FROM settlement_line l
            JOIN acts a ON a.account_id = l.account_id AND a.id = l.settlement_id GROUP BY 1
        ) l ON l.settlement_id = a.id
        WHERE a.amount <> coalesce(l.amount, 0)
        UNION ALL
        SELECT 'act_tips', a.id::text, a.booking_id, NULL, a.operating_day, a.tips, coalesce(t.amount, 0)
        FROM acts a LEFT JOIN (
            SELECT settlement_id, sum(amount) AS amount FROM entries WHERE figure = 'tips' GROUP BY 1
        ) t ON t.settlement_id = a.id
        WHERE a.tips <> coalesce(t.amount, 0)
        UNION ALL
        SELECT 'booking_paid', b.booking_id::text, b.booking_id, NULL, NULL, s.amount, b.paid
        FROM booking_copy b JOIN (
            SELECT s.booking_id, sum(s.amount) AS amount FROM settlement s
            JOIN (SELECT DISTINCT booking_id FROM acts) a ON a.booking_id = s.booking_id
            WHERE s.account_id = :account GROUP BY 1
        ) s ON s.booking_id = b.booking_id
        WHERE b.account_id = :account AND b.paid <> s.amount
        UNION ALL
        SELECT 'turnover', NULL, NULL, coalesce(o.register, t.register), coalesce(o.day, t.day),
            coalesce(o.amount, 0), coalesce(t.amount, 0)
        FROM (
            SELECT cash_register_id AS register, operating_day AS day, currency, payment_type, figure,
                sum(amount) AS amount FROM entries GROUP BY 1, 2, 3, 4, 5
        ) o FULL JOIN (
            SELECT cash_register_id AS register, operating_day AS day, currency, payment_type, figure,
                sum(amount) AS amount FROM register_turnover
            WHERE account_id = :account AND operating_day BETWEEN :since AND :until GROUP BY 1, 2, 3, 4, 5
        ) t USING (register, day, currency, payment_type, figure)
        WHERE coalesce(o.amount, 0) <> coalesce(t.amount, 0)
        UNION ALL
        SELECT 'negative_balance', NULL, NULL, cash_register_id, CAST(:until AS date), 0, sum(amount)
        FROM register_turnover
        WHERE account_id = :account AND payment_type = 'cash' AND operating_day <= :until
        GROUP BY cash_register_id, currency HAVING sum(amount) < 0
        UNION ALL
        SELECT 'transfer_unbalanced', transfer_id::text, NULL, NULL, min(operating_day), 0, sum(amount)
        FROM entries WHERE transfer_id IS NOT NULL GROUP BY transfer_id HAVING sum(amount) <> 0
        UNION ALL
        SELECT 'reversal_amount', o.id::text, o.booking_id, o.cash_register_id, o.operating_day, -was.amount, o.amount
        FROM entries o JOIN cash_operation was ON was.account_id = o.account_id AND was.id = o.reverses_id
        WHERE (o.amount, o.cash_register_id, o.payment_type, o.figure)
            IS DISTINCT FROM (-was.amount, was.cash_register_id, was.payment_type, was.figure)
        UNION ALL
        SELECT 'refund_above_sale', a.id::text, a.booking_id, NULL, a.operating_day, a.amount, -sum(back.amount)
        FROM acts a JOIN settlement back ON back.account_id = a.account_id AND back.reverses_id = a.id
        GROUP BY a.id, a.booking_id, a.operating_day, a.amount HAVING a.amount + sum(back.amount) < 0
        UNION ALL
        SELECT 'receipt_missing', a.id::text, a.booking_id, a.fiscal_register_id, a.operating_day,
            abs(sum(p.amount)), NULL
        FROM acts a JOIN pays p ON p.settlement_id = a.id AND p.cash_register_id = a.fiscal_register_id
            LEFT JOIN slips r ON r.settlement_id = a.id
        WHERE r.id IS NULL
        GROUP BY a.id, a.booking_id, a.fiscal_register_id, a.operating_day
        UNION ALL
        SELECT 'receipt_amount', r.id::text, r.booking_id, r.cash_register_id, p.day, abs(p.amount), r.total
        FROM slips r JOIN (
            SELECT settlement_id, cash_register_id, min(operating_day) AS day, sum(amount) AS amount
            FROM pays GROUP BY 1, 2
        ) p ON p.settlement_id = r.settlement_id AND p.cash_register_id = r.cash_register_id
        WHERE r.total <> abs(p.amount) OR (p.amount < 0) <> (r.kind = 'return')
        UNION ALL
        SELECT 'receipt_unexpected', r.id::text, r.booking_id, r.cash_register_id, a.operating_day, NULL, r.total
        FROM slips r JOIN acts a ON a.id = r.settlement_id
        WHERE a.fiscal_register_id IS DISTINCT FROM r.cash_register_id
        UNION ALL
        SELECT CASE r.state WHEN 'failed' THEN 'receipt_failed' ELSE 'receipt_waiting' END, r.id::text, r.booking_id,
            r.cash_register_id, a.operating_day, r.total, NULL
        FROM slips r JOIN acts a ON a.id = r.settlement_id
        WHERE r.state = 'failed' OR (r.state IN ('due', 'held', 'registering') AND r.created_at < :late_at)
        UNION ALL
        SELECT 'fiscal_code_repeated', min(r.id::text), NULL, r.cash_register_id, NULL, 1, count(*)
        FROM slips r WHERE r.fiscal_code IS NOT NULL
        GROUP BY r.cash_register_id, r.fiscal_code HAVING count(*) > 1
        UNION ALL
        SELECT 'prepayment_unsettled', p.id::text, p.booking_id, p.cash_register_id, NULL, p.amount, NULL
        FROM asked p WHERE p.state = 'paid' AND p.settlement_id IS NULL
        UNION ALL
        SELECT 'prepayment_amount', p.id::text, p.booking_id, p.cash_register_id, NULL, p.amount, s.amount
        FROM asked p JOIN settlement s ON s.account_id = p.account_id AND s.id = p.settlement_id
        WHERE s.amount <> p.amount
        UNION ALL
        SELECT 'card_payment_unapplied', c.id::text, p.booking_id, p.cash_register_id, NULL, c.amount, NULL
        FROM cards c JOIN prepayment p ON p.account_id = c.account_id AND p.id = c.prepayment_id
        WHERE c.state = 'paid' AND (p.state <> 'paid' OR p.amount <> c.amount)
        UNION ALL
        SELECT 'card_payment_in_review', c.id::text, p.booking_id, NULL, NULL, c.amount, NULL
        FROM cards c LEFT JOIN prepayment p ON p.account_id = c.account_id AND p.id = c.prepayment_id
        WHERE c.state = 'review'
        UNION ALL
        SELECT 'refund_not_reversed', c.id::text, p.booking_id, p.cash_register_id, NULL, c.amount,
            coalesce(back.amount, 0)
        FROM cards c JOIN prepayment p ON p.account_id = c.account_id AND p.id = c.prepayment_id
            LEFT JOIN (
                SELECT reverses_id, -sum(amount) AS amount FROM settlement
                WHERE account_id = :account AND reverses_id IS NOT NULL GROUP BY 1
            ) back ON back.reverses_id = p.settlement_id
        WHERE c.paid_at IS NOT NULL AND p.settlement_id IS NOT NULL
            AND coalesce(back.amount, 0) < CASE c.state WHEN 'refunded' THEN c.amount ELSE c.refunded END
            AND NOT EXISTS (SELECT 1 FROM card_payment o WHERE o.account_id = c.account_id
                AND o.prepayment_id = p.id AND o.state = 'paid' AND o.id <> c.id)
        UNION ALL
        SELECT 'card_payment_stuck', c.id::text, NULL, NULL, NULL, c.amount, NULL
        FROM cards c WHERE c.state IN ('pending', 'refunding') AND c.valid_until < :late_at
        UNION ALL
        SELECT 'day_changed', d.id::text, NULL, d.cash_register_id, d.operating_day, d.counted, t.amount
        FROM (
            SELECT DISTINCT ON (cash_register_id, operating_day, payment_type, currency) *
            FROM day_close WHERE account_id = :account AND operating_day BETWEEN :since AND :until
            ORDER BY cash_register_id, operating_day, payment_type, currency, number DESC
        ) d JOIN LATERAL (
            SELECT coalesce(sum(amount), 0) AS amount FROM register_turnover t
            WHERE t.account_id = d.account_id AND t.cash_register_id = d.cash_register_id
                AND t.payment_type = d.payment_type AND t.currency = d.currency
                AND t.operating_day <= d.operating_day
        ) t ON true
        LEFT JOIN cash_operation o ON o.account_id = d.account_id AND o.id = d.operation_id
        WHERE t.amount <> d.expected + coalesce(o.amount, 0)
    )
    SELECT *, count(*) OVER () AS all_of_them FROM found ORDER BY code, day, subject LIMIT :at_most
    """
)

CHECKED = text(
    """
    SELECT
        (SELECT count(*) FROM settlement WHERE account_id = :account AND operating_day BETWEEN :since AND :until)
            AS settlements,
        (SELECT count(*) FROM cash_operation WHERE account_id = :account AND operating_day BETWEEN :since AND :until)
            AS entries,
        (SELECT count(*) FROM receipt r JOIN settlement s ON s.account_id = r.account_id AND s.id = r.settlement_id
            WHERE s.account_id = :account AND s.operating_day BETWEEN :since AND :until) AS receipts,
        (SELECT count(*) FROM card_payment WHERE account_id = :account
            AND coalesce(paid_at, created_at) >= :since_at AND coalesce(paid_at, created_at) < :until_at)
            AS card_payments,
        (SELECT count(*) FROM day_close WHERE account_id = :account AND operating_day BETWEEN :since AND :until)
            AS day_closes
    """
)
