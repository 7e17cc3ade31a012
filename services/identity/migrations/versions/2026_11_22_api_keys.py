"""Keys of programs that work for an account.

`session_id` is what access tokens of the key carry now; it changes when they must die. The serving role may write down
revocations: a key is revoked, and a keeper's rights change, within one account.
"""

from alembic import op

from kit.schema import protect

revision = "2026_11_22_api_keys"
down_revision = "2026_11_22_guarded_codes"
branch_labels = None
depends_on = None

SERVICE = "identity"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE api_key (
            account_id uuid NOT NULL REFERENCES account,
            id uuid NOT NULL,
            name text NOT NULL,
            hash bytea NOT NULL UNIQUE,
            hint text NOT NULL,
            session_id uuid NOT NULL,
            permissions text[] NOT NULL,
            location_ids uuid[],
            kept_by uuid NOT NULL REFERENCES app_user,
            created_at timestamptz NOT NULL,
            expires_at timestamptz,
            last_used_at timestamptz,
            last_used_from text,
            revoked_at timestamptz,
            PRIMARY KEY (account_id, id)
        )
        """
    )
    op.execute("CREATE INDEX api_key_of_keeper ON api_key (account_id, kept_by) WHERE revoked_at IS NULL")
    protect("api_key", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT", "UPDATE"])
    op.execute("GRANT INSERT, DELETE ON revoked_session TO identity_app")


def downgrade() -> None:
    op.execute("REVOKE INSERT, DELETE ON revoked_session FROM identity_app")
    op.execute("DROP TABLE api_key")
