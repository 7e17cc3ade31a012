"""Copies of locations and visits, grants that end, requests for rights, acts of two people, drafts, support, origins.

The journal becomes append-only for everybody, the owner of its table included: a trigger refuses what rights and
policies would already refuse to the service.
"""

from alembic import op

from kit.schema import create_second_person_tables, drop_second_person_tables, grant, protect

revision = "2026_11_22_members_and_rights"
down_revision = "2026_11_22_rotated_keys"
branch_labels = None
depends_on = None

SERVICE = "identity"


def upgrade() -> None:
    create_second_person_tables(SERVICE)
    _copies()
    _members()
    _requests()
    _people()
    op.execute("ALTER TABLE audit_entry ADD COLUMN origin text NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE audit_entry ADD COLUMN reason text")
    op.execute(
        """
        CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'insufficient_privilege'; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION audit_stays()"
    )
    op.execute(
        "CREATE TRIGGER audit_stays_whole BEFORE TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()"
    )


def _copies() -> None:
    op.execute(
        """
        CREATE TABLE location_copy (
            account_id uuid NOT NULL,
            location_id uuid NOT NULL,
            version integer NOT NULL,
            name text NOT NULL,
            is_deleted boolean NOT NULL,
            PRIMARY KEY (account_id, location_id)
        )
        """
    )
    # Who would be missed: no client, no price, only when and with whom.
    op.execute(
        """
        CREATE TABLE visit_copy (
            account_id uuid NOT NULL,
            booking_id uuid NOT NULL,
            version integer NOT NULL,
            code text NOT NULL,
            location_id uuid NOT NULL,
            staff_member_ids uuid[] NOT NULL,
            starts_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL,
            is_active boolean NOT NULL,
            PRIMARY KEY (account_id, booking_id)
        )
        """
    )
    op.execute("CREATE INDEX visit_copy_ahead ON visit_copy (account_id, starts_at) WHERE is_active")
    op.execute("CREATE INDEX visit_copy_past ON visit_copy (ends_at)")
    protect("location_copy", SERVICE)
    protect("visit_copy", SERVICE)


def _members() -> None:
    op.execute("ALTER TABLE account ADD COLUMN second_person_for text[] NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE membership ADD COLUMN permission_expiries jsonb NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE membership ADD COLUMN next_expiry_at timestamptz")
    op.execute("ALTER TABLE membership ADD COLUMN ends_at timestamptz")
    op.execute(
        "CREATE INDEX membership_expires ON membership (least(next_expiry_at, ends_at)) WHERE removed_at IS NULL "
        "AND (next_expiry_at IS NOT NULL OR ends_at IS NOT NULL)"
    )


def _requests() -> None:
    op.execute(
        """
        CREATE TABLE access_request (
            account_id uuid NOT NULL REFERENCES account,
            id uuid NOT NULL,
            version integer NOT NULL,
            member_id uuid NOT NULL,
            member_name text NOT NULL,
            asked_member_id uuid,
            rule text NOT NULL,
            permissions text[] NOT NULL,
            location_ids uuid[] NOT NULL,
            all_locations boolean NOT NULL,
            act text,
            note text,
            state text NOT NULL CHECK (state IN ('open', 'granted', 'declined', 'expired')),
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            decided_at timestamptz,
            decided_by uuid,
            decided_by_name text,
            PRIMARY KEY (account_id, id)
        )
        """
    )
    op.execute("CREATE INDEX access_request_open ON access_request (account_id, created_at) WHERE state = 'open'")
    protect("access_request", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT", "UPDATE"])


def _people() -> None:
    op.execute(
        """
        CREATE TABLE registration_draft (
            user_id uuid PRIMARY KEY REFERENCES app_user,
            version integer NOT NULL,
            steps jsonb NOT NULL,
            changed_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE platform_staff (
            user_id uuid PRIMARY KEY REFERENCES app_user,
            role text NOT NULL CHECK (role IN ('support', 'operator')),
            name text NOT NULL,
            appointed_at timestamptz NOT NULL,
            dismissed_at timestamptz
        )
        """
    )
    for table in ("registration_draft", "platform_staff"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_system ON {table} TO identity_system USING (true) WITH CHECK (true)")
        grant(table, SERVICE, app=[], system=["SELECT", "INSERT", "UPDATE", "DELETE"])
    op.execute(
        """
        CREATE TABLE support_visit (
            account_id uuid NOT NULL REFERENCES account,
            id uuid NOT NULL,
            user_id uuid NOT NULL REFERENCES app_user,
            name text NOT NULL,
            role text NOT NULL,
            member_id uuid NOT NULL,
            reason text NOT NULL,
            started_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL,
            ended_at timestamptz,
            PRIMARY KEY (account_id, id)
        )
        """
    )
    op.execute("CREATE INDEX support_visit_of ON support_visit (user_id, started_at)")
    protect("support_visit", SERVICE, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT", "UPDATE"])


def downgrade() -> None:
    op.execute("DROP TRIGGER audit_stays_whole ON audit_entry")
    op.execute("DROP TRIGGER audit_entry_stays ON audit_entry")
    op.execute("DROP FUNCTION audit_stays()")
    op.execute("ALTER TABLE audit_entry DROP COLUMN reason")
    op.execute("ALTER TABLE audit_entry DROP COLUMN origin")
    for table in (
        "support_visit",
        "platform_staff",
        "registration_draft",
        "access_request",
        "visit_copy",
        "location_copy",
    ):
        op.execute(f"DROP TABLE {table}")
    for column in ("ends_at", "next_expiry_at", "permission_expiries"):
        op.execute(f"ALTER TABLE membership DROP COLUMN {column}")
    op.execute("ALTER TABLE account DROP COLUMN second_person_for")
    drop_second_person_tables()
