"""Visits of people who were removed, until they are moved or cancelled.

Revision ID: 20261122departures
Revises: 20261122retention
"""

from alembic import op

from kit.schema import protect

revision = "20261122departures"
down_revision = "20261122retention"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE departure (
            account_id uuid NOT NULL,
            staff_member_id uuid NOT NULL,
            visits text NOT NULL CHECK (visits IN ('move', 'cancel')),
            removed_by uuid,
            removed_by_name text,
            booking_ids uuid[] NOT NULL,
            PRIMARY KEY (account_id, staff_member_id)
        )
        """
    )
    protect("departure", "booking")


def downgrade() -> None:
    op.execute("DROP TABLE departure")
