"""Beside the calendar: fields and doubles of clients, imports, reviews, goods, the journal's timetable, own domains.

Revision ID: 20261122records
Revises: 20261122b
"""

from alembic import op

from kit.schema import grant, protect

revision = "20261122records"
down_revision = "20261122b"
branch_labels = None
depends_on = None

SERVICE = "booking"

TABLES = {
    "client_field": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('text', 'number', 'date', 'yes_no', 'choice')),
        choices text[] NOT NULL DEFAULT '{}',
        is_contact boolean NOT NULL DEFAULT false,
        is_deleted boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, id)
    """,
    "client_merge": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        kept_id uuid NOT NULL,
        double_id uuid NOT NULL,
        kept_before jsonb NOT NULL,
        double_before jsonb NOT NULL,
        booking_ids uuid[] NOT NULL,
        merged_by uuid,
        merged_by_name text,
        merged_at timestamptz NOT NULL,
        undone_at timestamptz,
        PRIMARY KEY (account_id, id),
        FOREIGN KEY (account_id, kept_id) REFERENCES client,
        FOREIGN KEY (account_id, double_id) REFERENCES client
    """,
    "client_import": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        file_name text NOT NULL,
        columns jsonb NOT NULL,
        rows jsonb NOT NULL,
        created_by uuid,
        created_at timestamptz NOT NULL,
        applied_at timestamptz,
        result jsonb,
        PRIMARY KEY (account_id, id)
    """,
    "review": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        booking_id uuid NOT NULL,
        location_id uuid NOT NULL,
        client_id uuid,
        staff_member_ids uuid[] NOT NULL,
        rating smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
        text text,
        state text NOT NULL CHECK (state IN ('published', 'hidden')),
        hidden_reason text,
        moderated_by uuid,
        answer text,
        answered_by uuid,
        answered_at timestamptz,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, id),
        UNIQUE (account_id, booking_id),
        FOREIGN KEY (account_id, booking_id) REFERENCES booking
    """,
    "stock_item": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        name text NOT NULL,
        code text,
        unit text NOT NULL,
        price bigint NOT NULL CHECK (price >= 0),
        quantity integer NOT NULL CONSTRAINT stock_never_below_nothing CHECK (quantity >= 0),
        is_deleted boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, id)
    """,
    "stock_movement": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        stock_item_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('receipt', 'write_off', 'sale', 'return')),
        quantity integer NOT NULL CHECK (quantity <> 0),
        quantity_after integer NOT NULL,
        unit_cost bigint,
        booking_id uuid,
        reason text,
        by_id uuid,
        by_name text,
        at timestamptz NOT NULL,
        PRIMARY KEY (account_id, id),
        FOREIGN KEY (account_id, stock_item_id) REFERENCES stock_item,
        FOREIGN KEY (account_id, booking_id) REFERENCES booking
    """,
    "booking_goods": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        booking_id uuid NOT NULL,
        stock_item_id uuid NOT NULL,
        name text NOT NULL,
        quantity integer NOT NULL CHECK (quantity > 0),
        unit_price bigint NOT NULL CHECK (unit_price >= 0),
        PRIMARY KEY (account_id, id),
        FOREIGN KEY (account_id, booking_id) REFERENCES booking,
        FOREIGN KEY (account_id, stock_item_id) REFERENCES stock_item
    """,
    "report_schedule": """
        account_id uuid NOT NULL,
        location_id uuid NOT NULL,
        version integer NOT NULL,
        is_on boolean NOT NULL,
        clock_time text NOT NULL,
        weekdays text[] NOT NULL,
        covers text NOT NULL CHECK (covers IN ('today', 'tomorrow')),
        recipient_user_ids uuid[],
        last_day date,
        PRIMARY KEY (account_id, location_id),
        FOREIGN KEY (account_id, location_id) REFERENCES location
    """,
    "custom_domain": """
        account_id uuid NOT NULL PRIMARY KEY,
        host text NOT NULL,
        proof text NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'verified', 'failed')),
        found text[] NOT NULL DEFAULT '{}',
        trouble text,
        created_at timestamptz NOT NULL,
        checked_at timestamptz,
        verified_at timestamptz
    """,
    "former_address": """
        account_id uuid NOT NULL,
        address text NOT NULL,
        left_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, address)
    """,
}

CHANGES = (
    "ALTER TABLE client ADD COLUMN custom jsonb NOT NULL DEFAULT '{}'",
    "ALTER TABLE client ADD COLUMN other_phones text[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE client ADD COLUMN merged_into uuid",
    "ALTER TABLE client ADD COLUMN erased_at timestamptz",
    "ALTER TABLE booking ADD COLUMN link_key text NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', '')",
    "ALTER TABLE booking_event ADD COLUMN event_id uuid",
    # Acts are written while their booking is locked: this number has their true order, clocks may not.
    "ALTER TABLE booking_event ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY",
    "ALTER TABLE staff_member ADD COLUMN membership_said jsonb NOT NULL DEFAULT '{}'",
)

INDEXES = (
    "CREATE INDEX client_other_phones ON client USING gin (other_phones)",
    "CREATE UNIQUE INDEX booking_event_once ON booking_event (account_id, booking_id, event_id)",
    "CREATE INDEX booking_event_order ON booking_event (account_id, booking_id, seq)",
    "CREATE INDEX client_merge_kept ON client_merge (account_id, kept_id, merged_at)",
    "CREATE INDEX review_latest ON review (account_id, created_at DESC, id DESC)",
    "CREATE INDEX stock_movement_item ON stock_movement (account_id, stock_item_id, at DESC, id DESC)",
    "CREATE INDEX booking_goods_booking ON booking_goods (account_id, booking_id)",
    "CREATE UNIQUE INDEX custom_domain_once ON custom_domain (host) WHERE state = 'verified'",
    "CREATE INDEX former_address_of ON former_address (address, left_at DESC)",
)

APPEND_ONLY = ("stock_movement",)


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
    for change in CHANGES:
        op.execute(change)
    # The owner is bound by row level security too, and this concerns all accounts.
    op.execute("ALTER TABLE staff_member NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE staff_member SET membership_said = jsonb_build_object('name', name, 'accepts_bookings', "
        "accepts_bookings) WHERE membership_id IS NOT NULL"
    )
    op.execute("ALTER TABLE staff_member FORCE ROW LEVEL SECURITY")
    for index in INDEXES:
        op.execute(index)
    for table in TABLES:
        if table in APPEND_ONLY:
            protect(table, SERVICE, app=["SELECT", "INSERT"], system=["SELECT", "INSERT"])
        else:
            protect(table, SERVICE)
    # Words of a person in the history of a visit are all that may ever be taken out of it again.
    op.execute("GRANT UPDATE (details, actor_name) ON booking_event TO booking_app, booking_system")
    op.execute(
        """
        CREATE TABLE captcha_used (
            challenge text PRIMARY KEY,
            expires_at timestamptz NOT NULL
        )
        """
    )
    grant("captcha_used", SERVICE, app=["SELECT", "INSERT"], system=["SELECT", "INSERT", "DELETE"])
    op.execute("CREATE TABLE service_key (name text PRIMARY KEY, key bytea NOT NULL)")
    op.execute(
        "INSERT INTO service_key (name, key) VALUES ('captcha', decode(replace("
        "gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'))"
    )
    grant("service_key", SERVICE, app=["SELECT"], system=["SELECT"])


def downgrade() -> None:
    for table in ("service_key", "captcha_used", *reversed(TABLES)):
        op.execute(f"DROP TABLE {table}")
    op.execute("REVOKE UPDATE (details, actor_name) ON booking_event FROM booking_app, booking_system")
    op.execute("ALTER TABLE staff_member DROP COLUMN membership_said")
    op.execute("ALTER TABLE booking_event DROP COLUMN seq")
    op.execute("ALTER TABLE booking_event DROP COLUMN event_id")
    op.execute("ALTER TABLE booking DROP COLUMN link_key")
    for column in ("erased_at", "merged_into", "other_phones", "custom"):
        op.execute(f"ALTER TABLE client DROP COLUMN {column}")
