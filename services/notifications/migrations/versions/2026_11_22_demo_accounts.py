"""Accounts that only show the product: nothing of theirs is sent."""

from alembic import op

revision = "2026_11_22_demo_accounts"
down_revision = "2026_11_22_web_hooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE account_copy ADD COLUMN is_demo boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    op.execute("ALTER TABLE account_copy DROP COLUMN is_demo")
