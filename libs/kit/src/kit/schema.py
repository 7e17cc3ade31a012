"""Pieces of migrations that every service shares: row level security, and the tables of the kit.

A service's database has three roles: `<service>_owner` runs migrations and owns the tables, `<service>_app` serves
requests and sees only the rows of the account its transaction names, `<service>_system` is taken on by
`SET LOCAL ROLE` for work that spans accounts (relay, planner of due work, a client's own bookings).
"""

from collections.abc import Sequence

from alembic import op

ACCOUNT = "nullif(current_setting('app.account_id', true), '')::uuid"
"""The account that the running transaction works for; null outside of any."""


def protect(
    table: str,
    service: str,
    *,
    account_column: str = "account_id",
    app: Sequence[str] = ("SELECT", "INSERT", "UPDATE", "DELETE"),
    system: Sequence[str] = ("SELECT", "INSERT", "UPDATE", "DELETE"),
) -> None:
    """Let `<service>_app` reach only the rows of the transaction's account, and the owner none at all (FORCE)."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    if app:
        op.execute(
            f"CREATE POLICY of_account ON {table} TO {service}_app "
            f"USING ({account_column} = {ACCOUNT}) WITH CHECK ({account_column} = {ACCOUNT})"
        )
    if system:
        op.execute(f"CREATE POLICY of_system ON {table} TO {service}_system USING (true) WITH CHECK (true)")
    grant(table, service, app=app, system=system)


def grant(table: str, service: str, *, app: Sequence[str] = ("SELECT",), system: Sequence[str] = ("SELECT",)) -> None:
    """Rights on a table that holds no rows of an account, or whose policies are written by hand."""
    if app:
        op.execute(f"GRANT {', '.join(app)} ON {table} TO {service}_app")
    if system:
        op.execute(f"GRANT {', '.join(system)} ON {table} TO {service}_system")


def create_messaging_tables(service: str) -> None:
    """Outbox with its wake-up, inbox, idempotency, dead letters, paused consumers (first shape)."""
    op.execute(
        """
        CREATE TABLE outbox (
            event_id uuid PRIMARY KEY,
            id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
            name text NOT NULL,
            exchange text NOT NULL,
            routing_key text NOT NULL,
            account_id uuid,
            headers jsonb NOT NULL,
            body text NOT NULL,
            mandatory boolean NOT NULL,
            secret boolean NOT NULL,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            published_at timestamptz,
            next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            leased_until timestamptz,
            attempts integer NOT NULL DEFAULT 0,
            last_error text
        )
        """
    )
    op.execute("CREATE INDEX outbox_waiting ON outbox (next_attempt_at, id) WHERE published_at IS NULL")
    op.execute("CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL")
    op.execute(
        """
        CREATE FUNCTION wake_outbox_relay() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER outbox_wakes_relay AFTER INSERT ON outbox "
        "FOR EACH STATEMENT EXECUTE FUNCTION wake_outbox_relay()"
    )
    # The serving role may say things, and never read or change what was said.
    op.execute("ALTER TABLE outbox ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE outbox FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY of_account ON outbox FOR INSERT TO {service}_app "
        f"WITH CHECK (account_id IS NULL OR account_id = {ACCOUNT})"
    )
    op.execute(f"CREATE POLICY of_system ON outbox TO {service}_system USING (true) WITH CHECK (true)")
    grant("outbox", service, app=["INSERT"], system=["SELECT", "INSERT", "UPDATE", "DELETE"])

    op.execute(
        """
        CREATE TABLE inbox (
            consumer text NOT NULL,
            message_id uuid NOT NULL,
            received_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (consumer, message_id)
        )
        """
    )
    op.execute("CREATE INDEX inbox_received ON inbox (received_at)")
    grant("inbox", service, app=["SELECT", "INSERT"], system=["SELECT", "INSERT", "DELETE"])

    op.execute(
        """
        CREATE TABLE idempotency (
            scope text NOT NULL,
            key text NOT NULL,
            request_hash bytea NOT NULL,
            status smallint NOT NULL DEFAULT 0,
            body text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (scope, key)
        )
        """
    )
    op.execute("CREATE INDEX idempotency_created ON idempotency (created_at)")
    # The answers of all accounts and people lie here: a transaction sees only those of the scope it names.
    op.execute("ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE idempotency FORCE ROW LEVEL SECURITY")
    own = "scope = current_setting('app.idempotency_scope', true)"
    op.execute(f"CREATE POLICY of_scope ON idempotency TO {service}_app USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY of_system ON idempotency TO {service}_system USING (true) WITH CHECK (true)")
    grant("idempotency", service, app=["SELECT", "INSERT", "UPDATE"], system=["SELECT", "INSERT", "UPDATE", "DELETE"])

    op.execute(
        """
        CREATE TABLE dead_letter (
            id uuid PRIMARY KEY,
            queue text NOT NULL,
            event text NOT NULL,
            message_id text NOT NULL,
            account_id uuid,
            headers jsonb NOT NULL,
            body bytea NOT NULL,
            cause text NOT NULL,
            attempts integer NOT NULL,
            trace_id text,
            died_at timestamptz NOT NULL DEFAULT now(),
            state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'replayed', 'discarded')),
            resolved_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX dead_letter_waiting ON dead_letter (queue, died_at) WHERE state = 'waiting'")
    op.execute("CREATE TABLE paused_consumer (name text PRIMARY KEY, paused_at timestamptz NOT NULL DEFAULT now())")
    for table in ("dead_letter", "paused_consumer"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_system ON {table} TO {service}_system USING (true) WITH CHECK (true)")
        grant(table, service, app=[], system=["SELECT", "INSERT", "UPDATE", "DELETE"])


def create_access_tables(service: str) -> None:
    """Copies of memberships, signing keys and revoked sessions (first shape)."""
    op.execute(
        """
        CREATE TABLE member_copy (
            account_id uuid NOT NULL,
            user_id uuid NOT NULL,
            membership_id uuid NOT NULL UNIQUE,
            version integer NOT NULL,
            name text NOT NULL,
            phone_e164 text NOT NULL,
            language text NOT NULL,
            role text NOT NULL,
            permissions text[] NOT NULL,
            location_ids uuid[],
            staff_member_id uuid,
            accepts_bookings boolean NOT NULL,
            is_active boolean NOT NULL,
            channels jsonb NOT NULL,
            PRIMARY KEY (account_id, user_id)
        )
        """
    )
    protect("member_copy", service)
    op.execute("CREATE TABLE signing_key_copy (kid text PRIMARY KEY, x text NOT NULL, retired_at timestamptz)")
    grant("signing_key_copy", service, app=["SELECT"], system=["SELECT", "INSERT", "UPDATE", "DELETE"])
    op.execute("CREATE TABLE revoked_session (session_id uuid PRIMARY KEY, tokens_expire_at timestamptz NOT NULL)")
    grant("revoked_session", service, app=["SELECT"], system=["SELECT", "INSERT", "UPDATE", "DELETE"])


def add_second_factor_demand() -> None:
    """Into copies of memberships: who of the account demands a second factor for dangerous acts."""
    op.execute("ALTER TABLE member_copy ADD COLUMN second_factor_demanded_by text")


def drop_second_factor_demand() -> None:
    """Undo `add_second_factor_demand`."""
    op.execute("ALTER TABLE member_copy DROP COLUMN second_factor_demanded_by")


def drop_messaging_tables() -> None:
    """Undo `create_messaging_tables`."""
    for table in ("paused_consumer", "dead_letter", "idempotency", "inbox", "outbox"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION wake_outbox_relay()")


def drop_access_tables() -> None:
    """Undo `create_access_tables`."""
    for table in ("revoked_session", "signing_key_copy", "member_copy"):
        op.execute(f"DROP TABLE {table}")


def create_second_person_tables(service: str) -> None:
    """Copies of the acts that need two people, and of what was approved."""
    op.execute(
        "CREATE TABLE marked_acts (account_id uuid PRIMARY KEY, version integer NOT NULL, permissions text[] NOT NULL)"
    )
    op.execute(
        """
        CREATE TABLE approval (
            account_id uuid NOT NULL,
            id uuid NOT NULL,
            user_id uuid NOT NULL,
            act text NOT NULL,
            permission text NOT NULL,
            approved_by uuid NOT NULL,
            expires_at timestamptz NOT NULL,
            used_at timestamptz,
            PRIMARY KEY (account_id, id)
        )
        """
    )
    op.execute("CREATE INDEX approval_of ON approval (account_id, user_id, act) WHERE used_at IS NULL")
    protect("marked_acts", service)
    protect("approval", service)


def drop_second_person_tables() -> None:
    """Undo `create_second_person_tables`."""
    for table in ("approval", "marked_acts"):
        op.execute(f"DROP TABLE {table}")
