"""Codes guarded over many phones, bound to the browser that asked, and remembered as entered; confirmed sessions.

`login_send` has one row per SMS for a day: what counts there are sends that were never entered. The address of the
asker is a keyed hash.
"""

from alembic import op

from kit.schema import grant

revision = "2026_11_22_guarded_codes"
down_revision = "2026_11_22_first_tables"
branch_labels = None
depends_on = None

SERVICE = "identity"


def upgrade() -> None:
    op.execute("ALTER TABLE login_phone ADD COLUMN known_sent_at timestamptz[] NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE login_code ADD COLUMN secret_hash bytea")
    op.execute("ALTER TABLE session ADD COLUMN confirmed_at timestamptz NOT NULL DEFAULT '-infinity'")
    op.execute("UPDATE session SET confirmed_at = created_at")
    op.execute("ALTER TABLE session ALTER COLUMN confirmed_at DROP DEFAULT")
    op.execute(
        """
        CREATE TABLE login_send (
            id uuid PRIMARY KEY,
            attempt_id uuid NOT NULL,
            number bigint NOT NULL,
            address_hash bytea NOT NULL,
            page text,
            at timestamptz NOT NULL,
            entered_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX login_send_at ON login_send (at)")
    op.execute("CREATE INDEX login_send_attempt ON login_send (attempt_id)")
    op.execute("CREATE TABLE used_captcha (id bytea PRIMARY KEY, expires_at timestamptz NOT NULL)")
    for table in ("login_send", "used_captcha"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_system ON {table} TO identity_system USING (true) WITH CHECK (true)")
        grant(table, SERVICE, app=[], system=["SELECT", "INSERT", "UPDATE", "DELETE"])


def downgrade() -> None:
    op.execute("DROP TABLE used_captcha")
    op.execute("DROP TABLE login_send")
    op.execute("ALTER TABLE session DROP COLUMN confirmed_at")
    op.execute("ALTER TABLE login_code DROP COLUMN secret_hash")
    op.execute("ALTER TABLE login_phone DROP COLUMN known_sent_at")
