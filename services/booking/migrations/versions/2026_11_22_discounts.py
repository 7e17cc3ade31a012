"""Discounts given when a booking was settled: with what is paid they come to its price.

Revision ID: 20261122discounts
Revises: 20261122names
"""

from alembic import op

revision = "20261122discounts"
down_revision = "20261122names"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE booking ADD COLUMN discounted bigint NOT NULL DEFAULT 0 CHECK (discounted >= 0)")


def downgrade() -> None:
    op.execute("ALTER TABLE booking DROP COLUMN discounted")
