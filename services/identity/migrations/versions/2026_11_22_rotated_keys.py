"""Signing keys that identity makes itself: sealed, with the moment from which they sign."""

from alembic import op

revision = "2026_11_22_rotated_keys"
down_revision = "2026_11_22_api_keys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE signing_key ADD COLUMN sealed bytea, ADD COLUMN signs_from timestamptz")
    op.execute("ALTER TABLE signing_key ADD CHECK (sealed IS NULL OR signs_from IS NOT NULL)")


def downgrade() -> None:
    op.execute("ALTER TABLE signing_key DROP COLUMN sealed, DROP COLUMN signs_from")
