"""The feed of public events, and web hooks with their deliveries."""

from alembic import op

from kit import schema

revision = "2026_11_22_web_hooks"
down_revision = "2026_11_22_channels"
branch_labels = None
depends_on = None

SERVICE = "notifications"

TABLES = """
CREATE TABLE event_feed (
    account_id uuid PRIMARY KEY,
    last_place bigint NOT NULL,
    forgotten_until bigint NOT NULL DEFAULT 0
);
CREATE TABLE public_event (
    account_id uuid NOT NULL,
    place bigint NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    subject_id text NOT NULL,
    subject_version integer NOT NULL,
    occurred_at timestamptz NOT NULL,
    location_id uuid,
    client_id uuid,
    facts jsonb NOT NULL,
    contacts jsonb,
    PRIMARY KEY (account_id, place),
    UNIQUE (account_id, type, subject_id, subject_version)
);
CREATE INDEX public_event_client ON public_event (account_id, client_id) WHERE contacts IS NOT NULL;
CREATE INDEX public_event_old ON public_event (occurred_at);
CREATE TABLE web_hook (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    url text NOT NULL,
    description text NOT NULL,
    event_types text[] NOT NULL,
    location_ids uuid[],
    with_contacts boolean NOT NULL,
    sealed bytea NOT NULL,
    former_sealed bytea,
    former_until timestamptz,
    state text NOT NULL CHECK (state IN ('active', 'paused', 'paused_after_failures')),
    pause_cause text,
    paused_at timestamptz,
    paused_at_place bigint,
    failing_since timestamptz,
    failures integer NOT NULL DEFAULT 0,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (account_id, id)
);
CREATE TABLE web_hook_delivery (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    hook_id uuid NOT NULL,
    place bigint NOT NULL,
    message_id text NOT NULL,
    type text NOT NULL,
    body text NOT NULL,
    client_id uuid,
    state text NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'dropped')),
    attempts smallint NOT NULL DEFAULT 0,
    due_at timestamptz,
    claim_id uuid,
    status smallint,
    error text,
    duration_ms integer,
    created_at timestamptz NOT NULL,
    tried_at timestamptz,
    delivered_at timestamptz,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, hook_id) REFERENCES web_hook (account_id, id) ON DELETE CASCADE,
    CHECK (state = 'pending' OR due_at IS NULL)
);
CREATE INDEX web_hook_delivery_due ON web_hook_delivery (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX web_hook_delivery_of ON web_hook_delivery (account_id, hook_id, created_at, id);
CREATE INDEX web_hook_delivery_old ON web_hook_delivery (created_at)
"""


def upgrade() -> None:
    for statement in TABLES.split(";"):
        op.execute(statement)
    for table in ("event_feed", "public_event", "web_hook", "web_hook_delivery"):
        schema.protect(table, SERVICE)


def downgrade() -> None:
    for table in ("web_hook_delivery", "web_hook", "public_event", "event_feed"):
        op.execute(f"DROP TABLE {table}")
