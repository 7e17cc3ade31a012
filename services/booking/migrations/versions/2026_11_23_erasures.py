"""People who were erased, and have to be erased again because an older database was put back."""

from alembic import op

from kit import schema

revision = "2026_11_23_erasures"
down_revision = "2026_11_22_doubles"
branch_labels = None
depends_on = None

SERVICE = "booking"


def upgrade() -> None:
    op.execute(
        "CREATE TABLE erasure_to_repeat (account_id uuid NOT NULL, client_id uuid NOT NULL, "
        "PRIMARY KEY (account_id, client_id))"
    )
    schema.protect("erasure_to_repeat", SERVICE)
    op.execute("CREATE INDEX client_erased ON client (erased_at) WHERE erased_at IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX client_erased")
    op.execute("DROP TABLE erasure_to_repeat")
