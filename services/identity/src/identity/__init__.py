"""People, sign-in, accounts, memberships and rights."""
