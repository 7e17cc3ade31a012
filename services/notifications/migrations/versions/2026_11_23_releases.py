"""Cures whose messages have not all been let go."""

from alembic import op

from kit import schema

revision = "2026_11_23_releases"
down_revision = "2026_11_22_lists"
branch_labels = None
depends_on = None

SERVICE = "notifications"


def upgrade() -> None:
    op.execute("CREATE TABLE held_release (account_id uuid PRIMARY KEY, seen_at timestamptz)")
    schema.protect("held_release", SERVICE)
    op.execute("CREATE INDEX notification_held_next ON notification (account_id, useful_until) WHERE state = 'held'")


def downgrade() -> None:
    op.execute("DROP INDEX notification_held_next")
    op.execute("DROP TABLE held_release")
