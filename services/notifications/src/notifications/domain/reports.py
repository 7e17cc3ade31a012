"""Mails with figures and visits, and who reads them."""

DIGEST = "digest"
"""The weekly mail about what was done to the books, for the owner alone."""
OWNER = "owner"
