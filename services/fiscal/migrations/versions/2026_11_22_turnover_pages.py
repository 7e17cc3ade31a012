"""Room on the pages of the turnover: its rows change with every entry, and stay where they are."""

from alembic import op

revision = "2026_11_22_turnover_pages"
down_revision = "2026_11_22_checkbox_in_full"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE register_turnover SET "
        "(fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05)"
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE register_turnover RESET "
        "(fillfactor, autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor)"
    )
