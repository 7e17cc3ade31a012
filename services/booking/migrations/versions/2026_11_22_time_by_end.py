"""Time that is taken is found by its end, so that what was long ago is never read.

Under row level security a condition may use an index only when its operator is leakproof. `&&` of ranges is not, so
the indexes behind the exclusion constraints serve the constraints alone; comparing moments is.

Revision ID: 20261122end
Revises: 20261122site
"""

from alembic import op

revision = "20261122end"
down_revision = "20261122site"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX busy_time_end ON busy_time (account_id, staff_member_id, ends_at)")
    op.execute("ALTER TABLE resource_time ADD COLUMN over_at timestamptz GENERATED ALWAYS AS (upper(during)) STORED")
    op.execute("CREATE INDEX resource_time_end ON resource_time (account_id, resource_id, over_at)")


def downgrade() -> None:
    op.execute("DROP INDEX busy_time_end")
    op.execute("DROP INDEX resource_time_end")
    op.execute("ALTER TABLE resource_time DROP COLUMN over_at")
