"""What the owner makes of the booking page: a description, own CSS, sites that may frame it.

Revision ID: 20261122site
Revises: 20261122discounts
"""

from alembic import op

from kit.schema import protect

revision = "20261122site"
down_revision = "20261122discounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE site_page (
            account_id uuid PRIMARY KEY,
            version integer NOT NULL DEFAULT 1,
            about_html text NOT NULL DEFAULT '',
            css text NOT NULL DEFAULT '',
            embed_origins text[] NOT NULL DEFAULT '{}',
            changed_at timestamptz NOT NULL
        )
        """
    )
    protect("site_page", "booking")


def downgrade() -> None:
    op.execute("DROP TABLE site_page")
