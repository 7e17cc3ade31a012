"""Checkbox in full: web hooks, taxes of a register, Z-reports, own closing, delivery, what the tax office has got."""

from alembic import op

from kit import schema

revision = "2026_11_22_checkbox_in_full"
down_revision = "2026_11_22_books"
branch_labels = None
depends_on = None

SERVICE = "fiscal"


def upgrade() -> None:
    op.execute("ALTER TABLE card_payment ADD COLUMN settlement_id uuid")
    op.execute("ALTER TABLE cash_register ADD COLUMN tax_codes bigint[] NOT NULL DEFAULT '{}'")
    op.execute(
        """
        ALTER TABLE fiscal_shift
            ADD COLUMN z_report jsonb,
            ADD COLUMN close_at timestamptz
        """
    )
    op.execute("CREATE INDEX fiscal_shift_to_close ON fiscal_shift (close_at) WHERE close_at IS NOT NULL")
    op.execute(
        """
        ALTER TABLE receipt
            ADD COLUMN sent_to_tax_office_at timestamptz,
            ADD COLUMN next_tax_look_at timestamptz
        """
    )
    op.execute("CREATE INDEX receipt_not_sent ON receipt (next_tax_look_at) WHERE next_tax_look_at IS NOT NULL")
    _create_hooks()
    _create_deliveries()


def _create_hooks() -> None:
    op.execute(
        """
        CREATE TABLE checkbox_hook (
            account_id uuid NOT NULL,
            cash_register_id uuid NOT NULL,
            token text NOT NULL UNIQUE,
            licence_fingerprint bytea NOT NULL,
            sealed bytea,
            state text NOT NULL CHECK (state IN ('wanted', 'set', 'foreign')),
            next_try_at timestamptz,
            last_event_at timestamptz,
            next_look_at timestamptz,
            PRIMARY KEY (account_id, cash_register_id),
            FOREIGN KEY (account_id, cash_register_id) REFERENCES cash_register,
            CHECK ((state = 'set') = (sealed IS NOT NULL))
        )
        """
    )
    op.execute("CREATE INDEX checkbox_hook_to_set ON checkbox_hook (next_try_at) WHERE next_try_at IS NOT NULL")
    op.execute("CREATE INDEX checkbox_hook_to_look ON checkbox_hook (next_look_at) WHERE next_look_at IS NOT NULL")
    schema.protect("checkbox_hook", SERVICE, system=["SELECT", "UPDATE"])


def _create_deliveries() -> None:
    op.execute(
        """
        CREATE TABLE receipt_delivery (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            receipt_id uuid NOT NULL,
            way text NOT NULL CHECK (way IN ('email', 'sms')),
            sealed bytea NOT NULL,
            recipient_masked text NOT NULL,
            state text NOT NULL CHECK (state IN ('wanted', 'sent', 'failed')),
            provider_text text,
            tries integer NOT NULL DEFAULT 0,
            next_try_at timestamptz,
            created_at timestamptz NOT NULL,
            created_by_name text NOT NULL,
            PRIMARY KEY (account_id, id),
            FOREIGN KEY (account_id, receipt_id) REFERENCES receipt,
            CHECK ((state = 'wanted') = (next_try_at IS NOT NULL))
        )
        """
    )
    op.execute("CREATE INDEX receipt_delivery_of_receipt ON receipt_delivery (account_id, receipt_id)")
    op.execute("CREATE INDEX receipt_delivery_to_try ON receipt_delivery (next_try_at) WHERE next_try_at IS NOT NULL")
    schema.protect("receipt_delivery", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT", "UPDATE"])


def downgrade() -> None:
    op.execute("DROP TABLE receipt_delivery")
    op.execute("DROP TABLE checkbox_hook")
    op.execute("DROP INDEX receipt_not_sent")
    op.execute("ALTER TABLE receipt DROP COLUMN sent_to_tax_office_at, DROP COLUMN next_tax_look_at")
    op.execute("DROP INDEX fiscal_shift_to_close")
    op.execute("ALTER TABLE fiscal_shift DROP COLUMN z_report, DROP COLUMN close_at")
    op.execute("ALTER TABLE cash_register DROP COLUMN tax_codes")
    op.execute("ALTER TABLE card_payment DROP COLUMN settlement_id")
