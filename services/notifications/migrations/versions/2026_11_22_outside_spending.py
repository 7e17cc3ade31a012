"""What there was after the last top-up, and what people from outside make an account spend."""

from alembic import op

from kit import schema

revision = "2026_11_22_outside_spending"
down_revision = "2026_11_22_mailed_reports"
branch_labels = None
depends_on = None

SERVICE = "notifications"


def upgrade() -> None:
    op.execute("ALTER TABLE sms_balance ADD COLUMN full_amount bigint NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE sms_balance ADD COLUMN warned_percent smallint")
    op.execute("UPDATE sms_balance SET full_amount = greatest(free_amount + reserved_amount, 0)")
    op.execute(
        """
        CREATE TABLE outside_spending (
            account_id uuid NOT NULL,
            minute timestamptz NOT NULL,
            kind text NOT NULL,
            parts integer NOT NULL,
            braked boolean NOT NULL DEFAULT false,
            PRIMARY KEY (account_id, minute, kind)
        )
        """
    )
    op.execute("CREATE INDEX outside_spending_old ON outside_spending (minute)")
    schema.protect("outside_spending", SERVICE)


def downgrade() -> None:
    op.execute("DROP TABLE outside_spending")
    for column in ("warned_percent", "full_amount"):
        op.execute(f"ALTER TABLE sms_balance DROP COLUMN {column}")
