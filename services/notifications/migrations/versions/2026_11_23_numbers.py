"""Our numbers of messages stay within 32 bits, as AlphaSMS wants its ids, and begin anew where those end."""

from alembic import op

revision = "2026_11_23_numbers"
down_revision = "2026_11_23_releases"
branch_labels = None
depends_on = None

LARGEST = 2**31 - 1


def upgrade() -> None:
    op.execute(f"ALTER TABLE notification ALTER COLUMN own_number SET MAXVALUE {LARGEST} SET CYCLE")


def downgrade() -> None:
    op.execute("ALTER TABLE notification ALTER COLUMN own_number SET NO MAXVALUE SET NO CYCLE")
