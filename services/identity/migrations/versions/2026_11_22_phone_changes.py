"""Changes of a person's phone that wait for their day."""

from alembic import op

from kit.schema import grant

revision = "2026_11_22_phone_changes"
down_revision = "2026_11_22_members_and_rights"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE phone_change (
            user_id uuid PRIMARY KEY REFERENCES app_user,
            id uuid NOT NULL,
            new_phone_e164 text NOT NULL,
            asked_at timestamptz NOT NULL,
            effective_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX phone_change_due ON phone_change (effective_at)")
    op.execute("ALTER TABLE phone_change ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE phone_change FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY of_system ON phone_change TO identity_system USING (true) WITH CHECK (true)")
    grant("phone_change", "identity", app=[], system=["SELECT", "INSERT", "UPDATE", "DELETE"])


def downgrade() -> None:
    op.execute("DROP TABLE phone_change")
