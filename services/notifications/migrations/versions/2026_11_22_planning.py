"""Messages without a booking, e-mail of clients, who refused what, texts of an account's own, what a morning looks at."""

from alembic import op

from kit import schema

revision = "2026_11_22_planning"
down_revision = "2026_11_22_first"
branch_labels = None
depends_on = None

SERVICE = "notifications"

UP = """
ALTER TABLE notification ALTER COLUMN booking_id DROP NOT NULL;
ALTER TABLE notification ALTER COLUMN location_id DROP NOT NULL;
ALTER TABLE notification DROP CONSTRAINT one_decision;
ALTER TABLE notification ADD CONSTRAINT one_decision
    UNIQUE NULLS NOT DISTINCT (account_id, booking_id, kind, recipient_type, recipient_id, occasion);
CREATE INDEX notification_by_reason ON notification (account_id, state, reason_code);
ALTER TABLE client_copy ADD COLUMN email text;
ALTER TABLE location_copy ADD COLUMN phone_e164 text;
ALTER TABLE client_preference ADD COLUMN refused_channels text[] NOT NULL DEFAULT '{}';
ALTER TABLE client_preference ADD COLUMN changed_by uuid;
ALTER TABLE client_preference ADD COLUMN changed_by_name text;
ALTER TABLE client_preference ADD COLUMN changed_by_role text;
CREATE TABLE message_template (
    account_id uuid NOT NULL,
    recipient_type text NOT NULL CHECK (recipient_type IN ('client', 'staff')),
    kind text NOT NULL,
    language text NOT NULL CHECK (language IN ('uk', 'ru', 'en')),
    used_text text,
    used_transliterated boolean NOT NULL DEFAULT false,
    state text NOT NULL CHECK (state IN ('draft', 'pending', 'approved', 'rejected')),
    text text NOT NULL,
    transliterated boolean NOT NULL,
    comment text,
    author_id uuid NOT NULL,
    author_name text NOT NULL,
    decided_by_name text,
    written_at timestamptz NOT NULL,
    decided_at timestamptz,
    version integer NOT NULL,
    PRIMARY KEY (account_id, recipient_type, kind, language),
    CHECK (state <> 'approved' OR used_text IS NOT NULL)
);
CREATE INDEX message_template_pending ON message_template (written_at) WHERE state = 'pending';
CREATE TABLE daily_journal (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    day date NOT NULL,
    version integer NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX daily_journal_day ON daily_journal (day);
CREATE TABLE receipt_trouble (
    account_id uuid NOT NULL,
    receipt_id uuid NOT NULL,
    version integer NOT NULL,
    reason_code text,
    since timestamptz NOT NULL,
    PRIMARY KEY (account_id, receipt_id)
);
CREATE TABLE morning_turn (
    account_id uuid PRIMARY KEY,
    next_at timestamptz NOT NULL
);
CREATE INDEX morning_turn_next ON morning_turn (next_at);
INSERT INTO morning_turn (account_id, next_at) SELECT account_id, now() FROM account_copy;
"""

DOWN = """
DROP TABLE morning_turn;
DROP TABLE receipt_trouble;
DROP TABLE daily_journal;
DROP TABLE message_template;
ALTER TABLE client_preference DROP COLUMN changed_by_role;
ALTER TABLE client_preference DROP COLUMN changed_by_name;
ALTER TABLE client_preference DROP COLUMN changed_by;
ALTER TABLE client_preference DROP COLUMN refused_channels;
ALTER TABLE location_copy DROP COLUMN phone_e164;
ALTER TABLE client_copy DROP COLUMN email;
DROP INDEX notification_by_reason;
ALTER TABLE notification DROP CONSTRAINT one_decision;
DELETE FROM delivery_attempt WHERE notification_id IN (SELECT id FROM notification WHERE booking_id IS NULL);
DELETE FROM notification WHERE booking_id IS NULL OR location_id IS NULL;
ALTER TABLE notification ADD CONSTRAINT one_decision
    UNIQUE (account_id, booking_id, kind, recipient_type, recipient_id, occasion);
ALTER TABLE notification ALTER COLUMN location_id SET NOT NULL;
ALTER TABLE notification ALTER COLUMN booking_id SET NOT NULL;
"""

OF_ACCOUNT = ("message_template", "daily_journal", "receipt_trouble", "morning_turn")


def upgrade() -> None:
    for statement in UP.split(";"):
        if statement.strip():
            op.execute(statement)
    for table in OF_ACCOUNT:
        schema.protect(table, SERVICE)


def downgrade() -> None:
    for statement in DOWN.split(";"):
        if statement.strip():
            op.execute(statement)
