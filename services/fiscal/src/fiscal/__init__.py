"""Cash registers, settlement, receipts and the ledger."""
