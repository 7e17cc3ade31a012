"""Pages of the lists of messages and of the ledger are read from where they begin, not sorted out of everything."""

from alembic import op

revision = "2026_11_22_lists"
down_revision = "2026_11_22_late_news"
branch_labels = None
depends_on = None

INDEXES = {
    "notification_latest": "notification (account_id, planned_at, id)",
    "notification_of_client": "notification (account_id, client_id, planned_at, id) WHERE client_id IS NOT NULL",
    "ledger_entry_latest": "ledger_entry (account_id, created_at, id)",
}


def upgrade() -> None:
    for name, of in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {of}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
