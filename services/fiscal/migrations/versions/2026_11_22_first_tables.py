"""Copies, cash registers, settlement, the ledger, fiscal shifts, receipts and their lanes."""

from alembic import op

from kit import schema

revision = "2026_11_22_first_tables"
down_revision = None
branch_labels = None
depends_on = None

SERVICE = "fiscal"
TABLES = (
    "receipt_lane",
    "receipt",
    "fiscal_shift",
    "cash_operation",
    "settlement_payment",
    "settlement",
    "cashier_token",
    "cash_register",
    "booking_copy",
    "location_copy",
    "account_copy",
)


def upgrade() -> None:
    schema.create_messaging_tables(SERVICE)
    schema.create_access_tables(SERVICE)
    _create_copies()
    _create_registers()
    _create_money()
    _create_receipts()


def _create_copies() -> None:
    op.execute(
        """
        CREATE TABLE account_copy (
            account_id uuid PRIMARY KEY,
            version integer NOT NULL,
            name text NOT NULL,
            currency text NOT NULL,
            language text NOT NULL,
            time_zone text NOT NULL,
            is_active boolean NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE location_copy (
            account_id uuid NOT NULL,
            location_id uuid NOT NULL,
            version integer NOT NULL,
            name text NOT NULL,
            time_zone text NOT NULL,
            is_deleted boolean NOT NULL,
            PRIMARY KEY (account_id, location_id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE booking_copy (
            account_id uuid NOT NULL,
            booking_id uuid NOT NULL,
            version integer NOT NULL,
            state text NOT NULL,
            price bigint NOT NULL CHECK (price >= 0),
            currency text NOT NULL,
            items jsonb NOT NULL,
            client_id uuid,
            location_id uuid NOT NULL,
            time_zone text NOT NULL,
            starts_at timestamptz NOT NULL,
            acts integer NOT NULL DEFAULT 0,
            paid bigint NOT NULL DEFAULT 0 CHECK (paid >= 0),
            PRIMARY KEY (account_id, booking_id)
        )
        """
    )
    for table in ("account_copy", "location_copy", "booking_copy"):
        schema.protect(table, SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT"])


def _create_registers() -> None:
    op.execute(
        """
        CREATE TABLE cash_register (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            version integer NOT NULL DEFAULT 1,
            name text NOT NULL,
            payment_types text[] NOT NULL CHECK (cardinality(payment_types) > 0),
            location_id uuid,
            is_active boolean NOT NULL DEFAULT true,
            checkbox_sealed bytea,
            cashier_login text,
            licence_hint text,
            licence_fingerprint bytea,
            checkbox_register_id text,
            fiscal_number text,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, id),
            CHECK ((checkbox_sealed IS NULL) = (licence_fingerprint IS NULL))
        )
        """
    )
    # One licence is one register at Checkbox: receipts of two lanes could not be kept in order there.
    op.execute("CREATE UNIQUE INDEX cash_register_licence ON cash_register (account_id, licence_fingerprint)")
    op.execute(
        """
        CREATE TABLE cashier_token (
            account_id uuid NOT NULL,
            cashier_login text NOT NULL,
            sealed bytea NOT NULL,
            signed_in_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (account_id, cashier_login)
        )
        """
    )
    schema.protect("cash_register", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT"])
    schema.protect("cashier_token", SERVICE, system=[])


def _create_money() -> None:
    op.execute(
        """
        CREATE TABLE settlement (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            booking_id uuid NOT NULL,
            act integer NOT NULL,
            kind text NOT NULL CHECK (kind IN ('settlement', 'reversal')),
            reverses_id uuid,
            reason text,
            amount bigint NOT NULL CHECK (CASE kind WHEN 'settlement' THEN amount > 0 ELSE amount < 0 END),
            change bigint NOT NULL CHECK (change >= 0),
            currency text NOT NULL,
            price_then bigint NOT NULL,
            paid_after bigint NOT NULL CHECK (paid_after >= 0),
            payment_state text NOT NULL,
            operating_day date NOT NULL,
            is_back_dated boolean NOT NULL,
            created_at timestamptz NOT NULL,
            created_by uuid NOT NULL,
            created_by_name text NOT NULL,
            PRIMARY KEY (account_id, id),
            UNIQUE (account_id, booking_id, act),
            UNIQUE (account_id, reverses_id),
            FOREIGN KEY (account_id, booking_id) REFERENCES booking_copy,
            FOREIGN KEY (account_id, reverses_id) REFERENCES settlement,
            CHECK ((kind = 'reversal') = (reverses_id IS NOT NULL))
        )
        """
    )
    op.execute(
        """
        CREATE TABLE settlement_payment (
            account_id uuid NOT NULL,
            settlement_id uuid NOT NULL,
            position smallint NOT NULL,
            payment_type text NOT NULL,
            cash_register_id uuid NOT NULL,
            amount bigint NOT NULL CHECK (amount <> 0),
            tendered bigint NOT NULL,
            change bigint NOT NULL CHECK (change >= 0 AND tendered - change = amount),
            PRIMARY KEY (account_id, settlement_id, position),
            FOREIGN KEY (account_id, settlement_id) REFERENCES settlement,
            FOREIGN KEY (account_id, cash_register_id) REFERENCES cash_register
        )
        """
    )
    op.execute(
        """
        CREATE TABLE cash_operation (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            kind text NOT NULL CHECK (kind IN ('sale', 'deposit', 'withdrawal', 'reversal')),
            cash_register_id uuid NOT NULL,
            payment_type text NOT NULL,
            amount bigint NOT NULL CHECK (amount <> 0),
            currency text NOT NULL,
            operating_day date NOT NULL,
            is_back_dated boolean NOT NULL,
            settlement_id uuid,
            position smallint,
            booking_id uuid,
            reverses_id uuid,
            replaces_id uuid,
            comment text,
            created_at timestamptz NOT NULL,
            created_by uuid NOT NULL,
            created_by_name text NOT NULL,
            PRIMARY KEY (account_id, id),
            UNIQUE (account_id, reverses_id),
            UNIQUE (account_id, replaces_id),
            UNIQUE (account_id, settlement_id, position),
            FOREIGN KEY (account_id, cash_register_id) REFERENCES cash_register,
            FOREIGN KEY (account_id, settlement_id) REFERENCES settlement,
            FOREIGN KEY (account_id, reverses_id) REFERENCES cash_operation,
            FOREIGN KEY (account_id, replaces_id) REFERENCES cash_operation,
            CHECK ((kind = 'reversal') = (reverses_id IS NOT NULL)),
            CHECK (kind NOT IN ('sale', 'deposit') OR amount > 0),
            CHECK (kind <> 'withdrawal' OR amount < 0)
        )
        """
    )
    op.execute(
        "CREATE INDEX cash_operation_of_register ON cash_operation (account_id, cash_register_id, currency) "
        "INCLUDE (amount)"
    )
    op.execute("CREATE INDEX cash_operation_of_day ON cash_operation (account_id, operating_day, id)")
    # Append-only: nobody may change or remove a line, not even by mistake.
    for table in ("settlement", "settlement_payment", "cash_operation"):
        schema.protect(table, SERVICE, app=["SELECT", "INSERT"], system=["SELECT"])


def _create_receipts() -> None:
    op.execute(
        """
        CREATE TABLE fiscal_shift (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            version integer NOT NULL DEFAULT 1,
            cash_register_id uuid NOT NULL,
            state text NOT NULL CHECK (state IN ('opening', 'open', 'closing', 'closed')),
            serial integer,
            opened_at timestamptz,
            closed_at timestamptz,
            reason_code text,
            provider_text text,
            created_at timestamptz NOT NULL,
            next_look_at timestamptz,
            PRIMARY KEY (account_id, id),
            FOREIGN KEY (account_id, cash_register_id) REFERENCES cash_register
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX fiscal_shift_one_at_work ON fiscal_shift (account_id, cash_register_id) "
        "WHERE state <> 'closed'"
    )
    op.execute("CREATE INDEX fiscal_shift_to_follow ON fiscal_shift (next_look_at) WHERE next_look_at IS NOT NULL")
    op.execute(
        """
        CREATE TABLE receipt (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            position bigint GENERATED ALWAYS AS IDENTITY,
            version integer NOT NULL DEFAULT 1,
            kind text NOT NULL CHECK (kind IN ('sale', 'return')),
            state text NOT NULL
                CHECK (state IN ('due', 'held', 'registering', 'registered', 'failed', 'reversed')),
            reason_code text,
            provider_text text,
            settlement_id uuid NOT NULL,
            booking_id uuid NOT NULL,
            cash_register_id uuid NOT NULL,
            sale_receipt_id uuid,
            total bigint NOT NULL CHECK (total > 0),
            currency text NOT NULL,
            body jsonb NOT NULL,
            provider_id uuid NOT NULL UNIQUE,
            former_provider_ids uuid[] NOT NULL DEFAULT '{}',
            attempts integer NOT NULL DEFAULT 0,
            sent_at timestamptz,
            accepted_at timestamptz,
            look_ups integer NOT NULL DEFAULT 0,
            not_found_at timestamptz,
            next_attempt_at timestamptz,
            created_at timestamptz NOT NULL,
            registered_at timestamptz,
            fiscal_code text,
            url text,
            is_offline boolean NOT NULL DEFAULT false,
            trace jsonb NOT NULL,
            PRIMARY KEY (account_id, id),
            UNIQUE (account_id, settlement_id),
            FOREIGN KEY (account_id, settlement_id) REFERENCES settlement,
            FOREIGN KEY (account_id, cash_register_id) REFERENCES cash_register,
            FOREIGN KEY (account_id, sale_receipt_id) REFERENCES receipt,
            CHECK ((kind = 'return') = (sale_receipt_id IS NOT NULL)),
            CHECK (state <> 'registered' OR fiscal_code IS NOT NULL)
        )
        """
    )
    op.execute(
        "CREATE INDEX receipt_waiting ON receipt (account_id, cash_register_id, position) "
        "WHERE state IN ('due', 'held', 'registering')"
    )
    op.execute(
        """
        CREATE TABLE receipt_lane (
            account_id uuid NOT NULL,
            cash_register_id uuid NOT NULL,
            next_visit_at timestamptz,
            lease_id uuid,
            leased_until timestamptz,
            last_sent_at timestamptz,
            blocked_until timestamptz,
            blocked_reason text,
            blocked_text text,
            failures integer NOT NULL DEFAULT 0,
            PRIMARY KEY (account_id, cash_register_id),
            FOREIGN KEY (account_id, cash_register_id) REFERENCES cash_register
        )
        """
    )
    op.execute("CREATE INDEX receipt_lane_to_visit ON receipt_lane (next_visit_at) WHERE next_visit_at IS NOT NULL")
    op.execute("CREATE INDEX receipt_lane_leased ON receipt_lane (leased_until) WHERE leased_until IS NOT NULL")
    for table in ("fiscal_shift", "receipt", "receipt_lane"):
        schema.protect(table, SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT", "UPDATE"])


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    schema.drop_access_tables()
    schema.drop_messaging_tables()
