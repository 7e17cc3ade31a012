"""A top-up may go back to its payer after it was spent: then the account owes, and sends nothing until it has paid."""

from alembic import op

revision = "2026_11_22_reversals"
down_revision = "2026_11_22_balance_warning"
branch_labels = None
depends_on = None

KINDS = "'topup', 'reserve', 'settle', 'release', 'adjustment'"


def upgrade() -> None:
    op.execute("ALTER TABLE sms_balance DROP CONSTRAINT sms_balance_free_amount_check")
    op.execute("ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_kind_check")
    op.execute(f"ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_kind_check CHECK (kind IN ({KINDS}, 'reversal'))")


def downgrade() -> None:
    op.execute("ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_kind_check")
    # A ledger only grows, so lines of the newer kind stay as they are.
    op.execute(f"ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_kind_check CHECK (kind IN ({KINDS})) NOT VALID")
    op.execute(
        "ALTER TABLE sms_balance ADD CONSTRAINT sms_balance_free_amount_check CHECK (free_amount >= 0) NOT VALID"
    )
