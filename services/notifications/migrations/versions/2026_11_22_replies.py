"""What people answered to messages."""

from alembic import op

from kit import schema

revision = "2026_11_22_replies"
down_revision = "2026_11_22_due_lanes"
branch_labels = None
depends_on = None

SERVICE = "notifications"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE reply (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            provider text NOT NULL,
            provider_id text NOT NULL,
            phone_e164 text NOT NULL,
            text text NOT NULL,
            meaning text NOT NULL CHECK (meaning IN ('confirm', 'cancel', 'stop', 'unclear')),
            client_id uuid,
            booking_id uuid,
            notification_id uuid,
            received_at timestamptz NOT NULL,
            settled_at timestamptz,
            settled_by uuid,
            PRIMARY KEY (account_id, id),
            UNIQUE (account_id, provider, provider_id)
        )
        """
    )
    op.execute("CREATE INDEX reply_open ON reply (account_id, received_at) WHERE settled_at IS NULL")
    op.execute("CREATE INDEX reply_of_client ON reply (account_id, client_id) WHERE client_id IS NOT NULL")
    schema.protect("reply", SERVICE)


def downgrade() -> None:
    op.execute("DROP TABLE reply")
