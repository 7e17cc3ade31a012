"""The right to write to clients, for those whose role has it: it is new, so nobody can have a wish of their own."""

from alembic import op

revision = "2026_11_22_client_message"
down_revision = "2026_11_22_second_factors"
branch_labels = None
depends_on = None

_ROLES = "('owner', 'administrator', 'manager', 'master', 'operator')"


def upgrade() -> None:
    # The owner of the table is bound by row level security too, and this concerns all accounts.
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
