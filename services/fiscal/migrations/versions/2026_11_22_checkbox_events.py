"""Events of Checkbox that were heard: each counts once, however often it is told."""

from alembic import op

from kit import schema

revision = "2026_11_22_checkbox_events"
down_revision = "2026_11_22_turnover_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE checkbox_event (
            account_id uuid NOT NULL,
            cash_register_id uuid NOT NULL,
            digest bytea NOT NULL,
            heard_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (account_id, cash_register_id, digest),
            FOREIGN KEY (account_id, cash_register_id) REFERENCES cash_register
        )
        """
    )
    op.execute("CREATE INDEX checkbox_event_heard ON checkbox_event (heard_at)")
    schema.protect("checkbox_event", "fiscal", app=["SELECT", "INSERT"], system=["SELECT", "DELETE"])


def downgrade() -> None:
    op.execute("DROP TABLE checkbox_event")
