"""Reports that go out by e-mail at their hour.

Revision ID: 20261122mailings
Revises: 20261122away
"""

from alembic import op

from kit.schema import protect

revision = "20261122mailings"
down_revision = "20261122away"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE report_mailing (
            account_id uuid NOT NULL,
            report text NOT NULL CHECK (report IN ('summary', 'services', 'staff', 'weekly')),
            version integer NOT NULL,
            is_on boolean NOT NULL,
            clock_time text NOT NULL,
            weekdays text[] NOT NULL,
            span text NOT NULL CHECK (span IN ('yesterday', 'last_7_days', 'last_month')),
            recipient_user_ids uuid[],
            last_day date,
            PRIMARY KEY (account_id, report)
        )
        """
    )
    protect("report_mailing", "booking")


def downgrade() -> None:
    op.execute("DROP TABLE report_mailing")
