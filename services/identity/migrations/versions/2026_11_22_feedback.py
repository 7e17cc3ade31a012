"""Wishes with votes, and messages to the people who run the product."""

from alembic import op

from kit.schema import grant

revision = "2026_11_22_feedback"
down_revision = "2026_11_22_phone_changes"
branch_labels = None
depends_on = None

TABLES = {
    "idea": """
        id uuid PRIMARY KEY,
        title text NOT NULL,
        text text NOT NULL DEFAULT '',
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'planned', 'done', 'declined')),
        is_hidden boolean NOT NULL DEFAULT false,
        author_id uuid NOT NULL,
        created_at timestamptz NOT NULL
    """,
    "idea_vote": """
        idea_id uuid NOT NULL REFERENCES idea,
        voter_id uuid NOT NULL,
        user_id uuid NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (idea_id, voter_id)
    """,
    "contact_message": """
        id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        name text NOT NULL,
        contact text NOT NULL,
        text text NOT NULL,
        page text,
        trace_id text,
        firm_id uuid,
        user_id uuid,
        sender bytea NOT NULL,
        created_at timestamptz NOT NULL,
        answered_at timestamptz,
        answered_by text
    """,
}


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_system ON {table} TO identity_system USING (true) WITH CHECK (true)")
        grant(table, "identity", app=[], system=["SELECT", "INSERT", "UPDATE", "DELETE"])
    op.execute("CREATE INDEX idea_author ON idea (author_id, created_at)")
    op.execute("CREATE INDEX contact_message_sender ON contact_message (sender, created_at)")
    op.execute("CREATE INDEX contact_message_age ON contact_message (created_at)")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
