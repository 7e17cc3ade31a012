"""Messages written by hand, counted by day and read by client; who came with the right to write them."""

from alembic import op

revision = "2026_11_22_written"
down_revision = "2026_11_22_outside_spending"
branch_labels = None
depends_on = None

_ROLES = "('owner', 'administrator', 'manager', 'master', 'operator')"


def upgrade() -> None:
    op.execute("CREATE INDEX notification_written_day ON notification (account_id, created_at) WHERE kind = 'written'")
    op.execute(
        "CREATE INDEX notification_written_to ON notification (account_id, recipient_id, created_at, id) "
        "WHERE kind = 'written'"
    )
    # The right is new, so nobody's copy can have it by a wish of their own: it comes with the role. The owner of the
    # table is bound by row level security too, and this concerns all accounts.
    op.execute("ALTER TABLE member_copy NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE member_copy SET permissions = array_append(permissions, 'client.message') "
        f"WHERE role IN {_ROLES} AND NOT 'client.message' = ANY(permissions)"
    )
    op.execute("ALTER TABLE member_copy FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("ALTER TABLE member_copy NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE member_copy SET permissions = array_remove(permissions, 'client.message')")
    op.execute("ALTER TABLE member_copy FORCE ROW LEVEL SECURITY")
    op.execute("DROP INDEX notification_written_to")
    op.execute("DROP INDEX notification_written_day")
