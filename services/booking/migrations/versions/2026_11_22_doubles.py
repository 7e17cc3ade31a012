"""The doubles of a card are found without reading all cards of the account."""

from alembic import op

revision = "2026_11_22_doubles"
down_revision = "2026_11_22_factor_demand"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX client_doubles ON client (account_id, merged_into) WHERE merged_into IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX client_doubles")
