"""Second factors, their recovery codes, and sign-ins that wait for one."""

from alembic import op

from kit.schema import grant

revision = "2026_11_22_second_factors"
down_revision = "2026_11_22_erased_users"
branch_labels = None
depends_on = None

TABLES = ("second_factor", "recovery_code", "waiting_sign_in")


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE second_factor (
            user_id uuid PRIMARY KEY REFERENCES app_user,
            id uuid NOT NULL,
            sealed bytea NOT NULL,
            begun_at timestamptz NOT NULL,
            confirmed_at timestamptz,
            effective_at timestamptz,
            last_step bigint NOT NULL DEFAULT 0,
            passed_by uuid,
            failed_at timestamptz[] NOT NULL DEFAULT '{}',
            reset_at timestamptz,
            CHECK ((confirmed_at IS NULL) = (effective_at IS NULL))
        )
        """
    )
    op.execute("CREATE INDEX second_factor_reset ON second_factor (reset_at) WHERE reset_at IS NOT NULL")
    op.execute(
        """
        CREATE TABLE recovery_code (
            user_id uuid NOT NULL REFERENCES second_factor ON DELETE CASCADE,
            hash bytea NOT NULL,
            used_at timestamptz,
            PRIMARY KEY (user_id, hash)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE waiting_sign_in (
            ticket_hash bytea PRIMARY KEY,
            user_id uuid NOT NULL REFERENCES app_user,
            expires_at timestamptz NOT NULL
        )
        """
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_system ON {table} TO identity_system USING (true) WITH CHECK (true)")
        grant(table, "identity", app=[], system=["SELECT", "INSERT", "UPDATE", "DELETE"])
    op.execute("ALTER TABLE session ALTER COLUMN confirmed_at DROP NOT NULL")


def downgrade() -> None:
    op.execute("UPDATE session SET confirmed_at = created_at WHERE confirmed_at IS NULL")
    op.execute("ALTER TABLE session ALTER COLUMN confirmed_at SET NOT NULL")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
