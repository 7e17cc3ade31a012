"""Chats and browsers of people, and Viber in front of an account's SMS."""

from alembic import op

from kit import schema

revision = "2026_11_22_channels"
down_revision = "2026_11_22_planning"
branch_labels = None
depends_on = None

SERVICE = "notifications"

TABLES = """
CREATE TABLE telegram_chat (
    user_id uuid PRIMARY KEY,
    chat_id text NOT NULL UNIQUE,
    bound_at timestamptz NOT NULL
);
CREATE TABLE telegram_link (
    token_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX telegram_link_user ON telegram_link (user_id);
CREATE TABLE push_subscription (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    endpoint text NOT NULL UNIQUE,
    sealed bytea NOT NULL,
    browser text NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX push_subscription_user ON push_subscription (user_id);
ALTER TABLE provider_account ADD COLUMN viber_sender_name text
"""


def upgrade() -> None:
    for statement in TABLES.split(";"):
        op.execute(statement)
    # They belong to people, not to accounts: only work that names its person reaches them.
    for table in ("telegram_chat", "telegram_link", "push_subscription"):
        schema.grant(table, SERVICE, app=[], system=["SELECT", "INSERT", "UPDATE", "DELETE"])


def downgrade() -> None:
    op.execute("ALTER TABLE provider_account DROP COLUMN viber_sender_name")
    for table in ("push_subscription", "telegram_link", "telegram_chat"):
        op.execute(f"DROP TABLE {table}")
