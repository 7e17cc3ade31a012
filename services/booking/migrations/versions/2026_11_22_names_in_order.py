"""Cards of clients in the order of the Ukrainian alphabet.

Revision ID: 20261122names
Revises: 20261122records
"""

from alembic import op

revision = "20261122names"
down_revision = "20261122records"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('CREATE INDEX client_alphabet ON client (account_id, (lower(name) COLLATE "uk-x-icu"), id)')
    op.execute("DROP INDEX client_name")


def downgrade() -> None:
    op.execute("CREATE INDEX client_name ON client (account_id, lower(name), id)")
    op.execute("DROP INDEX client_alphabet")
