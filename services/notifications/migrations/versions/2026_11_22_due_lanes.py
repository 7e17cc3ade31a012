"""Each account's due messages lie together: serving an account does not depend on how much others have."""

from alembic import op

revision = "2026_11_22_due_lanes"
down_revision = "2026_11_22_demo_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX notification_due_lane ON notification (account_id, due_at, useful_until) WHERE due_at IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DROP INDEX notification_due_lane")
