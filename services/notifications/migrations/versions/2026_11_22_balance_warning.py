"""When somebody was last told that the prepaid balance is low."""

from alembic import op

revision = "2026_11_22_balance_warning"
down_revision = "2026_11_22_replies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE sms_balance ADD COLUMN looked_at timestamptz NOT NULL DEFAULT '-infinity'")
    op.execute("ALTER TABLE sms_balance ADD COLUMN warned_at timestamptz")
    op.execute("ALTER TABLE sms_balance ADD COLUMN warnings integer NOT NULL DEFAULT 0")
    op.execute("CREATE INDEX sms_balance_looked ON sms_balance (looked_at)")


def downgrade() -> None:
    op.execute("DROP INDEX sms_balance_looked")
    for column in ("warnings", "warned_at", "looked_at"):
        op.execute(f"ALTER TABLE sms_balance DROP COLUMN {column}")
