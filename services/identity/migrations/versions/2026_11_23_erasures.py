"""Logins that were erased, and have to be erased again because an older database was put back."""

from alembic import op

from kit.schema import grant

revision = "2026_11_23_erasures"
down_revision = "2026_11_22_factor_demand"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE erasure_to_repeat (user_id uuid PRIMARY KEY)")
    op.execute("ALTER TABLE erasure_to_repeat ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE erasure_to_repeat FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY of_system ON erasure_to_repeat TO identity_system USING (true) WITH CHECK (true)")
    grant("erasure_to_repeat", "identity", app=[], system=["SELECT", "INSERT", "UPDATE", "DELETE"])
    op.execute("CREATE INDEX app_user_erased ON app_user (erased_at) WHERE erased_at IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX app_user_erased")
    op.execute("DROP TABLE erasure_to_repeat")
