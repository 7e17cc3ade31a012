"""Extras of the price list are paid for: until when each, and orders that pay for some of them."""

from alembic import op

from kit import schema

revision = "2026_11_22_paid_extras"
down_revision = "2026_11_22_weekly_digests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE card_payment
            ADD COLUMN extras text[] NOT NULL DEFAULT '{}',
            DROP CONSTRAINT card_payment_kind_check,
            ADD CONSTRAINT card_payment_kind_check CHECK (kind IN ('top_up', 'prepayment', 'subscription')),
            ADD CHECK ((kind = 'subscription') = (extras <> '{}'))
        """
    )
    op.execute(
        """
        CREATE TABLE paid_extra (
            account_id uuid NOT NULL,
            key text NOT NULL,
            paid_until timestamptz NOT NULL,
            PRIMARY KEY (account_id, key)
        )
        """
    )
    schema.protect("paid_extra", "fiscal", app=["SELECT", "INSERT", "UPDATE"], system=[])


def downgrade() -> None:
    op.execute("DROP TABLE paid_extra")
    op.execute(
        """
        ALTER TABLE card_payment
            DROP COLUMN extras,
            DROP CONSTRAINT card_payment_kind_check,
            ADD CONSTRAINT card_payment_kind_check CHECK (kind IN ('top_up', 'prepayment'))
        """
    )
