"""How long cards of clients are kept after the last visit, where an account limits that.

Revision ID: 20261122retention
Revises: 20261122mailings
"""

from alembic import op

from kit.schema import protect

revision = "20261122retention"
down_revision = "20261122mailings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE client_retention (
            account_id uuid PRIMARY KEY,
            version integer NOT NULL,
            months integer CHECK (months BETWEEN 6 AND 240),
            changed_by uuid,
            changed_at timestamptz NOT NULL
        )
        """
    )
    protect("client_retention", "booking")


def downgrade() -> None:
    op.execute("DROP TABLE client_retention")
