"""People, signing in, accounts, memberships, audit.

Who may do what (least privilege):

- `identity_app` serves one account at a time. It reads and writes the account, its memberships, its address and its
  audit (reads and adds, never changes), and of people it reads only those who are members of that account. It has no
  right at all on codes, sessions and refresh tokens: no act inside an account needs them.
- `identity_system` serves people who are not yet, or not only, in one account: it owns signing in, reads accounts and
  memberships across the border (a person's own list, free addresses), and changes memberships only where a person's
  own profile is part of them. It can not make accounts or memberships.
- Nobody may change or delete an audit entry.
"""

from alembic import op

from kit.schema import (
    create_access_tables,
    create_messaging_tables,
    drop_access_tables,
    drop_messaging_tables,
    grant,
    protect,
)

revision = "2026_11_22_first_tables"
down_revision = None
branch_labels = None
depends_on = None

SERVICE = "identity"


def upgrade() -> None:
    create_messaging_tables(SERVICE)
    create_access_tables(SERVICE)
    _accounts()
    _people()
    _signing_in()


def _accounts() -> None:
    op.execute(
        """
        CREATE TABLE account (
            id uuid PRIMARY KEY,
            version integer NOT NULL DEFAULT 1,
            name text NOT NULL,
            vanity_address text NOT NULL UNIQUE,
            time_zone text NOT NULL,
            country text NOT NULL,
            currency text NOT NULL,
            language text NOT NULL CHECK (language IN ('uk', 'ru', 'en')),
            city text,
            unlisted boolean NOT NULL DEFAULT false,
            is_active boolean NOT NULL DEFAULT true,
            is_demo boolean NOT NULL DEFAULT false,
            booking_rules jsonb NOT NULL,
            created_at timestamptz NOT NULL,
            created_by uuid NOT NULL
        )
        """
    )
    protect("account", SERVICE, account_column="id", app=["SELECT", "INSERT", "UPDATE"], system=["SELECT"])

    # Every address ever held: the key refuses a second holder, also while a released one is frozen.
    op.execute(
        """
        CREATE TABLE vanity_address (
            address text PRIMARY KEY,
            account_id uuid NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED,
            released_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX vanity_address_account ON vanity_address (account_id)")
    protect("vanity_address", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT", "DELETE"])

    op.execute(
        """
        CREATE TABLE audit_entry (
            account_id uuid NOT NULL REFERENCES account,
            id uuid NOT NULL,
            at timestamptz NOT NULL,
            actor_id uuid,
            actor_name text NOT NULL,
            action text NOT NULL,
            subject_type text NOT NULL,
            subject_id uuid NOT NULL,
            subject_name text NOT NULL,
            changes jsonb NOT NULL,
            PRIMARY KEY (account_id, id)
        )
        """
    )
    protect("audit_entry", SERVICE, app=["SELECT", "INSERT"], system=["INSERT"])


def _people() -> None:
    op.execute(
        """
        CREATE TABLE app_user (
            id uuid PRIMARY KEY,
            version integer NOT NULL DEFAULT 1,
            phone_e164 text NOT NULL UNIQUE,
            name text,
            language text NOT NULL CHECK (language IN ('uk', 'ru', 'en')),
            channels jsonb NOT NULL,
            sessions_version integer NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE membership (
            account_id uuid NOT NULL REFERENCES account,
            id uuid NOT NULL,
            version integer NOT NULL DEFAULT 1,
            user_id uuid NOT NULL REFERENCES app_user,
            name text,
            role text NOT NULL,
            permission_changes jsonb NOT NULL,
            location_ids uuid[],
            accepts_bookings boolean NOT NULL,
            staff_member_id uuid UNIQUE,
            added_at timestamptz NOT NULL,
            removed_at timestamptz,
            PRIMARY KEY (account_id, id),
            UNIQUE (account_id, user_id),
            CHECK (staff_member_id IS NOT NULL OR NOT accepts_bookings)
        )
        """
    )
    op.execute("CREATE INDEX membership_user ON membership (user_id)")
    protect("membership", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT", "UPDATE"])

    # A person is nobody's row; an account sees the people who are its members, by the policy of `membership`.
    op.execute("ALTER TABLE app_user ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE app_user FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_account ON app_user FOR SELECT TO identity_app "
        "USING (EXISTS (SELECT FROM membership WHERE membership.user_id = app_user.id))"
    )
    op.execute("CREATE POLICY of_system ON app_user TO identity_system USING (true) WITH CHECK (true)")
    grant("app_user", SERVICE, app=["SELECT"], system=["SELECT", "INSERT", "UPDATE"])


def _signing_in() -> None:
    # The row that parallel requests for one phone queue at; the moments of its SMS of the last day.
    op.execute("CREATE TABLE login_phone (phone_e164 text PRIMARY KEY, sent_at timestamptz[] NOT NULL)")
    op.execute(
        """
        CREATE TABLE login_code (
            attempt_id uuid PRIMARY KEY,
            phone_e164 text NOT NULL,
            seed bytea NOT NULL,
            proof bytea NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            sends integer NOT NULL,
            tries integer NOT NULL DEFAULT 0,
            used_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX login_code_phone ON login_code (phone_e164, created_at DESC)")
    op.execute("CREATE INDEX login_code_created ON login_code (created_at)")
    op.execute(
        """
        CREATE TABLE session (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL REFERENCES app_user,
            device text NOT NULL,
            created_at timestamptz NOT NULL,
            last_used_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            ended_at timestamptz,
            end_reason text
        )
        """
    )
    op.execute("CREATE INDEX session_of_user ON session (user_id, last_used_at DESC)")
    op.execute("CREATE INDEX session_expires ON session (expires_at)")
    op.execute(
        """
        CREATE TABLE refresh_token (
            hash bytea PRIMARY KEY,
            session_id uuid NOT NULL REFERENCES session ON DELETE CASCADE,
            salt bytea NOT NULL,
            issued_at timestamptz NOT NULL,
            used_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX refresh_token_session ON refresh_token (session_id)")
    for table in ("login_phone", "login_code", "session", "refresh_token"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_system ON {table} TO identity_system USING (true) WITH CHECK (true)")
        grant(table, SERVICE, app=[], system=["SELECT", "INSERT", "UPDATE", "DELETE"])

    op.execute(
        "CREATE TABLE signing_key "
        "(kid text PRIMARY KEY, x text NOT NULL, first_published_at timestamptz NOT NULL, retired_at timestamptz)"
    )
    grant("signing_key", SERVICE, app=[], system=["SELECT", "INSERT", "UPDATE"])
    op.execute("CREATE SEQUENCE signing_keys_version AS integer")
    op.execute("GRANT USAGE ON SEQUENCE signing_keys_version TO identity_system")


def downgrade() -> None:
    op.execute("DROP SEQUENCE signing_keys_version")
    for table in ("signing_key", "refresh_token", "session", "login_code", "login_phone"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP POLICY of_account ON app_user")
    for table in ("membership", "app_user", "audit_entry", "vanity_address", "account"):
        op.execute(f"DROP TABLE {table}")
    drop_access_tables()
    drop_messaging_tables()
