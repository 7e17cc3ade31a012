"""An account may demand a second factor of its members for dangerous acts: who has set it, and when."""

from alembic import op

from kit import schema

revision = "2026_11_22_factor_demand"
down_revision = "2026_11_22_client_message"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema.add_second_factor_demand()
    op.execute("ALTER TABLE account ADD COLUMN factor_demanded_by text, ADD COLUMN factor_demanded_at timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE account DROP COLUMN factor_demanded_by, DROP COLUMN factor_demanded_at")
    schema.drop_second_factor_demand()
