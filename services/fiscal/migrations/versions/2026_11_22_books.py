"""The books: an append-only ledger with its turnover, sold lines, refunds, tips, counted days, reconciliation."""

from alembic import op

from kit import schema

revision = "2026_11_22_books"
down_revision = "2026_11_22_card_payments"
branch_labels = None
depends_on = None

SERVICE = "fiscal"
OLD_BOOKS = ("settlement", "settlement_payment", "cash_operation")
BOOKS = (*OLD_BOOKS, "settlement_line", "day_close")
"""What is only ever added to."""


def upgrade() -> None:
    for table in OLD_BOOKS:  # the owner of a table sees its rows only while the security is not forced on it
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    _widen_settlements()
    _create_lines()
    _widen_ledger()
    _create_turnover()
    for table in OLD_BOOKS:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _create_days()
    _create_requests()
    _create_reconciliation()
    _create_subscription()
    _forbid_changes()
    _check_sums()


def _widen_settlements() -> None:
    op.execute("ALTER TABLE booking_copy ADD COLUMN discounted bigint NOT NULL DEFAULT 0 CHECK (discounted >= 0)")
    op.execute("ALTER TABLE booking_copy ADD COLUMN goods jsonb NOT NULL DEFAULT '[]'")
    op.execute("ALTER TABLE settlement DROP CONSTRAINT settlement_account_id_reverses_id_key")
    op.execute("ALTER TABLE settlement DROP CONSTRAINT settlement_check")
    op.execute(
        """
        ALTER TABLE settlement
            ADD COLUMN discount bigint NOT NULL DEFAULT 0,
            ADD COLUMN discount_reason text,
            ADD COLUMN tips bigint NOT NULL DEFAULT 0,
            ADD COLUMN fiscal_register_id uuid,
            ADD COLUMN approved_by uuid,
            ADD COLUMN approved_by_name text,
            ADD CONSTRAINT settlement_signs CHECK (
                CASE kind
                    WHEN 'settlement' THEN amount >= 0 AND discount >= 0 AND tips >= 0 AND amount + discount + tips > 0
                    ELSE amount <= 0 AND discount <= 0 AND tips <= 0 AND amount + discount + tips < 0
                END
            ),
            ADD FOREIGN KEY (account_id, fiscal_register_id) REFERENCES cash_register
        """
    )
    op.execute("CREATE INDEX settlement_reversed ON settlement (account_id, reverses_id) WHERE reverses_id IS NOT NULL")
    op.execute("CREATE INDEX settlement_of_day ON settlement (account_id, operating_day)")
    op.execute("ALTER TABLE settlement_payment ADD COLUMN reverses_position smallint")
    op.execute(
        """
        UPDATE settlement_payment p SET reverses_position = p.position
        FROM settlement s
        WHERE s.account_id = p.account_id AND s.id = p.settlement_id AND s.kind = 'reversal'
        """
    )
    op.execute(
        """
        UPDATE settlement s SET fiscal_register_id = r.cash_register_id
        FROM receipt r WHERE r.account_id = s.account_id AND r.settlement_id = s.id
        """
    )


def _create_lines() -> None:
    op.execute(
        """
        CREATE TABLE settlement_line (
            account_id uuid NOT NULL,
            settlement_id uuid NOT NULL,
            payment_position smallint NOT NULL,
            position smallint NOT NULL,
            kind text NOT NULL CHECK (kind IN ('service', 'goods')),
            item_key text NOT NULL,
            code text NOT NULL,
            name text NOT NULL,
            staff_member_id uuid,
            staff_member_name text,
            amount bigint NOT NULL CHECK (amount <> 0),
            PRIMARY KEY (account_id, settlement_id, payment_position, position),
            FOREIGN KEY (account_id, settlement_id, payment_position) REFERENCES settlement_payment
        )
        """
    )
    op.execute(
        """
        INSERT INTO settlement_line
            (account_id, settlement_id, payment_position, position, kind, item_key, code, name, amount)
        SELECT account_id, settlement_id, position, 0, 'service', '', '', '', amount FROM settlement_payment
        """
    )
    schema.protect("settlement_line", SERVICE, app=["SELECT", "INSERT"], system=["SELECT"])


def _widen_ledger() -> None:
    op.execute("ALTER TABLE cash_operation DROP CONSTRAINT cash_operation_kind_check")
    op.execute("ALTER TABLE cash_operation DROP CONSTRAINT cash_operation_check1")
    op.execute("ALTER TABLE cash_operation DROP CONSTRAINT cash_operation_check2")
    op.execute(
        """
        ALTER TABLE cash_operation
            ADD COLUMN figure text,
            ADD COLUMN transfer_id uuid,
            ADD COLUMN refunds_id uuid,
            ADD COLUMN staff_member_id uuid,
            ADD COLUMN staff_member_name text,
            ADD COLUMN approved_by uuid,
            ADD COLUMN approved_by_name text,
            ADD FOREIGN KEY (account_id, refunds_id) REFERENCES cash_operation
        """
    )
    op.execute(
        """
        UPDATE cash_operation o SET figure = CASE coalesce(
            (SELECT kind FROM cash_operation a WHERE a.account_id = o.account_id AND a.id = o.reverses_id), o.kind)
            WHEN 'sale' THEN 'revenue' WHEN 'deposit' THEN 'paid_in' ELSE 'paid_out' END
        """
    )
    op.execute(
        """
        ALTER TABLE cash_operation
            ALTER COLUMN figure SET NOT NULL,
            ADD CONSTRAINT cash_operation_kinds CHECK (kind IN (
                'sale', 'tip', 'refund', 'deposit', 'withdrawal', 'transfer', 'collection', 'surplus', 'shortage',
                'reversal')),
            ADD CONSTRAINT cash_operation_figures CHECK (CASE kind
                WHEN 'sale' THEN figure = 'revenue'
                WHEN 'refund' THEN figure = 'revenue'
                WHEN 'tip' THEN figure = 'tips'
                WHEN 'deposit' THEN figure = 'paid_in'
                WHEN 'withdrawal' THEN figure = 'paid_out'
                WHEN 'transfer' THEN figure = 'transferred'
                WHEN 'collection' THEN figure = 'collected'
                WHEN 'reversal' THEN figure IN
                    ('revenue', 'tips', 'paid_in', 'paid_out', 'transferred', 'collected', 'counted')
                ELSE figure = 'counted' END),
            ADD CONSTRAINT cash_operation_signs CHECK (CASE
                WHEN kind IN ('sale', 'tip', 'deposit', 'surplus') THEN amount > 0
                WHEN kind IN ('refund', 'withdrawal', 'collection', 'shortage') THEN amount < 0
                ELSE true END),
            ADD CONSTRAINT cash_operation_transfers CHECK (
                (figure = 'transferred') = (transfer_id IS NOT NULL)),
            ADD CONSTRAINT cash_operation_refunds CHECK ((kind = 'refund') = (refunds_id IS NOT NULL))
        """
    )
    op.execute("DROP INDEX cash_operation_of_register")
    op.execute(
        "CREATE INDEX cash_operation_transfer ON cash_operation (account_id, transfer_id) WHERE transfer_id IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX cash_operation_refunded ON cash_operation (account_id, refunds_id) WHERE refunds_id IS NOT NULL"
    )
    op.execute("CREATE INDEX cash_operation_back_dated ON cash_operation (account_id, created_at) WHERE is_back_dated")


def _create_turnover() -> None:
    op.execute(
        """
        CREATE TABLE register_turnover (
            account_id uuid NOT NULL,
            cash_register_id uuid NOT NULL,
            operating_day date NOT NULL,
            currency text NOT NULL,
            payment_type text NOT NULL,
            figure text NOT NULL,
            is_reversal boolean NOT NULL,
            amount bigint NOT NULL,
            entries bigint NOT NULL,
            PRIMARY KEY (account_id, cash_register_id, operating_day, currency, payment_type, figure, is_reversal),
            FOREIGN KEY (account_id, cash_register_id) REFERENCES cash_register
        )
        """
    )
    op.execute(
        """
        INSERT INTO register_turnover
        SELECT account_id, cash_register_id, operating_day, currency, payment_type, figure,
            kind IN ('reversal', 'refund'), sum(amount), count(*)
        FROM cash_operation GROUP BY 1, 2, 3, 4, 5, 6, 7
        """
    )
    op.execute("CREATE INDEX register_turnover_of_day ON register_turnover (account_id, operating_day)")
    schema.protect("register_turnover", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT"])
    op.execute(
        """
        CREATE FUNCTION count_cash_operation() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO register_turnover AS t VALUES (
                NEW.account_id, NEW.cash_register_id, NEW.operating_day, NEW.currency, NEW.payment_type, NEW.figure,
                NEW.kind IN ('reversal', 'refund'), NEW.amount, 1)
            ON CONFLICT
                (account_id, cash_register_id, operating_day, currency, payment_type, figure, is_reversal)
            DO UPDATE SET amount = t.amount + excluded.amount, entries = t.entries + 1;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER cash_operation_is_counted AFTER INSERT ON cash_operation "
        "FOR EACH ROW EXECUTE FUNCTION count_cash_operation()"
    )


def _create_days() -> None:
    op.execute(
        """
        CREATE TABLE cash_rules (
            account_id uuid PRIMARY KEY,
            version integer NOT NULL DEFAULT 1,
            back_days_limit integer NOT NULL DEFAULT 30 CHECK (back_days_limit BETWEEN 0 AND 366),
            back_dating_needs_two boolean NOT NULL DEFAULT false,
            reversal_needs_two boolean NOT NULL DEFAULT false,
            discount_rounding integer NOT NULL DEFAULT 1 CHECK (discount_rounding IN (1, 10, 50, 100))
        )
        """
    )
    schema.protect("cash_rules", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT"])
    op.execute(
        """
        CREATE TABLE day_close (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            cash_register_id uuid NOT NULL,
            payment_type text NOT NULL,
            currency text NOT NULL,
            operating_day date NOT NULL,
            number integer NOT NULL,
            expected bigint NOT NULL,
            counted bigint NOT NULL CHECK (counted >= 0),
            explanation text,
            operation_id uuid,
            created_at timestamptz NOT NULL,
            created_by uuid NOT NULL,
            created_by_name text NOT NULL,
            PRIMARY KEY (account_id, id),
            UNIQUE (account_id, cash_register_id, operating_day, payment_type, currency, number),
            FOREIGN KEY (account_id, cash_register_id) REFERENCES cash_register,
            FOREIGN KEY (account_id, operation_id) REFERENCES cash_operation,
            CHECK (expected = counted OR explanation <> '')
        )
        """
    )
    schema.protect("day_close", SERVICE, app=["SELECT", "INSERT"], system=["SELECT"])


def _create_requests() -> None:
    op.execute(
        """
        CREATE TABLE cash_request (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            version integer NOT NULL DEFAULT 1,
            act text NOT NULL,
            command jsonb NOT NULL,
            cause text NOT NULL CHECK (cause IN ('back_dated', 'reversal')),
            location_id uuid,
            amount bigint,
            currency text NOT NULL,
            reason text,
            state text NOT NULL CHECK (state IN ('pending', 'approved', 'declined')),
            requested_at timestamptz NOT NULL,
            requested_by uuid NOT NULL,
            requested_by_name text NOT NULL,
            decided_at timestamptz,
            decided_by uuid,
            decided_by_name text,
            PRIMARY KEY (account_id, id),
            CHECK ((state = 'pending') = (decided_by IS NULL)),
            CHECK (decided_by <> requested_by OR state = 'declined')
        )
        """
    )
    op.execute("CREATE INDEX cash_request_pending ON cash_request (account_id, requested_at) WHERE state = 'pending'")
    schema.protect("cash_request", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT"])


def _create_reconciliation() -> None:
    op.execute(
        """
        CREATE TABLE reconciliation (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            since date NOT NULL,
            until date NOT NULL,
            ran_at timestamptz NOT NULL,
            took_ms integer NOT NULL,
            checked jsonb NOT NULL,
            count integer NOT NULL,
            differences jsonb NOT NULL,
            PRIMARY KEY (account_id, id)
        )
        """
    )
    op.execute("CREATE UNIQUE INDEX reconciliation_of_days ON reconciliation (account_id, until, since)")
    schema.protect("reconciliation", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT"])


def _create_subscription() -> None:
    op.execute(
        """
        CREATE TABLE subscription (
            account_id uuid PRIMARY KEY,
            version integer NOT NULL DEFAULT 1,
            extras text[] NOT NULL DEFAULT '{}',
            changed_at timestamptz NOT NULL,
            changed_by_name text NOT NULL
        )
        """
    )
    schema.protect("subscription", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT"])


def _forbid_changes() -> None:
    op.execute(
        """
        CREATE FUNCTION books_only_grow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = '42501'; END $$
        """
    )
    for table in BOOKS:
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION books_only_grow()"
        )


def _check_sums() -> None:
    """At commit an act agrees with its payments, its sold lines and its ledger lines, and a transfer with itself."""
    op.execute(
        """
        CREATE FUNCTION settlement_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE paid bigint; sold bigint; booked bigint; tipped bigint;
        BEGIN
            SELECT coalesce(sum(amount), 0) INTO paid FROM settlement_payment
                WHERE account_id = NEW.account_id AND settlement_id = NEW.id;
            SELECT coalesce(sum(amount), 0) INTO sold FROM settlement_line
                WHERE account_id = NEW.account_id AND settlement_id = NEW.id;
            SELECT coalesce(sum(amount) FILTER (WHERE figure = 'revenue'), 0),
                   coalesce(sum(amount) FILTER (WHERE figure = 'tips'), 0)
                INTO booked, tipped FROM cash_operation
                WHERE account_id = NEW.account_id AND settlement_id = NEW.id;
            IF NEW.amount <> ALL (ARRAY[paid, sold, booked]) OR NEW.tips <> tipped THEN
                RAISE EXCEPTION 'settlement %: amount %, payments %, lines %, ledger %, tips % and %',
                    NEW.id, NEW.amount, paid, sold, booked, NEW.tips, tipped USING ERRCODE = '23514';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER settlement_sums AFTER INSERT ON settlement DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION settlement_adds_up()"
    )
    op.execute(
        """
        CREATE FUNCTION transfer_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (SELECT sum(amount) FROM cash_operation
                WHERE account_id = NEW.account_id AND transfer_id = NEW.transfer_id) <> 0 THEN
                RAISE EXCEPTION 'transfer % does not come to nothing', NEW.transfer_id USING ERRCODE = '23514';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER cash_operation_transfer_sums AFTER INSERT ON cash_operation "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.transfer_id IS NOT NULL) "
        "EXECUTE FUNCTION transfer_adds_up()"
    )


def downgrade() -> None:
    """Back to the first tables; refuses by their constraints where the books hold what those cannot."""
    for table in ("reconciliation", "subscription", "cash_request", "day_close", "cash_rules"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP TRIGGER cash_operation_transfer_sums ON cash_operation")
    op.execute("DROP TRIGGER cash_operation_is_counted ON cash_operation")
    op.execute("DROP TRIGGER settlement_sums ON settlement")
    for table in OLD_BOOKS:
        op.execute(f"DROP TRIGGER {table}_only_grows ON {table}")
    op.execute("DROP TABLE register_turnover")
    op.execute("DROP TABLE settlement_line")
    for function in ("transfer_adds_up", "settlement_adds_up", "count_cash_operation", "books_only_grow"):
        op.execute(f"DROP FUNCTION {function}()")
    op.execute(
        """
        ALTER TABLE cash_operation
            DROP COLUMN figure, DROP COLUMN transfer_id, DROP COLUMN refunds_id, DROP COLUMN staff_member_id,
            DROP COLUMN staff_member_name, DROP COLUMN approved_by, DROP COLUMN approved_by_name,
            DROP CONSTRAINT cash_operation_kinds, DROP CONSTRAINT cash_operation_signs,
            ADD CONSTRAINT cash_operation_kind_check CHECK (kind IN ('sale', 'deposit', 'withdrawal', 'reversal')),
            ADD CONSTRAINT cash_operation_check1 CHECK (kind NOT IN ('sale', 'deposit') OR amount > 0),
            ADD CONSTRAINT cash_operation_check2 CHECK (kind <> 'withdrawal' OR amount < 0)
        """
    )
    op.execute("DROP INDEX cash_operation_back_dated")
    op.execute(
        "CREATE INDEX cash_operation_of_register ON cash_operation (account_id, cash_register_id, currency) "
        "INCLUDE (amount)"
    )
    op.execute("ALTER TABLE settlement_payment DROP COLUMN reverses_position")
    op.execute("DROP INDEX settlement_reversed")
    op.execute("DROP INDEX settlement_of_day")
    op.execute(
        """
        ALTER TABLE settlement
            DROP COLUMN discount, DROP COLUMN discount_reason, DROP COLUMN tips, DROP COLUMN fiscal_register_id,
            DROP COLUMN approved_by, DROP COLUMN approved_by_name,
            ADD CONSTRAINT settlement_account_id_reverses_id_key UNIQUE (account_id, reverses_id),
            ADD CONSTRAINT settlement_check CHECK (CASE kind WHEN 'settlement' THEN amount > 0 ELSE amount < 0 END)
        """
    )
    op.execute("ALTER TABLE booking_copy DROP COLUMN discounted, DROP COLUMN goods")
