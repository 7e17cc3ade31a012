"""Tables of the kit and one of the toy."""

from alembic import op

from kit import schema

revision = "toy_1"
down_revision = None


def upgrade() -> None:
    schema.create_messaging_tables("booking")
    schema.create_access_tables("booking")
    schema.add_second_factor_demand()
    op.execute(
        "CREATE TABLE effect (account_id uuid NOT NULL, subject uuid NOT NULL, times int NOT NULL DEFAULT 1, "
        "PRIMARY KEY (account_id, subject))"
    )
    schema.protect("effect", "booking")


def downgrade() -> None:
    op.execute("DROP TABLE effect")
    schema.drop_access_tables()
    schema.drop_messaging_tables()
