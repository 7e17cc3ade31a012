"""Copies of memberships tell who of the account demands a second factor for dangerous acts."""

from kit import schema

revision = "2026_11_22_factor_demand"
down_revision = "2026_11_22_unconfirmed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema.add_second_factor_demand()


def downgrade() -> None:
    schema.drop_second_factor_demand()
