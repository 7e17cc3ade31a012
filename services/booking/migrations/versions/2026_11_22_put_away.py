"""Bookings put away: out of calendar and lists, and back again.

Revision ID: 20261122away
Revises: 20261122end
"""

from alembic import op

revision = "20261122away"
down_revision = "20261122end"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE booking ADD COLUMN deleted_at timestamptz")
    op.execute("CREATE INDEX booking_put_away ON booking (account_id, starts_at, id) WHERE deleted_at IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX booking_put_away")
    op.execute("ALTER TABLE booking DROP COLUMN deleted_at")
