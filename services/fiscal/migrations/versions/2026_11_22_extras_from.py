"""From when an order pays for each extra, so that a month that is given back ends what it had begun from."""

from alembic import op

revision = "2026_11_22_extras_from"
down_revision = "2026_11_22_paid_extras"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE card_payment ADD COLUMN extras_from jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE card_payment DROP COLUMN extras_from")
