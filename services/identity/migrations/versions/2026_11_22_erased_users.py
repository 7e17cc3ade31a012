"""People who had their login forgotten."""

from alembic import op

revision = "2026_11_22_erased_users"
down_revision = "2026_11_22_feedback"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE app_user ADD COLUMN erased_at timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE app_user DROP COLUMN erased_at")
