"""Catalogue, schedules, clients, bookings, and the one table that guards a person's time.

Revision ID: 20261122a
Revises:
"""

from alembic import op

from kit.schema import (
    create_access_tables,
    create_messaging_tables,
    drop_access_tables,
    drop_messaging_tables,
    protect,
)

revision = "20261122a"
down_revision = None
branch_labels = None
depends_on = None

SERVICE = "booking"

CATALOGUE = {
    "account_copy": """
        account_id uuid PRIMARY KEY,
        version integer NOT NULL,
        name text NOT NULL,
        vanity_address text NOT NULL,
        time_zone text NOT NULL,
        country text NOT NULL,
        currency text NOT NULL,
        language text NOT NULL,
        city text,
        unlisted boolean NOT NULL,
        is_active boolean NOT NULL,
        is_demo boolean NOT NULL,
        rules jsonb NOT NULL
    """,
    "location": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        name text NOT NULL,
        address text,
        phone_e164 text,
        time_zone text NOT NULL,
        is_deleted boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, id)
    """,
    "service": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        name text NOT NULL,
        description text,
        duration_min integer NOT NULL CHECK (duration_min BETWEEN 1 AND 1440),
        price bigint NOT NULL CHECK (price >= 0),
        bookable_online boolean NOT NULL,
        buffer_before_min integer NOT NULL CHECK (buffer_before_min >= 0),
        buffer_after_min integer NOT NULL CHECK (buffer_after_min >= 0),
        location_ids uuid[],
        is_deleted boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, id)
    """,
    "staff_member": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        name text NOT NULL,
        location_ids uuid[],
        accepts_bookings boolean NOT NULL,
        membership_id uuid,
        membership_version integer NOT NULL DEFAULT 0,
        is_deleted boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, id)
    """,
    "staff_member_service": """
        account_id uuid NOT NULL,
        staff_member_id uuid NOT NULL,
        service_id uuid NOT NULL,
        PRIMARY KEY (account_id, staff_member_id, service_id),
        FOREIGN KEY (account_id, staff_member_id) REFERENCES staff_member,
        FOREIGN KEY (account_id, service_id) REFERENCES service
    """,
    "schedule": """
        account_id uuid NOT NULL,
        staff_member_id uuid NOT NULL,
        version integer NOT NULL,
        pattern jsonb NOT NULL,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, staff_member_id),
        FOREIGN KEY (account_id, staff_member_id) REFERENCES staff_member
    """,
    "schedule_exception": """
        account_id uuid NOT NULL,
        staff_member_id uuid NOT NULL,
        day date NOT NULL,
        plan jsonb NOT NULL,
        PRIMARY KEY (account_id, staff_member_id, day),
        FOREIGN KEY (account_id, staff_member_id) REFERENCES schedule ON DELETE CASCADE
    """,
    "time_off": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        staff_member_id uuid NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
        reason text,
        created_by uuid,
        created_at timestamptz NOT NULL,
        deleted_at timestamptz,
        PRIMARY KEY (account_id, id),
        FOREIGN KEY (account_id, staff_member_id) REFERENCES staff_member
    """,
    "closed_day": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        location_id uuid,
        day date NOT NULL,
        kind text NOT NULL CHECK (kind IN ('closed', 'holiday')),
        name text,
        created_by uuid,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, id),
        FOREIGN KEY (account_id, location_id) REFERENCES location
    """,
}

BOOKINGS = {
    "client": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        name text NOT NULL,
        surname text,
        phone_e164 text,
        phone_confirmed boolean NOT NULL DEFAULT false,
        email text,
        socials jsonb NOT NULL DEFAULT '{}',
        language text NOT NULL,
        note text,
        user_id uuid,
        notifications_on boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, id),
        CONSTRAINT client_one_card_per_phone UNIQUE (account_id, phone_e164)
    """,
    "hold": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        location_id uuid NOT NULL,
        items jsonb NOT NULL,
        assigned_by text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        created_by uuid,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, id),
        FOREIGN KEY (account_id, location_id) REFERENCES location
    """,
    "booking": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        code text NOT NULL CONSTRAINT booking_code_is_unique UNIQUE,
        state text NOT NULL,
        payment_state text NOT NULL,
        location_id uuid NOT NULL,
        client_id uuid,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
        price bigint NOT NULL CHECK (price >= 0),
        paid bigint NOT NULL DEFAULT 0,
        currency text NOT NULL,
        settlement_version integer NOT NULL DEFAULT 0,
        comment text,
        source text NOT NULL,
        overridden text[] NOT NULL DEFAULT '{}',
        created_by uuid,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, id),
        FOREIGN KEY (account_id, location_id) REFERENCES location,
        FOREIGN KEY (account_id, client_id) REFERENCES client
    """,
    "booking_item": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        booking_id uuid NOT NULL,
        position smallint NOT NULL,
        service_id uuid NOT NULL,
        service_name text NOT NULL,
        staff_member_id uuid NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
        buffer_before_min integer NOT NULL,
        buffer_after_min integer NOT NULL,
        price bigint NOT NULL CHECK (price >= 0),
        PRIMARY KEY (account_id, id),
        UNIQUE (account_id, booking_id, position),
        FOREIGN KEY (account_id, booking_id) REFERENCES booking,
        FOREIGN KEY (account_id, service_id) REFERENCES service,
        FOREIGN KEY (account_id, staff_member_id) REFERENCES staff_member
    """,
    # The only guard against double booking. A row belongs to a hold or to an item of a booking; when a hold becomes a
    # booking the same rows change their owner, so the time is never free in between. `during` includes the buffers.
    # The owner is written after its time was won, hence the deferred keys.
    "busy_time": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        staff_member_id uuid NOT NULL,
        during tstzrange NOT NULL CHECK (NOT isempty(during)),
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
        hold_id uuid,
        hold_expires_at timestamptz,
        booking_id uuid,
        booking_item_id uuid,
        PRIMARY KEY (account_id, id),
        CONSTRAINT busy_time_has_one_owner CHECK (
            (hold_id IS NOT NULL AND hold_expires_at IS NOT NULL AND booking_id IS NULL AND booking_item_id IS NULL)
            OR (hold_id IS NULL AND hold_expires_at IS NULL AND booking_id IS NOT NULL AND booking_item_id IS NOT NULL)
        ),
        CONSTRAINT busy_time_never_overlaps
            EXCLUDE USING gist (account_id WITH =, staff_member_id WITH =, during WITH &&),
        FOREIGN KEY (account_id, staff_member_id) REFERENCES staff_member,
        FOREIGN KEY (account_id, hold_id) REFERENCES hold ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        FOREIGN KEY (account_id, booking_item_id) REFERENCES booking_item DEFERRABLE INITIALLY DEFERRED
    """,
    "booking_event": """
        account_id uuid NOT NULL,
        id uuid NOT NULL,
        booking_id uuid NOT NULL,
        kind text NOT NULL,
        at timestamptz NOT NULL,
        actor_type text NOT NULL CHECK (actor_type IN ('client', 'staff', 'system')),
        actor_id uuid,
        actor_name text,
        source text,
        details jsonb NOT NULL DEFAULT '{}',
        trace_id text NOT NULL,
        PRIMARY KEY (account_id, id),
        FOREIGN KEY (account_id, booking_id) REFERENCES booking
    """,
}

INDEXES = (
    "CREATE INDEX account_copy_vanity ON account_copy (vanity_address)",
    "CREATE INDEX account_copy_city ON account_copy (lower(city), account_id) WHERE is_active AND NOT unlisted",
    "CREATE UNIQUE INDEX staff_member_membership ON staff_member (account_id, membership_id)",
    "CREATE INDEX staff_member_service_who ON staff_member_service (account_id, service_id)",
    "CREATE INDEX time_off_when ON time_off (account_id, staff_member_id, ends_at) WHERE deleted_at IS NULL",
    "CREATE UNIQUE INDEX closed_day_once ON closed_day "
    "(account_id, day, coalesce(location_id, '00000000-0000-0000-0000-000000000000'))",
    "CREATE INDEX client_name ON client (account_id, lower(name), id)",
    "CREATE INDEX client_phone ON client (phone_e164)",
    "CREATE INDEX client_user ON client (user_id) WHERE user_id IS NOT NULL",
    "CREATE INDEX hold_expiry ON hold (expires_at)",
    "CREATE UNIQUE INDEX booking_id ON booking (id)",
    "CREATE INDEX booking_when ON booking (account_id, starts_at, id)",
    "CREATE INDEX booking_client ON booking (account_id, client_id, starts_at, id)",
    "CREATE INDEX booking_item_person ON booking_item (account_id, staff_member_id, starts_at)",
    "CREATE INDEX booking_item_latest ON booking_item (account_id, staff_member_id, id)",
    "CREATE INDEX busy_time_booking ON busy_time (account_id, booking_id) WHERE booking_id IS NOT NULL",
    "CREATE INDEX busy_time_item ON busy_time (account_id, booking_item_id) WHERE booking_item_id IS NOT NULL",
    "CREATE INDEX busy_time_hold ON busy_time (account_id, hold_id) WHERE hold_id IS NOT NULL",
    "CREATE INDEX booking_event_booking ON booking_event (account_id, booking_id, at, id)",
)


def upgrade() -> None:
    create_messaging_tables(SERVICE)
    create_access_tables(SERVICE)
    for table, columns in {**CATALOGUE, **BOOKINGS}.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
    for index in INDEXES:
        op.execute(index)
    for table in {**CATALOGUE, **BOOKINGS}:
        if table != "booking_event":
            protect(table, SERVICE)
    # What happened to a booking is written once and stays.
    protect("booking_event", SERVICE, app=["SELECT", "INSERT"], system=["SELECT", "INSERT"])


def downgrade() -> None:
    for table in reversed([*CATALOGUE, *BOOKINGS]):
        op.execute(f"DROP TABLE {table}")
    drop_access_tables()
    drop_messaging_tables()
