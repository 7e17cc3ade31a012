"""A part of a payment by card given back: how much so far, and the part that is under way."""

from alembic import op

revision = "2026_11_22_part_refunds"
down_revision = "2026_11_22_checkbox_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE card_payment
            ADD COLUMN refunded bigint NOT NULL DEFAULT 0,
            ADD COLUMN refund_part bigint,
            ADD COLUMN refund_asked_at timestamptz,
            ADD CHECK (refunded BETWEEN 0 AND amount),
            ADD CHECK (refund_part BETWEEN 1 AND amount - refunded)
        """
    )


def downgrade() -> None:
    op.execute("ALTER TABLE card_payment DROP COLUMN refunded, DROP COLUMN refund_part, DROP COLUMN refund_asked_at")
