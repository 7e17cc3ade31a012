"""Visits that have to be confirmed: what an account wants, and the tasks for staff where nobody did."""

from alembic import op

revision = "2026_11_22_unconfirmed"
down_revision = "2026_11_22_written"
branch_labels = None
depends_on = None

_BEFORE = "'phone_bad', 'reply_unclear', 'reply_too_late'"
_ADDED = "'reply_after_release', 'visit_silent', 'visit_not_asked', 'visit_money'"


def upgrade() -> None:
    op.execute("ALTER TABLE account_copy ADD COLUMN unconfirmed text NOT NULL DEFAULT 'nothing'")
    op.execute("ALTER TABLE account_copy ADD COLUMN confirm_cutoff_min integer NOT NULL DEFAULT 1440")
    _allow(f"{_BEFORE}, {_ADDED}")
    op.execute("CREATE INDEX staff_task_of_booking ON staff_task (account_id, booking_id) WHERE settled_at IS NULL")


def downgrade() -> None:
    op.execute("DROP INDEX staff_task_of_booking")
    op.execute(f"DELETE FROM staff_task WHERE kind IN ({_ADDED})")
    _allow(_BEFORE)
    op.execute("ALTER TABLE account_copy DROP COLUMN confirm_cutoff_min, DROP COLUMN unconfirmed")


def _allow(kinds: str) -> None:
    op.execute("ALTER TABLE staff_task DROP CONSTRAINT staff_task_kind_check")
    op.execute(f"ALTER TABLE staff_task ADD CONSTRAINT staff_task_kind_check CHECK (kind IN ({kinds}))")
