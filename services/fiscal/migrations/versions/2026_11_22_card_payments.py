"""Payments by card: shops at acquirers, prepayments, orders and notices."""

from alembic import op

from kit import schema

revision = "2026_11_22_card_payments"
down_revision = "2026_11_22_first_tables"
branch_labels = None
depends_on = None

SERVICE = "fiscal"
TABLES = ("payment_notice", "card_payment", "prepayment", "prepayment_rules", "acquirer_account")


def upgrade() -> None:
    _create_shops()
    _create_prepayments()
    _create_orders()


def _create_shops() -> None:
    op.execute(
        """
        CREATE TABLE acquirer_account (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            provider text NOT NULL CHECK (provider IN ('liqpay', 'monobank', 'wayforpay')),
            is_current boolean NOT NULL,
            merchant_hint text NOT NULL,
            takes_tests boolean NOT NULL,
            sealed bytea NOT NULL,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, id)
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX acquirer_account_current ON acquirer_account (account_id, provider) WHERE is_current"
    )
    schema.protect("acquirer_account", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=[])


def _create_prepayments() -> None:
    op.execute(
        """
        CREATE TABLE prepayment_rules (
            account_id uuid PRIMARY KEY,
            version integer NOT NULL,
            is_on boolean NOT NULL,
            share_percent smallint NOT NULL CHECK (share_percent BETWEEN 1 AND 100),
            pay_within_min integer NOT NULL CHECK (pay_within_min BETWEEN 5 AND 10080),
            sources text[] NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE prepayment (
            account_id uuid NOT NULL,
            id uuid NOT NULL UNIQUE,
            version integer NOT NULL,
            booking_id uuid NOT NULL,
            cash_register_id uuid NOT NULL,
            amount bigint NOT NULL CHECK (amount > 0),
            currency text NOT NULL,
            state text NOT NULL CHECK (state IN ('pending', 'paid', 'expired', 'cancelled', 'refunded')),
            expires_at timestamptz NOT NULL,
            next_check_at timestamptz,
            settlement_id uuid,
            created_at timestamptz NOT NULL,
            created_by uuid,
            created_by_name text NOT NULL,
            PRIMARY KEY (account_id, id),
            FOREIGN KEY (account_id, cash_register_id) REFERENCES cash_register,
            FOREIGN KEY (account_id, settlement_id) REFERENCES settlement,
            CHECK ((state = 'pending') = (next_check_at IS NOT NULL))
        )
        """
    )
    # A client must never meet two open links for one booking.
    op.execute("CREATE UNIQUE INDEX prepayment_one_open ON prepayment (account_id, booking_id) WHERE state = 'pending'")
    op.execute("CREATE INDEX prepayment_to_check ON prepayment (next_check_at) WHERE next_check_at IS NOT NULL")
    schema.protect("prepayment_rules", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=[])
    schema.protect("prepayment", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT", "UPDATE"])


def _create_orders() -> None:
    op.execute(
        """
        CREATE TABLE card_payment (
            account_id uuid NOT NULL,
            id uuid NOT NULL UNIQUE,
            version integer NOT NULL,
            kind text NOT NULL CHECK (kind IN ('top_up', 'prepayment')),
            provider text NOT NULL,
            acquirer_account_id uuid,
            prepayment_id uuid,
            amount bigint NOT NULL CHECK (amount > 0),
            currency text NOT NULL,
            description text NOT NULL,
            state text NOT NULL CHECK (state IN (
                'pending', 'paid', 'failed', 'expired', 'cancelled', 'refunding', 'refunded', 'review')),
            reason_code text,
            provider_text text,
            checkout jsonb,
            provider_payment_id text,
            created_at timestamptz NOT NULL,
            created_by uuid,
            created_by_name text NOT NULL,
            valid_until timestamptz NOT NULL,
            paid_at timestamptz,
            refunded_at timestamptz,
            told_at timestamptz,
            next_check_at timestamptz,
            checks integer NOT NULL DEFAULT 0,
            PRIMARY KEY (account_id, id),
            FOREIGN KEY (account_id, acquirer_account_id) REFERENCES acquirer_account,
            FOREIGN KEY (account_id, prepayment_id) REFERENCES prepayment,
            CHECK ((kind = 'prepayment') = (prepayment_id IS NOT NULL)),
            CHECK ((kind = 'prepayment') = (acquirer_account_id IS NOT NULL))
        )
        """
    )
    op.execute("CREATE INDEX card_payment_to_check ON card_payment (next_check_at) WHERE next_check_at IS NOT NULL")
    op.execute("CREATE INDEX card_payment_of_prepayment ON card_payment (account_id, prepayment_id)")
    op.execute(
        """
        CREATE TABLE payment_notice (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            payment_id uuid NOT NULL,
            fingerprint bytea NOT NULL,
            headers jsonb NOT NULL,
            body bytea NOT NULL,
            received_at timestamptz NOT NULL,
            next_look_at timestamptz,
            verdict text,
            PRIMARY KEY (account_id, id),
            UNIQUE (account_id, payment_id, fingerprint),
            FOREIGN KEY (account_id, payment_id) REFERENCES card_payment,
            CHECK ((verdict IS NULL) = (next_look_at IS NOT NULL))
        )
        """
    )
    op.execute("CREATE INDEX payment_notice_to_judge ON payment_notice (next_look_at) WHERE next_look_at IS NOT NULL")
    for table in ("card_payment", "payment_notice"):
        schema.protect(table, SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT", "UPDATE"])


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
