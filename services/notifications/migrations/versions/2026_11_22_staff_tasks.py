"""What people of an account have to do about messages: numbers that are wrong, answers that no machine understands."""

from alembic import op

from kit import schema

revision = "2026_11_22_staff_tasks"
down_revision = "2026_11_22_reversals"
branch_labels = None
depends_on = None

SERVICE = "notifications"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE staff_task (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            kind text NOT NULL CHECK (kind IN ('phone_bad', 'reply_unclear', 'reply_too_late')),
            subject text NOT NULL,
            location_id uuid,
            client_id uuid,
            booking_id uuid,
            notification_id uuid,
            said text,
            created_at timestamptz NOT NULL,
            settled_at timestamptz,
            settled_by uuid,
            settled_by_name text,
            PRIMARY KEY (account_id, id),
            UNIQUE (account_id, kind, subject)
        )
        """
    )
    op.execute("CREATE INDEX staff_task_open ON staff_task (account_id, created_at, id) WHERE settled_at IS NULL")
    op.execute("CREATE INDEX staff_task_of_client ON staff_task (account_id, client_id) WHERE client_id IS NOT NULL")
    schema.protect("staff_task", SERVICE)
    # Whether somebody has opened a chat, and not which, is all that deciding about a channel needs.
    op.execute(f"GRANT SELECT (user_id) ON telegram_chat TO {SERVICE}_app")


def downgrade() -> None:
    op.execute(f"REVOKE SELECT (user_id) ON telegram_chat FROM {SERVICE}_app")
    op.execute("DROP TABLE staff_task")
