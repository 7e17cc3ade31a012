"""Which weeks owners were told about."""

from alembic import op

from kit import schema

revision = "2026_11_22_weekly_digests"
down_revision = "2026_11_22_part_refunds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE weekly_digest (
            account_id uuid NOT NULL,
            since date NOT NULL,
            prepared_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (account_id, since)
        )
        """
    )
    schema.protect("weekly_digest", "fiscal", app=["SELECT", "INSERT"], system=["SELECT"])


def downgrade() -> None:
    op.execute("DROP TABLE weekly_digest")
