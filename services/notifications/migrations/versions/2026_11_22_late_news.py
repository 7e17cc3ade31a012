"""News that come after what overtook them: whose card is empty for good, and how far each offer of time has come."""

from alembic import op

from kit.schema import protect

revision = "2026_11_22_late_news"
down_revision = "2026_11_22_factor_demand"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE client_copy ADD COLUMN is_erased boolean NOT NULL DEFAULT false")
    # No card has an empty name but those that were emptied. The owner of the table is bound by row level security
    # too, and this concerns all accounts.
    op.execute("ALTER TABLE client_copy NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE client_copy SET is_erased = true WHERE name = ''")
    op.execute("ALTER TABLE client_copy FORCE ROW LEVEL SECURITY")
    op.execute(
        """
        CREATE TABLE waitlist_copy (
            account_id uuid NOT NULL,
            entry_id uuid NOT NULL,
            version integer NOT NULL,
            changed_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, entry_id)
        )
        """
    )
    op.execute("CREATE INDEX waitlist_copy_age ON waitlist_copy (changed_at)")
    protect("waitlist_copy", "notifications")


def downgrade() -> None:
    op.execute("DROP TABLE waitlist_copy")
    op.execute("ALTER TABLE client_copy DROP COLUMN is_erased")
