"""Seats in one time, resources with units, series, the waiting list, confirmed holidays.

Revision ID: 20261122b
Revises: 20261122a
"""

from alembic import op

from kit.schema import protect

revision = "20261122b"
down_revision = "20261122a"
branch_labels = None
depends_on = None

SERVICE = "booking"

TABLES = {
    "resource": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        location_id uuid,
        name text NOT NULL,
        units integer NOT NULL CHECK (units BETWEEN 1 AND 100),
        is_deleted boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, id),
        FOREIGN KEY (account_id, location_id) REFERENCES location
    """,
    "service_resource": """
        account_id uuid NOT NULL,
        service_id uuid NOT NULL,
        resource_id uuid NOT NULL,
        units integer NOT NULL CHECK (units BETWEEN 1 AND 100),
        PRIMARY KEY (account_id, service_id, resource_id),
        FOREIGN KEY (account_id, service_id) REFERENCES service,
        FOREIGN KEY (account_id, resource_id) REFERENCES resource
    """,
    # One row per unit. The visits of one group share a session, and with it the unit.
    "resource_time": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        resource_id uuid NOT NULL,
        unit smallint NOT NULL CHECK (unit >= 1),
        during tstzrange NOT NULL CHECK (NOT isempty(during)),
        session uuid NOT NULL,
        hold_id uuid,
        hold_expires_at timestamptz,
        booking_id uuid,
        booking_item_id uuid,
        PRIMARY KEY (account_id, id),
        CONSTRAINT resource_time_has_one_owner CHECK (
            (hold_id IS NOT NULL AND hold_expires_at IS NOT NULL AND booking_id IS NULL AND booking_item_id IS NULL)
            OR (hold_id IS NULL AND hold_expires_at IS NULL AND booking_id IS NOT NULL AND booking_item_id IS NOT NULL)
        ),
        CONSTRAINT resource_time_never_overlaps
            EXCLUDE USING gist (account_id WITH =, resource_id WITH =, unit WITH =, during WITH &&, session WITH <>),
        FOREIGN KEY (account_id, resource_id) REFERENCES resource,
        FOREIGN KEY (account_id, hold_id) REFERENCES hold ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        FOREIGN KEY (account_id, booking_item_id) REFERENCES booking_item DEFERRABLE INITIALLY DEFERRED
    """,
    "series": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        rule jsonb NOT NULL,
        created_by uuid,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, id)
    """,
    "waitlist_entry": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'offered', 'booked', 'withdrawn', 'over')),
        client_id uuid NOT NULL,
        location_id uuid,
        items jsonb NOT NULL,
        service_ids uuid[] NOT NULL,
        first_day date NOT NULL,
        last_day date NOT NULL CHECK (last_day >= first_day),
        from_min integer NOT NULL CHECK (from_min BETWEEN 0 AND 1440),
        to_min integer NOT NULL CHECK (to_min BETWEEN from_min AND 1440),
        queued_at timestamptz NOT NULL,
        looked_at timestamptz,
        hold_id uuid,
        offer jsonb,
        offer_code text UNIQUE,
        offer_expires_at timestamptz,
        offers_made integer NOT NULL DEFAULT 0,
        refused text[] NOT NULL DEFAULT '{}',
        booking_id uuid,
        created_by uuid,
        created_at timestamptz NOT NULL,
        CONSTRAINT waitlist_offer_is_whole CHECK ((state = 'offered') = (offer IS NOT NULL)),
        PRIMARY KEY (account_id, id),
        FOREIGN KEY (account_id, client_id) REFERENCES client,
        FOREIGN KEY (account_id, location_id) REFERENCES location
    """,
    # Accounts whose waiting list wants a look; a row per reason to look, taken away by whoever has looked.
    "waitlist_call": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, id)
    """,
    "holidays_confirmed": """
        account_id uuid NOT NULL,
        year integer NOT NULL,
        country text NOT NULL,
        confirmed_by uuid,
        confirmed_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, year)
    """,
}

CHANGES = (
    "ALTER TABLE service ADD COLUMN capacity integer NOT NULL DEFAULT 1 CHECK (capacity BETWEEN 1 AND 500)",
    "ALTER TABLE booking_item ADD COLUMN seats smallint NOT NULL DEFAULT 1 CHECK (seats BETWEEN 1 AND 100)",
    "ALTER TABLE booking ADD COLUMN series_id uuid",
    # A row is one seat. Visits of one group have one session; all others have a session of their own.
    "ALTER TABLE busy_time ADD COLUMN session uuid NOT NULL DEFAULT gen_random_uuid()",
    "ALTER TABLE busy_time ALTER COLUMN session DROP DEFAULT",
    "ALTER TABLE busy_time ADD COLUMN seat smallint NOT NULL DEFAULT 1 CHECK (seat >= 1)",
    "ALTER TABLE busy_time ADD COLUMN service_id uuid",
    "ALTER TABLE busy_time DROP CONSTRAINT busy_time_never_overlaps",
    """
    ALTER TABLE busy_time ADD CONSTRAINT busy_time_never_overlaps
        EXCLUDE USING gist (account_id WITH =, staff_member_id WITH =, during WITH &&, session WITH <>)
    """,
    """
    ALTER TABLE busy_time ADD CONSTRAINT busy_time_one_per_seat
        EXCLUDE USING gist (account_id WITH =, staff_member_id WITH =, seat WITH =, during WITH &&)
    """,
)

INDEXES = (
    "CREATE INDEX service_resource_what ON service_resource (account_id, resource_id)",
    "CREATE INDEX resource_time_booking ON resource_time (account_id, booking_id) WHERE booking_id IS NOT NULL",
    "CREATE INDEX resource_time_item ON resource_time (account_id, booking_item_id) WHERE booking_item_id IS NOT NULL",
    "CREATE INDEX resource_time_hold ON resource_time (account_id, hold_id) WHERE hold_id IS NOT NULL",
    "CREATE INDEX booking_series ON booking (account_id, series_id, starts_at) WHERE series_id IS NOT NULL",
    "CREATE INDEX booking_coming ON booking (account_id, ends_at) WHERE state IN ('pending', 'confirmed', 'arrived')",
    "CREATE INDEX booking_item_when ON booking_item (account_id, ends_at)",
    "CREATE INDEX booking_item_service ON booking_item (account_id, service_id, ends_at)",
    "CREATE INDEX waitlist_queue ON waitlist_entry (account_id, queued_at, id) WHERE state = 'waiting'",
    "CREATE INDEX waitlist_offers ON waitlist_entry (offer_expires_at) WHERE state = 'offered'",
    "CREATE INDEX waitlist_hold ON waitlist_entry (account_id, hold_id) WHERE hold_id IS NOT NULL",
    "CREATE INDEX waitlist_client ON waitlist_entry (account_id, client_id)",
    "CREATE INDEX waitlist_call_age ON waitlist_call (created_at)",
)


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        protect(table, SERVICE)
    for change in (*CHANGES, *INDEXES):
        op.execute(change)


def downgrade() -> None:
    op.execute("ALTER TABLE busy_time DROP CONSTRAINT busy_time_one_per_seat")
    op.execute("ALTER TABLE busy_time DROP CONSTRAINT busy_time_never_overlaps")
    op.execute(
        "ALTER TABLE busy_time ADD CONSTRAINT busy_time_never_overlaps "
        "EXCLUDE USING gist (account_id WITH =, staff_member_id WITH =, during WITH &&)"
    )
    for table, columns in {"busy_time": ("session", "seat", "service_id"), "booking_item": ("seats",)}.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for index in ("booking_coming", "booking_item_when", "booking_item_service"):
        op.execute(f"DROP INDEX {index}")
    op.execute("ALTER TABLE booking DROP COLUMN series_id")
    op.execute("ALTER TABLE service DROP COLUMN capacity")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
