"""Reports of figures, kept until they are mailed."""

from alembic import op

from kit import schema

revision = "2026_11_22_mailed_reports"
down_revision = "2026_11_22_staff_tasks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE mailed_report (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            prepared_at timestamptz NOT NULL,
            body jsonb NOT NULL,
            PRIMARY KEY (account_id, id)
        )
        """
    )
    op.execute("CREATE INDEX mailed_report_age ON mailed_report (prepared_at)")
    schema.protect("mailed_report", "notifications")


def downgrade() -> None:
    op.execute("DROP TABLE mailed_report")
