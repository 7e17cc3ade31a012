"""Visits that nobody confirmed in time: since when an account's rule holds, and what it has judged.

Revision ID: 20261122unconfirmed
Revises: 20261122departures
"""

from alembic import op

revision = "20261122unconfirmed"
down_revision = "20261122departures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE account_copy ADD COLUMN unconfirmed_since timestamptz")
    op.execute("CREATE INDEX account_copy_unconfirmed ON account_copy (account_id) WHERE unconfirmed_since IS NOT NULL")
    op.execute(
        """
        ALTER TABLE booking
            ADD COLUMN agreed_at timestamptz,
            ADD COLUMN confirm_told_until timestamptz,
            ADD COLUMN confirm_judged_at timestamptz,
            ADD COLUMN cancel_cause text CHECK (cancel_cause IN ('unconfirmed'))
        """
    )
    op.execute(
        "CREATE INDEX booking_unconfirmed ON booking (account_id, starts_at, id) "
        "WHERE state = 'pending' AND confirm_judged_at IS NULL AND deleted_at IS NULL"
    )


def downgrade() -> None:
    op.execute("DROP INDEX booking_unconfirmed")
    op.execute(
        "ALTER TABLE booking DROP COLUMN agreed_at, DROP COLUMN confirm_told_until, "
        "DROP COLUMN confirm_judged_at, DROP COLUMN cancel_cause"
    )
    op.execute("DROP INDEX account_copy_unconfirmed")
    op.execute("ALTER TABLE account_copy DROP COLUMN unconfirmed_since")
